"""How each count of the evaluation is made: conditions in SQL, and by whom or where it counts.

A count belongs to one of three sources: steps taken in the period, waits whose time ran out
in the period and that still waited at its end, and filings within an inspector's area. The
words for each count are in ``grid.rules.indicators``. Statements take the named parameters ``start``,
``end``, ``till`` (the end of the period, or now if that is earlier), ``radius_m``, ``hours``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from grid.cases.steps import (
    DISPATCHES,
    IN_HAND,
    RECALLS,
    TAKEN_BACK_BY,
    TASKS_RECALLED,
    TASKS_SENT,
)
from grid.models import Case, CaseStep
from grid.roles import PUBLIC, GridRole
from grid.rules.indicators import Subject

STEPS, CASES = f'"{CaseStep._meta.db_table}"', f'"{Case._meta.db_table}"'


def _any_of(actions: Iterable[str]) -> str:
    return "({})".format(", ".join(f"'{action}'" for action in actions))


SENT = _any_of(DISPATCHES)
IN_TIME = "(f.due_at IS NULL OR s.at <= f.due_at)"
# What the public told: by itself, or to somebody of the centre who took it down.
PUBLIC_SOURCES = ("公众举报", "电话举报", "来信来访")
_TOLD_BY_PUBLIC = "c.source IN ({})".format(", ".join(f"'{source}'" for source in PUBLIC_SOURCES))
_REPORTED_BY_PUBLIC = (
    f"({_TOLD_BY_PUBLIC} OR EXISTS (SELECT FROM {STEPS} r WHERE r.case_code = s.case_code"
    f" AND r.action = 'report' AND r.role = '{PUBLIC}'))"
)
_REPORTED_BY_INSPECTOR = f"s.action = 'report' AND s.role = '{GridRole.INSPECTOR}'"


@dataclass(frozen=True)
class CountSource:
    """Where counts come from: a relation, the conditions on it, its keys and its columns.

    ``keys`` say by whom or where a row counts; a subject without one has no such counts.
    ``columns`` are code, action or state, time, who, deadline.
    """

    sql: str
    conditions: Mapping[str, str]
    keys: Mapping[Subject, str]
    columns: str
    order: str


def _dispatched_to(code: str, before: str) -> str:
    """The department that a case was last sent to before a step (or until now, if null)."""
    return (
        f"(SELECT p.details ->> 'department' FROM {STEPS} p WHERE p.case_code = {code}"
        f" AND p.action IN {SENT} AND ({before} IS NULL OR p.id < {before})"
        " ORDER BY p.id DESC LIMIT 1)"
    )


_HERE = MappingProxyType(
    {
        Subject.STREET: "nullif(left(c.district_code, 9), '')",
        Subject.CELL: "nullif(c.cell_code, '')",
    }
)


def _round(code: str, before: str) -> str:
    """The id of the dispatch that began the round in which a step lies."""
    return (
        f"(SELECT max(d.id) FROM {STEPS} d WHERE d.case_code = {code} AND d.action IN {SENT}"
        f" AND d.id < {before})"
    )


def _corrected(code: str, since: str) -> str:
    """The deadline of handling that a correction set after a step, in the same round."""
    return (
        f"(SELECT (a.details ->> 'due')::timestamptz FROM {STEPS} a WHERE a.case_code = {code}"
        f" AND a.action = 'amend' AND a.details ->> 'due' IS NOT NULL AND a.id >= {since}"
        f" AND {_round(code, 'a.id')} IS NOT DISTINCT FROM {_round(code, since)}"
        " ORDER BY a.id DESC LIMIT 1)"
    )


def _taken_back(step: str) -> str:
    """Whether the result that a step is was taken back before there was another."""
    recall = " ".join(f"WHEN '{action}' THEN '{by}'" for action, by in TAKEN_BACK_BY.items())
    by = f"CASE {step}.action {recall} END"
    return (
        f"coalesce((SELECT r.action FROM {STEPS} r WHERE r.case_code = {step}.case_code"
        f" AND r.id > {step}.id AND r.action IN ({step}.action, {by})"
        f" ORDER BY r.id LIMIT 1) = {by}, false)"
    )


def _judged(code: str, here: str) -> str:
    """Whether handling counts as in time or late: no appeal was granted against its round.

    ``here`` is the id of a step in the round; a round lasts from one dispatch to the next. A
    granted appeal names its round; one of earlier releases is against that in which it was granted.
    """
    against = f"coalesce((g.details ->> 'round')::bigint, {_round(code, 'g.id')})"
    return (
        f"NOT (c.is_exempt AND EXISTS (SELECT FROM {STEPS} g WHERE g.case_code = {code}"
        f" AND g.action = 'grant_appeal' AND {against} IS NOT DISTINCT FROM {_round(code, here)}))"
    )


def _last_by(role: str, *actions: str) -> str:
    """Who last took an action on the case before the step ``s``; nobody if in another role."""
    return (
        f"(SELECT CASE WHEN p.role = '{role}' THEN p.who END FROM {STEPS} p"
        f" WHERE p.case_code = s.case_code AND p.id < s.id AND p.action IN {_any_of(actions)}"
        " ORDER BY p.id DESC LIMIT 1)"
    )


def _kept(code: str, here: str, stays: str, recalls: Iterable[str]) -> str:
    """Whether what was waited for at the step ``here`` was not taken back by a superior.

    Then it is nobody's lateness: who had it was perhaps the wrong one, or gone. The wait ends
    with the first step that leads out of the states ``stays``, or to other hands.
    """
    taken = _any_of(recalls)
    return (
        f"coalesce((SELECT t.action FROM {STEPS} t WHERE t.case_code = {code} AND t.id >= {here}"
        f" AND (t.action IN {taken} OR t.state_after NOT IN {stays})"
        f" ORDER BY t.id LIMIT 1), '') NOT IN {taken}"
    )


# Of a step ``s`` and the case ``c`` as it stands. Before a case is sent anywhere it is no
# department's, whichever is suggested. Most steps say whose they are; since the last
# dispatch it is the case's, before it whoever had it then.
_STEP_DEPARTMENT = (
    "CASE WHEN s.action = 'grant_appeal'"
    " OR s.state_before NOT IN ('', 'reported', 'verifying', 'filing') THEN"
    f" coalesce(nullif(CASE WHEN s.role = '{GridRole.HANDLER}' THEN s.department END, ''),"
    " nullif(s.details ->> 'department', ''),"
    " CASE WHEN s.at > c.dispatched_at THEN nullif(c.department, '') END,"
    f" {_dispatched_to('s.case_code', 's.id')}) END"
)
# What repeats: a filing is the first of its case, a dispatch the first to that department;
# a handling stands unless it is sent back as not done before the period ends. What was taken
# back is none of these. A handling is in time by the deadline that it has today.
_TAKEN_BACK = f"(s.action IN {_any_of(TAKEN_BACK_BY)} AND {_taken_back('s')})"
_FACTS = f"""
SELECT {_TAKEN_BACK} AS is_taken_back,
  CASE WHEN s.action = 'finish' THEN coalesce({_corrected("s.case_code", "s.id")}, s.due_at)
    ELSE s.due_at END AS due_at,
  s.action IN ('file', 'dispatch', 'reassign') AND NOT {_TAKEN_BACK} AND NOT EXISTS (
    SELECT FROM {STEPS} p WHERE p.case_code = s.case_code AND p.id < s.id
    AND (s.action = 'file' AND p.action = 'file' AND NOT {_taken_back("p")}
      OR s.action <> 'file' AND p.action IN {SENT}
      AND p.details ->> 'department' IS NOT DISTINCT FROM s.details ->> 'department')) AS is_first,
  s.action = 'finish' AND NOT {_TAKEN_BACK} AND (
    SELECT p.action FROM {STEPS} p WHERE p.case_code = s.case_code AND p.id > s.id
    AND p.action IN ('return_handling', 'send_check', 'dispatch', 'reassign') AND p.at < %(end)s
    ORDER BY p.id LIMIT 1) IS DISTINCT FROM 'return_handling' AS stands
