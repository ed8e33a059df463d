"""What a warning says, as values: to a matter's JSON and back, and what is missing in it. Pure.

A message is a first warning (Alert), follows an earlier one for the towns that it names
(Update), or ends it for them (Cancel). The daily product names towns or none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from spatial.hazards.rules.levels import BY_CODE, WarningLevel, gravest

ALERT, UPDATE, CANCEL = "Alert", "Update", "Cancel"
ACTUAL, EXERCISE = "Actual", "Exercise"
WARNING, DAILY = "warning", "daily"
AGREED, DIFFERS = "agreed", "differs"
EXERCISE_MARK = "【演练】"
EXERCISE_MARK_EN = "[EXERCISE] "


@dataclass(frozen=True)
class LevelTerms:
    """What a level means by the rows of a day."""

    level: str
    is_public: bool
    is_joint: bool
    severity: str
    urgency: str
    certainty: str
    responses: tuple[str, ...]
    meaning_zh: str
    meaning_en: str
    mark: str = ""


@dataclass(frozen=True)
class ResponseMeasure:
    """One measure, with the mark and source of its row."""

    zh: str
    en: str
    mark: str = ""
    source: str = ""


@dataclass(frozen=True)
class WarnedTown:
    """A town that a message names: its level (none where a cancel ends it), and where in it."""

    code: str
    name: str
    level: str = ""
    where_zh: str = ""
    where_en: str = ""


@dataclass(frozen=True)
class WarningContent:
    """What is drafted, examined and signed.

    ``shape`` is a drawn area (GeoJSON, WGS 84) that limits it within its towns. ``reason`` is
    the computation that it was begun from, as it stood. ``partner`` is what the weather bureau
    says (agreed, differs, or nothing yet); a differing opinion is kept as text.
    """

    kind: str
    product: str
    status: str
    towns: tuple[WarnedTown, ...]
    effective: datetime
    expires: datetime
    headline: str
    text: str
    headline_en: str = ""
    text_en: str = ""
    about: str = ""
    partner: str = ""
    partner_text: str = ""
    shape: Mapping[str, Any] | None = None
    reason: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_exercise(self) -> bool:
        """Whether it is a drill."""
        return self.status == EXERCISE

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels that it gives, the gravest first."""
        found = {BY_CODE[town.level] for town in self.towns if town.level}
        return tuple(level.code for level in sorted(found, reverse=True))

    @property
    def gravest(self) -> WarningLevel:
        """The gravest of them; none of none."""
        return gravest(BY_CODE[code] for code in self.levels)

    @property
    def is_bulletin(self) -> bool:
        """Whether it is a daily product without a warning: nothing that CAP would carry."""
        return self.product == DAILY and self.kind == ALERT and not self.towns

    def towns_of(self, level: str) -> tuple[WarnedTown, ...]:
        """The towns of a level."""
        return tuple(town for town in self.towns if town.level == level)


def values_of(content: WarningContent) -> dict[str, Any]:
    """A content as JSON holds it."""
    return asdict(content) | {
        "towns": [asdict(town) for town in content.towns],
        "effective": content.effective.isoformat(),
        "expires": content.expires.isoformat(),
    }


def content_of(values: Mapping[str, Any]) -> WarningContent:
    """The content that JSON holds; other values beside it are left out."""
    names = {one.name for one in fields(WarningContent)}
    given = {name: value for name, value in values.items() if name in names}
    return WarningContent(
        **given
        | {
            "towns": tuple(WarnedTown(**town) for town in given["towns"]),
            "effective": datetime.fromisoformat(given["effective"]),
            "expires": datetime.fromisoformat(given["expires"]),
        }
    )


def marked_exercise(content: WarningContent) -> WarningContent:
    """A drill says so at the head of each of its texts; what is real never does."""
    zh = EXERCISE_MARK if content.is_exercise else ""
    en = EXERCISE_MARK_EN if content.is_exercise else ""
    return replace(
        content,
        headline=zh + _bare(content.headline, EXERCISE_MARK),
        text=zh + _bare(content.text, EXERCISE_MARK),
        headline_en=en + _bare(content.headline_en, EXERCISE_MARK_EN),
        text_en=en + _bare(content.text_en, EXERCISE_MARK_EN),
    )


def _bare(text: str, mark: str) -> str:
    """A text without the mark at its head, however often it stands there.

    >>> _bare("【演练】 【演练】橙色预警", "【演练】")
    '橙色预警'
    """
    text = text.strip()
    while text.startswith(mark.strip()):
        text = text.removeprefix(mark.strip()).strip()
    return text


@dataclass(frozen=True)
class ContentFault:
    """What a warning lacks, by the field at fault."""

    field: str
    zh: str


def content_faults(
    content: WarningContent, terms: Mapping[str, LevelTerms], now: datetime
) -> list[ContentFault]:
    """What keeps a draft from being sent on: class, level, start, area, matter, measures, issuer
    and time are what the law wants of a warning (突发事件应对法 2024, art. 64).
    """
    return [*_of_area(content), *_of_hours(content, now), *_of_texts(content, terms)]


def _of_area(content: WarningContent) -> Iterator[ContentFault]:
    if not content.towns and not content.is_bulletin:
        yield ContentFault("towns", "没有选择乡镇，或所绘范围不在任何乡镇内")
    if content.kind != CANCEL and any(not town.level for town in content.towns):
        yield ContentFault("towns", "有乡镇没有等级")
    if content.kind != ALERT and not content.about:
        yield ContentFault("about", "更新和解除须指明所针对的预警")


def _of_hours(content: WarningContent, now: datetime) -> Iterator[ContentFault]:
    if content.expires <= content.effective:
        yield ContentFault("expires", "截止时间应晚于起始时间")
    elif content.expires <= now:
        yield ContentFault("expires", "截止时间已经过去")


def _of_texts(content: WarningContent, terms: Mapping[str, LevelTerms]) -> Iterator[ContentFault]:
    for name, title in (("headline", "标题"), ("text", "内容")):
        if not getattr(content, name).strip():
            yield ContentFault(name, f"{title}为空")
    absent = [t.name for t in content.towns if _stem(t.name) not in content.text]
    if content.text and absent:
        yield ContentFault("text", f"内容没有写到：{'、'.join(absent)}")
    is_joint = content.product == DAILY or any(terms[code].is_joint for code in content.levels)
    if is_joint and content.partner not in (AGREED, DIFFERS) and content.kind != CANCEL:
        yield ContentFault("partner", "须与气象部门会商：请填写其意见")
    if content.partner == DIFFERS and not content.partner_text.strip():
        yield ContentFault("partner_text", "气象部门意见不同，请写明其意见")


def _stem(name: str) -> str:
    """A town's name as texts may shorten it.

    >>> _stem("安平镇"), _stem("蓝田街道"), _stem("镇1")
    ('安平', '蓝田', '镇1')
    """
    for end in ("街道办事处", "街道", "镇", "乡"):
        if name.endswith(end) and len(name) > len(end):
            return name.removesuffix(end)
    return name
