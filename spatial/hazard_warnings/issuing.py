"""A signed content becomes a message: named, written, checked, signed by key, kept for ever."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import shapely
from django.conf import settings
from django.db import connection
from shapely.geometry.base import BaseGeometry

from spatial.alerts.rules.documents import Unreadable, read, write
from spatial.alerts.rules.faults import AlertBounds, faults
from spatial.alerts.rules.identifiers import next_identifier
from spatial.alerts.rules.messages import Alert, Reference
from spatial.alerts.rules.signatures import signed
from spatial.calendars.queries import day_of
from spatial.casework.errors import InvalidInput
from spatial.city import city
from spatial.hazard_warnings.areas import area_of, drawn_shape, in_messages, in_registers
from spatial.hazard_warnings.models import WarningMessage
from spatial.hazard_warnings.queries import (
    chain_of,
    county_shape,
    is_public_message,
    message_named,
    standing_warnings,
    town_shapes,
    voice_of,
)
from spatial.hazard_warnings.rulebook import WarningRules, rules_on
from spatial.hazard_warnings.rules.contents import (
    CANCEL,
    WarningContent,
    content_faults,
    marked_exercise,
    values_of,
)
from spatial.hazard_warnings.rules.messages import Envelope, alert_of

LOCK = 7_316_111  # of the database: messages are issued one after the other


def check_content(content: WarningContent, moment: datetime) -> None:
    """A content can be sent on and issued as things stand.

    Raises:
        InvalidInput: it lacks something, or has been overtaken.
    """
    for fault in content_faults(content, rules_on(day_of(moment)).terms, moment):
        raise InvalidInput(fault.zh, fault.field)
    drawn_shape(content)
    about = _about(content)
    chain = about.chain if about else ""
    standing = {one.town: one for one in standing_warnings(moment, content.status)}
    for town in content.towns:
        one = standing.get(town.code)
        if one and one.message.chain != chain:
            raise InvalidInput(
                f"{town.name}已有预警 {one.message.identifier}，请对它发更新或解除", "towns"
            )
        if content.kind == CANCEL and one is None:
            raise InvalidInput(f"{town.name}没有在效的预警，不用解除", "towns")


def refusal_of(content: WarningContent, moment: datetime) -> str:
    """Why a content cannot be sent on or issued as things stand; none: nothing keeps it."""
    try:
        check_content(content, moment)
    except InvalidInput as error:
        return str(error)
    return ""


def _about(content: WarningContent) -> WarningMessage | None:
    """The message that a content follows; the last one of its chain."""
    if not content.about:
        return None
    about = message_named(content.about)
    if about is None or about.status != content.status:
        raise InvalidInput("没有所针对的预警，或一为演练一为真实", "about")
    last = chain_of(about)[-1]
    if last.identifier != about.identifier:
        raise InvalidInput(f"此后已发布 {last.identifier}，请退回按它重新拟稿", "about")
    return about


def issue(content: WarningContent, matter_code: str, moment: datetime) -> WarningMessage:
    """Write and keep the message of a content, in the transaction of the step that issues it.

    Raises:
        InvalidInput: something keeps it from being issued, named by the rule that it breaks.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    content = marked_exercise(content)
    check_content(content, moment)
    rules = rules_on(day_of(moment))
    about = _about(content)
    chain = chain_of(about) if about else []
    sent = moment.astimezone(ZoneInfo(city().time_zone)).replace(microsecond=0)
    is_public = is_public_message(content, rules, [one.identifier for one in chain])
    identifier = _name(moment)
    envelope = Envelope(
        identifier=identifier,
        sender=city().warnings.unit_code,
        sent=sent,
        is_public=is_public,
        references=_references(chain, content, moment),
        web=f"{settings.SITE_URL}/warning/{identifier}" if is_public else "",
    )
    areas = _areas(content, moment)
    document, is_signed = b"", False
    if not content.is_bulletin:
        document, is_signed = _document(content, envelope, rules, areas, moment)
    whole = shapely.union_all(list(areas.values())) if areas else None
    return WarningMessage.objects.create(
        identifier=identifier,
        matter_code=matter_code,
        kind=content.kind,
        status=content.status,
        first=about.chain if about else "",
        about=content.about,
        sent=sent,
        expires_at=content.expires,
        level=content.gravest.code,
        is_public=is_public,
        is_signed=is_signed,
        content=values_of(content) | {"measures": measures_kept(content, rules)},
        document=document.decode(),
        sha256=sha256(document).hexdigest() if document else "",
        geom=in_registers(whole) if whole is not None and not whole.is_empty else None,
    )


def measures_kept(content: WarningContent, rules: WarningRules) -> list[dict[str, str]]:
    """The measures of each level as they were when it was issued, with mark and source."""
    return [
        {"level": level, "zh": one.zh, "en": one.en, "mark": one.mark, "source": one.source}
        for level in content.levels
        for one in rules.measures.get(level, ())
    ]


def _name(moment: datetime) -> str:
    unit = city().warnings.unit_code
    if not unit:
        raise InvalidInput("城市配置没有写预警发布单位编码（warnings.unit_code），不能发布")
    known = WarningMessage.objects.filter(identifier__startswith=f"{unit}_")
    return next_identifier(unit, moment, set(known.values_list("identifier", flat=True)))


def _references(
    chain: list[WarningMessage], content: WarningContent, moment: datetime
) -> tuple[Reference, ...]:
    """The first of a chain, its last, and everything of it that still stands."""
    if not chain:
        return ()
    standing = {one.message.identifier for one in standing_warnings(moment, content.status)}
    wanted = {chain[0].identifier, chain[-1].identifier} | standing
    return tuple(
        read(one.document.encode()).reference
        for one in chain
        if one.identifier in wanted and one.document
    )


def _areas(content: WarningContent, moment: datetime) -> dict[str, BaseGeometry]:
    """The area of each level in projected metres; of what a cancel ends by ""."""
    shapes = town_shapes([town.code for town in content.towns], moment)
    drawn = drawn_shape(content)
    levels = content.levels or (("",) if content.towns else ())
    found = {
        level: area_of([town.code for town in content.towns_of(level)], shapes, drawn)
        for level in levels
    }
    return {level: area for level, area in found.items() if not area.is_empty}


def alert_for(
    content: WarningContent,
    envelope: Envelope,
    rules: WarningRules,
    areas: Mapping[str, BaseGeometry],
) -> Alert:
    """The message as values."""
    placed = {level: in_messages(area) for level, area in areas.items()}
    return alert_of(content, envelope, voice_of(rules), rules.event_code, placed)


def _document(
    content: WarningContent,
    envelope: Envelope,
    rules: WarningRules,
    areas: Mapping[str, BaseGeometry],
    moment: datetime,
) -> tuple[bytes, bool]:
    """The document, and whether it bears a signature; nothing faulty is ever issued."""
    alert = alert_for(content, envelope, rules, areas)
    found = faults(alert, AlertBounds(county=county_shape(moment)))
    if found:
        raise InvalidInput(f"CAP 规则“{found[0].rule}”（{found[0].where}）：{found[0].zh}")
    try:
        document = write(alert)
    except Unreadable as error:
        raise InvalidInput(f"CAP 规则“{error.rule}”：{error}") from error
    key, certificate = settings.CAP_KEY, settings.CAP_CERTIFICATE
    if not (key and certificate):
        return document, False
    return signed(document, Path(key).read_bytes(), Path(certificate).read_bytes()), True
