"""The text of a warning as it is first proposed, from its towns, levels and hours. Pure.

An officer may write another; what is proposed names everything that a warning must.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from spatial.hazard_warnings.rules.contents import (
    CANCEL,
    UPDATE,
    LevelTerms,
    ResponseMeasure,
    WarnedTown,
    WarningContent,
)

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December")  # fmt: skip
COLOURS = {"I": ("红色", "red"), "II": ("橙色", "orange"), "III": ("黄色", "yellow"),
           "IV": ("蓝色", "blue")}  # fmt: skip


@dataclass(frozen=True)
class Voice:
    """Who speaks, of which city, in which zone, of what, with which measures by level."""

    city_zh: str
    city_en: str
    issuer_zh: str
    issuer_en: str
    zone: tzinfo
    event_zh: str
    event_en: str
    terms: Mapping[str, LevelTerms]
    measures: Mapping[str, tuple[ResponseMeasure, ...]]


def proposed(content: WarningContent, voice: Voice) -> WarningContent:
    """The content with the texts that its towns, levels and hours make."""
    return replace(
        content,
        headline=headline_zh(content, voice),
        text=text_zh(content, voice),
        headline_en=headline_en(content, voice),
        text_en=text_en(content, voice),
    )


def headline_zh(content: WarningContent, voice: Voice) -> str:
    """The headline: the city, the event, the colour of the gravest level."""
    stem = f"{voice.city_zh}{voice.event_zh.removesuffix('预警')}"
    if content.kind == CANCEL:
        return f"解除{stem}预警"
    if not content.levels:
        return f"{stem}预报"
    act = "更新：" if content.kind == UPDATE else ""
    return f"{act}{stem}{COLOURS[content.levels[0]][0]}预警"


def headline_en(content: WarningContent, voice: Voice) -> str:
    """The same in English."""
    if content.kind == CANCEL:
        return f"{voice.city_en}: warning lifted ({voice.event_en})"
    if not content.levels:
        return f"{voice.city_en}: no warning ({voice.event_en})"
    act = "update, " if content.kind == UPDATE else ""
    return f"{voice.city_en}: {act}{COLOURS[content.levels[0]][1]} warning ({voice.event_en})"


def text_zh(content: WarningContent, voice: Voice) -> str:
    """The whole text in Chinese."""
    issuers = voice.issuer_zh + ("与气象部门联合" if content.partner else "")
    hours = f"{_zh(content.effective, voice.zone)}至{_zh(content.expires, voice.zone)}"
    if content.kind == CANCEL:
        names = "、".join(_where_zh(town) for town in content.towns)
        at = _zh(content.effective, voice.zone)
        return f"{issuers}决定自{at}起解除{names}的{voice.event_zh}。请继续注意雨后隐患。"
    if not content.levels:
        return f"{issuers}发布：预计{hours}，本市发生地质灾害的气象风险较低。请继续做好巡查。"
    areas = "；".join(
        f"{'、'.join(_where_zh(town) for town in content.towns_of(level))}发生地质灾害的气象"
        f"{voice.terms[level].meaning_zh}（{COLOURS[level][0]}预警）"
        for level in content.levels
    )
    measures = "；".join(measure.zh for measure in voice.measures.get(content.levels[0], ()))
    asked = f"请有关乡镇和部门：{measures}。" if measures else ""
    return f"{issuers}发布：预计{hours}，{areas}。{asked}"


def text_en(content: WarningContent, voice: Voice) -> str:
    """The whole text in English; names of towns stay as they are."""
    issuers = voice.issuer_en + (" jointly with the weather bureau" if content.partner else "")
    hours = f"{_en(content.effective, voice.zone)} to {_en(content.expires, voice.zone)}"
    if content.kind == CANCEL:
        names = ", ".join(_where_en(town) for town in content.towns)
        at = _en(content.effective, voice.zone)
        return (
            f"{issuers}: the warning is lifted from {at} for {names}. Beware of slopes after rain."
        )
    if not content.levels:
        return f"{issuers}: {hours}, low risk of geological hazards. Patrols go on."
    areas = "; ".join(
        f"{COLOURS[level][1]} warning ({voice.terms[level].meaning_en} of geological hazards) for "
        + ", ".join(_where_en(town) for town in content.towns_of(level))
        for level in content.levels
    )
    measures = "; ".join(measure.en for measure in voice.measures.get(content.levels[0], ()))
    asked = f" Measures: {measures}." if measures else ""
    return f"{issuers}: {hours}, {areas}.{asked}"


def _where_zh(town: WarnedTown) -> str:
    return town.where_zh or town.name


def _where_en(town: WarnedTown) -> str:
    return town.where_en or town.name


def _zh(moment: datetime, zone: tzinfo) -> str:
    at = moment.astimezone(zone)
    minutes = f"{at.minute}分" if at.minute else ""
    return f"{at.month}月{at.day}日{at.hour}时{minutes}"


def _en(moment: datetime, zone: tzinfo) -> str:
    at = moment.astimezone(zone)
    return f"{at:%H:%M} on {at.day} {MONTHS[at.month - 1]}"