OFFSET 0"""  # so that each is found once for a step, not once for every count
_JUDGED_STEP = _judged("s.case_code", "s.id")
_CHECKED = "s.action IN ('pass_check', 'fail_check') AND NOT f.is_taken_back"
TAKEN = CountSource(
    sql=(
        f"{STEPS} s JOIN {CASES} c ON c.code = s.case_code AND upper_inf(c.valid)"
        f" CROSS JOIN LATERAL ({_FACTS}) f"
        " WHERE s.at >= %(start)s AND s.at < %(end)s"
    ),
    conditions=MappingProxyType(
        {
            "reported": _REPORTED_BY_INSPECTOR,
            "valid_reported": f"{_REPORTED_BY_INSPECTOR} AND c.filed_at IS NOT NULL",
            "public_reported": f"s.action = 'report' AND (s.role = '{PUBLIC}' OR {_TOLD_BY_PUBLIC})",
            "accepted": "s.action IN ('accept', 'ask_verify') AND NOT f.is_taken_back",
            "sent_verify": "s.action = 'ask_verify'",
            "sent_verify_in_time": f"s.action = 'ask_verify' AND {IN_TIME}",
            "sent_check": "s.action = 'send_check'",
            "sent_check_in_time": f"s.action = 'send_check' AND {IN_TIME}",
            "verified": "s.action IN ('confirm', 'deny')",
            "verified_in_time": f"s.action IN ('confirm', 'deny') AND {IN_TIME}",
            "checked": _CHECKED,
            "checked_in_time": f"{_CHECKED} AND {IN_TIME}",
            "filed": "s.action = 'file' AND f.is_first",
            "filed_in_time": f"s.action = 'file' AND f.is_first AND {IN_TIME}",
            "public_filed": f"s.action = 'file' AND f.is_first AND {_REPORTED_BY_PUBLIC}",
            "voided": "s.action = 'void' AND c.filed_at IS NOT NULL",
            "assigned": f"s.action IN {SENT} AND f.is_first",
            "dispatched": f"s.action IN {SENT}",
            # What is sent on to another has not waited to be sent.
            "dispatched_in_time": f"(s.action = 'reassign' OR s.action = 'dispatch' AND {IN_TIME})",
            "returned": "s.action = 'return_dispatch'",
            "handled": "s.action = 'finish' AND f.stands",
            "handled_in_time": f"s.action = 'finish' AND f.stands AND {_JUDGED_STEP} AND {IN_TIME}",
            "handled_late": f"s.action = 'finish' AND f.stands AND {_JUDGED_STEP} AND NOT {IN_TIME}",
            "exempt": "s.action = 'grant_appeal'",
            "closed": "s.action = 'close'",
            "closed_in_time": f"s.action = 'close' AND {IN_TIME}",
            "reworked": "s.action IN ('fail_check', 'rework')",
            "suspended": "s.action = 'suspend'",
            "extended": "s.action = 'grant_extension'",
        }
    ),
    keys=MappingProxyType(
        {
            Subject.INSPECTOR: f"CASE WHEN s.role = '{GridRole.INSPECTOR}' THEN s.who END",
            Subject.INTAKE: f"CASE WHEN s.role = '{GridRole.INTAKE}' THEN s.who END",
            # What is voided is laid to whoever had filed, a return to whoever had dispatched.
            Subject.CHIEF: (
                f"CASE WHEN s.action = 'void' THEN {_last_by(GridRole.CHIEF, 'file')}"
                f" WHEN s.role = '{GridRole.CHIEF}' THEN s.who END"
            ),
            Subject.DISPATCHER: (
                f"CASE WHEN s.action = 'return_dispatch' THEN {_last_by(GridRole.DISPATCHER, *DISPATCHES)}"
                f" WHEN s.role = '{GridRole.DISPATCHER}' THEN s.who END"
            ),
            # What a superior finished in its stead is no merit of a department, if in time.
            Subject.DEPARTMENT: (
                "CASE WHEN s.action = 'finish' AND s.details ->> 'instead_of' IS NOT NULL"
                f" AND {IN_TIME} THEN NULL ELSE {_STEP_DEPARTMENT} END"
            ),
            **_HERE,
        }
    ),
    columns="s.case_code, s.action, s.at, s.who, f.due_at",
    order="s.at DESC, s.id DESC",
)

# A case waited past its time if the first step after the end of the period was late by a
# deadline within the period, or if no step has followed and the deadline of now lies there.
_LATE = f"""
SELECT s.case_code AS code, s.state_before AS state, s.due_at, s.id AS left_by
FROM {STEPS} s
WHERE s.at > s.due_at AND s.due_at >= %(start)s AND s.due_at < %(till)s AND s.at >= %(till)s
  AND NOT EXISTS (SELECT FROM {STEPS} p WHERE p.case_code = s.case_code
                  AND p.at >= %(till)s AND (p.at, p.id) < (s.at, s.id))
