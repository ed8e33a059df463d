"""A content as a CAP message: one info for each level and language. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from spatial.alerts.rules.messages import Alert, AlertArea, AlertInfo, Position, Reference
from spatial.hazard_warnings.rules.contents import (
    CANCEL,
    EXERCISE_MARK,
    EXERCISE_MARK_EN,
    LevelTerms,
    WarnedTown,
    WarningContent,
)
from spatial.hazard_warnings.rules.wordings import COLOURS, Voice

DECIMALS = 6  # of a degree: a decimetre
TOWN_SCHEME = "GB/T 2260"  # and its towns by GB/T 10114


@dataclass(frozen=True)
class Envelope:
    """What stands on a message beside its content: its name, sender, time, whom it follows."""

    identifier: str
    sender: str
    sent: datetime
    is_public: bool
    references: tuple[Reference, ...] = ()
    web: str = ""


def alert_of(
    content: WarningContent,
    envelope: Envelope,
    voice: Voice,
    event_code: str,
    areas: Mapping[str, BaseGeometry],
) -> Alert:
    """The message. ``areas`` are the shapes by level in WGS 84; of what a cancel ends by "".

    A drill is restricted, whatever its level: it is for those who take part.
    """
    is_open = envelope.is_public and not content.is_exercise
    restriction = "演练，仅限参加演练的人员" if content.is_exercise else "仅限防灾责任人员"
    levels = content.levels or ("",)
    return Alert(
        identifier=envelope.identifier,
        sender=envelope.sender,
        sent=envelope.sent,
        status=content.status,
        kind=content.kind,
        scope="Public" if is_open else "Restricted",
        restriction="" if is_open else restriction,
        note="演练，并非真实预警 / an exercise, not a real warning" if content.is_exercise else "",
        references=envelope.references,
        infos=tuple(
            _info(content, envelope, voice, event_code, level, areas.get(level), language)
            for level in levels
            for language in ("zh-CN", "en-US")
        ),
    )


def _info(
    content: WarningContent,
    envelope: Envelope,
    voice: Voice,
    event_code: str,
    level: str,
    shape: BaseGeometry | None,
    language: str,
) -> AlertInfo:
    is_english = language == "en-US"
    terms = voice.terms.get(level)
    towns = content.towns_of(level) if level else content.towns
    return AlertInfo(
        language=language,
        category=("Geo",),
        event=voice.event_en if is_english else voice.event_zh,
        event_codes=(("12379", event_code),),
        response_types=("AllClear",) if content.kind == CANCEL else _responses(terms),
        urgency=terms.urgency if terms else "Past",
        severity=terms.severity if terms else "Minor",
        certainty=terms.certainty if terms else "Observed",
        effective=envelope.sent,
        onset=max(content.effective, envelope.sent),
        expires=content.expires,
        sender_name=voice.issuer_en if is_english else voice.issuer_zh,
        headline=content.headline_en if is_english else content.headline,
        description=content.text_en if is_english else content.text,
        instruction=_instruction(content, level, voice, is_english=is_english),
        web=envelope.web,
        parameters=(("level", level),) if level else (),
        areas=(_area(towns, shape, level, is_english=is_english),),
    )


def _responses(terms: LevelTerms | None) -> tuple[str, ...]:
    return terms.responses if terms else ()


def _instruction(content: WarningContent, level: str, voice: Voice, *, is_english: bool) -> str:
    texts = [m.en if is_english else m.zh for m in voice.measures.get(level, ())]
    text = "; ".join(texts) if is_english else "；".join(texts)
    mark = EXERCISE_MARK_EN if is_english else EXERCISE_MARK
    return f"{mark if content.is_exercise else ''}{text}" if text else ""


def _area(
    towns: Sequence[WarnedTown], shape: BaseGeometry | None, level: str, *, is_english: bool
) -> AlertArea:
    names = [(town.where_en if is_english else town.where_zh) or town.name for town in towns]
    colour = COLOURS[level][1 if is_english else 0] if level else ""
    joined = (", " if is_english else "、").join(names)
    return AlertArea(
        description=f"{joined} ({colour})" if colour else joined,
        polygons=rings_of(shape) if shape is not None else (),
        geocodes=tuple((TOWN_SCHEME, town.code) for town in towns),
    )


def rings_of(shape: BaseGeometry) -> tuple[tuple[Position, ...], ...]:
    """The outer rings of an area as CAP takes them: closed, simple, counter-clockwise.

    CAP knows no holes: what lies in one is warned too, and never the other way round.
    """
    if isinstance(shape, Polygon):
        parts: list[Polygon] = [shape]
    elif isinstance(shape, MultiPolygon):
        parts = list(shape.geoms)
    else:
        parts = []
    rings = []
    for part in parts:
        positions = _rounded(orient(part))
        if len(set(positions)) >= 3:  # noqa: PLR2004  (a triangle)
            rings.append(positions)
    return tuple(rings)


def _rounded(part: Polygon) -> tuple[Position, ...]:
    """The ring of a polygon, its places rounded, none twice in a row."""
    found: list[Position] = []
    for x, y in part.exterior.coords:
        place = (round(x, DECIMALS), round(y, DECIMALS))
        if not found or found[-1] != place:
            found.append(place)
    return tuple(found)
