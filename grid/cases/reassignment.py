"""What it does to a case to take it back from whoever has it, or to give it to another.

The round of handling that ends so is not counted against the department (``grid.evaluation.counting``):
its clock stops, what it had asked for lapses, and the next one has the full limit.
"""

from typing import Any

from grid.cases import clocks
from grid.cases.assignees import is_inspector
from grid.cases.policies import check_limit
from grid.rules import rulebook
from spatial.casework.errors import InvalidInput
from spatial.casework.procedures import Act, Effect
from spatial.parties.models import Department
from spatial.worktime import Deadline

# A handling that is over, or never began: no clock, no day of dispatch.
UNSENT = {
    "dispatched_at": None,
    "handled_at": None,
    "resume_at": None,
    "due_at": None,
    "due_is_provisional": False,
}


def dispatch(act: Act) -> Effect:
    """To a department of today; its clock begins."""
    today = rulebook.day_of(act.at)
    name = _department(act).name_on(today)
    limit = check_limit(act.matter)
    found = clocks.handling_deadline(act.at, limit, 0, filed_at=act.matter.filed_at)
    values = {"department": name, "dispatched_at": act.at, "handled_at": None, "extensions": 0}
    return Effect(values | clocks.due_values(found), {"department": name} | due(found))


def reassign(act: Act) -> Effect:
    """From one department to another, whose clock begins anew."""
    before = act.matter.department
    if before in _department(act).all_names():
        raise InvalidInput("案件就在该部门，请选择别的部门", "department")
    found = dispatch(act)
    found.values |= {"resume_at": None, "entered_at": act.at}
    found.details["from"] = before
    return found


def recall(act: Act) -> Effect:
    """Back to be dispatched; nobody is suggested, since that was not right or did not help."""
    values = UNSENT | {"department": ""}
    return Effect(values, {"department": act.matter.department})


def send(act: Act) -> Effect:
    """To an inspector, by name or to whoever of the area takes it."""
    name = str(act.given.get("inspector") or "").strip()
    if name and not is_inspector(name):
        raise InvalidInput("没有这位监督员，或其账号已停用；请从列表中选择", "inspector")
    return Effect({"inspector": name}, {"inspector": name} if name else {})


def resend(act: Act) -> Effect:
    """From one inspector to another, whose clock begins anew."""
    before = act.matter.inspector
    found = send(act)
    if found.values["inspector"] == before:
        raise InvalidInput("任务就在该监督员名下，请选择别的监督员", "inspector")
    found.values["entered_at"] = act.at
    return Effect(found.values, found.details | {"from": before})


def recall_task(act: Act) -> Effect:
    """Back to whoever sends inspectors out."""
    return Effect({"inspector": ""}, {"from": act.matter.inspector})


def due(found: Deadline) -> dict[str, Any]:
    """What the step remembers of the deadline that it set."""
    told: dict[str, Any] = {"due": found.at.isoformat()}
    return told | ({"is_provisional": True} if found.is_provisional else {})


def _department(act: Act) -> Department:
    name = str(act.given["department"]).strip()
    found = rulebook.department_called(name, rulebook.day_of(act.at))
    if found is None:
        raise InvalidInput(f"没有专业部门“{name[:40]}”，或已停用", "department")
    return found