UNION ALL
SELECT c.code, c.step, c.step_due_at, NULL::bigint
FROM {CASES} c
WHERE upper_inf(c.valid) AND NOT (c.step IN ('closed', 'void', 'merged'))
  AND c.step_due_at >= %(start)s AND c.step_due_at < %(till)s
  AND NOT EXISTS (SELECT FROM {STEPS} p WHERE p.case_code = c.code AND p.at >= %(till)s)
"""
_LEFT_BY = f"coalesce(w.left_by, {2**63 - 1})"
_JUDGED_WAIT = (
    f"{_judged('w.code', _LEFT_BY)} AND {_kept('w.code', _LEFT_BY, _any_of(IN_HAND), RECALLS)}"
    f" AND coalesce({_corrected('w.code', _LEFT_BY)}, w.due_at) < %(till)s"
)
_TASK_KEPT = _kept("w.code", _LEFT_BY, "(w.state)", TASKS_RECALLED)
WAITED = CountSource(
    sql=f"({_LATE}) w JOIN {CASES} c ON c.code = w.code AND upper_inf(c.valid) WHERE true",
    conditions=MappingProxyType(
        {
            "verify_late": f"w.state = 'verifying' AND {_TASK_KEPT}",
            "check_late": f"w.state = 'checking' AND {_TASK_KEPT}",
            "dispatch_late": "w.state = 'dispatching'",
            "handle_late": f"w.state = 'handling' AND {_JUDGED_WAIT}",
            "close_late": "w.state = 'closing'",
        }
    ),
    keys=MappingProxyType(
        {
            Subject.INSPECTOR: (
                f"nullif((SELECT p.details ->> 'inspector' FROM {STEPS} p"
                f" WHERE p.case_code = w.code AND p.action IN {_any_of(TASKS_SENT)}"
                " AND (w.left_by IS NULL OR p.id < w.left_by) ORDER BY p.id DESC LIMIT 1), '')"
            ),
            Subject.DEPARTMENT: (
                f"coalesce({_dispatched_to('w.code', 'w.left_by')},"
                " CASE WHEN c.dispatched_at <= w.due_at THEN nullif(c.department, '') END)"
            ),
            **_HERE,
        }
    ),
    columns="w.code, w.state, w.due_at, '', w.due_at",
    order="w.due_at DESC, w.code",
)

# Of filings: what the public told, near to which no inspector had reported the same class.
_MISSED = (
    f"{_REPORTED_BY_PUBLIC} AND NOT EXISTS (SELECT FROM {CASES} o"
    " WHERE upper_inf(o.valid) AND o.code <> c.code AND o.source = '监督员上报'"
    " AND o.scheme = c.scheme AND o.class_code = c.class_code"
    " AND ST_DWithin(o.geom, c.geom, %(radius_m)s) AND o.reported_at"
    " BETWEEN c.reported_at - %(hours)s * interval '1 hour' AND c.reported_at)"
)
FILED_IN_AREA = CountSource(
    sql=f"{TAKEN.sql} AND s.action = 'file' AND f.is_first",
    conditions=MappingProxyType({"filed_in_area": "true", "missed": _MISSED}),
    keys=MappingProxyType({Subject.INSPECTOR: "c.district_code"}),
    columns=TAKEN.columns,
    order=TAKEN.order,
)
SOURCES = (TAKEN, WAITED, FILED_IN_AREA)
