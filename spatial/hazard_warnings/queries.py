"""Reads of warnings: messages, what stands of them in each town, and the shapes of towns."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import shapely
from django.contrib.gis.db.models.functions import Transform
from django.db.models import Q, QuerySet
from shapely.geometry.base import BaseGeometry

from spatial.alerts.rules.documents import read
from spatial.alerts.rules.identifiers import is_identifier
from spatial.alerts.rules.messages import Alert
from spatial.alerts.rules.states import AlertStanding, picture
from spatial.base.models import District
from spatial.calendars.queries import day_of
from spatial.city import city
from spatial.hazard_warnings.models import WarningMessage
from spatial.hazard_warnings.rulebook import WarningRules, rules_on
from spatial.hazard_warnings.rules.contents import ACTUAL, WarningContent, content_of
from spatial.hazard_warnings.rules.wordings import Voice
from spatial.periods import at as as_of


@dataclass(frozen=True)
class StandingWarning:
    """What a town has: the message that says so, and the level by it."""

    town: str
    level: str
    message: WarningMessage
    until: datetime


def message_named(identifier: str) -> WarningMessage | None:
    """The message of that identifier; None also of what is no identifier."""
    if not is_identifier(identifier):
        return None
    return WarningMessage.objects.filter(identifier=identifier).first()


def chain_of(message: WarningMessage) -> list[WarningMessage]:
    """The messages of one chain, the first of it first."""
    found = WarningMessage.objects.filter(Q(first=message.chain) | Q(identifier=message.chain))
    return list(found.order_by("sent", "identifier"))


def unended(moment: datetime, status: str = ACTUAL) -> list[WarningMessage]:
    """Every message of the chains of which something has not expired by its own hours."""
    alive = WarningMessage.objects.filter(expires_at__gt=moment, status=status).exclude(document="")
    firsts = {message.chain for message in alive}
    found = WarningMessage.objects.filter(Q(first__in=firsts) | Q(identifier__in=firsts))
    return list(found.exclude(document="").order_by("sent", "identifier"))


def standing_warnings(moment: datetime, status: str = ACTUAL) -> list[StandingWarning]:
    """What has been issued and not ended, by town: in force at a moment, or to come."""
    messages = {message.identifier: message for message in unended(moment, status)}
    alerts = [_as_real(read(message.document.encode())) for message in messages.values()]
    found = picture(alerts, town_codes(moment)).standing
    return [_standing(one, messages) for one in found if one.until > moment]


def _as_real(alert: Alert) -> Alert:
    """A drill's picture is made as a real one's; the two are never read together."""
    return replace(alert, status=ACTUAL)


def _standing(one: AlertStanding, messages: Mapping[str, WarningMessage]) -> StandingWarning:
    message = messages[one.message.identifier]
    towns = content_of(message.content).towns
    level = next((town.level for town in towns if town.code == one.town), message.level)
    return StandingWarning(one.town, level, message, one.until)


def town_codes(moment: datetime) -> list[str]:
    """The codes of the towns of a moment."""
    return [code for code, _name in towns_on(moment)]


def towns_on(moment: datetime) -> list[tuple[str, str]]:
    """(code, name) of the towns of a moment."""
    towns = District.objects.as_of(as_of(moment)).filter(level=District.Level.TOWN)
    return list(towns.order_by("code").values_list("code", "name"))


def town_shapes(codes: Iterable[str], moment: datetime) -> dict[str, BaseGeometry]:
    """The outlines of some towns in the city's projected CRS, in which registers stand."""
    towns = District.objects.as_of(as_of(moment)).filter(code__in=list(codes), geom__isnull=False)
    rows = towns.values_list("code", "geom")
    return {code: shapely.from_wkb(bytes(g.wkb)) for code, g in rows if g is not None}


def county_shape(moment: datetime) -> BaseGeometry | None:
    """The outline of the county in WGS 84; None where it is not on record."""
    counties = District.objects.as_of(as_of(moment)).filter(
        level=District.Level.COUNTY, geom__isnull=False
    )
    rows = counties.annotate(degrees=Transform("geom", 4326)).values_list("degrees", flat=True)
    shape = rows.first()
    return shapely.from_wkb(bytes(shape.wkb)) if shape is not None else None


def public_messages() -> QuerySet[WarningMessage]:
    """What anybody may read: real messages of a level that is public."""
    return WarningMessage.objects.filter(is_public=True, status=ACTUAL).exclude(document="")


def voice_on(moment: datetime) -> Voice:
    """Who speaks, by the city profile and the rows of the day."""
    return voice_of(rules_on(day_of(moment)))


def voice_of(rules: WarningRules) -> Voice:
    """The same by the rows of a day."""
    profile = city()
    return Voice(
        city_zh=profile.name,
        city_en=profile.name_en,
        issuer_zh=profile.warnings.issuer or profile.name,
        issuer_en=profile.warnings.issuer_en or profile.name_en,
        zone=ZoneInfo(profile.time_zone),
        event_zh=rules.event_zh,
        event_en=rules.event_en,
        terms=rules.terms,
        measures=rules.measures,
    )


def is_public_message(content: WarningContent, rules: WarningRules, chain: Iterable[str]) -> bool:
    """Whether a message is for anybody: by the row of a level, or as it follows one that was.

    Whoever was warned must hear that it is less now, or over.
    """
    if content.is_exercise:
        return False
    if any(rules.terms[level].is_public for level in content.levels):
        return True
    return public_messages().filter(identifier__in=list(chain)).exists()
