"""What a change does to one thing: open it, replace it, end it. Plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from spatial.errors import SpatialError


class Action(StrEnum):
    """The three things that can happen to a code at a moment."""

    OPEN = "open"
    REPLACE = "replace"
    END = "end"


@dataclass(frozen=True)
class Edit:
    """One edit. ``values`` is the complete new row (attributes and ``geom``).

    ``expected`` is the version id that the writer saw; when another writer has
    replaced it meanwhile, the edit is refused. None means: whatever stands now.
    """

    action: Action
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)
    expected: int | None = None


class VersionConflict(SpatialError):
    """The store has moved on, or the edit never fitted. Nothing was written.

    ``problems`` are (code, what is wrong) pairs, at most 20.
    """

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        self.problems = problems
        shown = "；".join(f"{code}：{what}" for code, what in problems[:5])
        more = f"；等共 {len(problems)} 项" if len(problems) > 5 else ""
        super().__init__(f"与现有数据冲突，未写入任何内容：{shown}{more}")


class OnlyBySteps(VersionConflict):
    """A change of a register that its steps alone write, undone: the steps would stay."""

    def __init__(self, title: str) -> None:
        self.problems = [("", "只能按办理步骤变更")]
        Exception.__init__(
            self, f"{title}只能按办理步骤变更，不能撤销；请在办理页面按步骤退回或更正"
        )
