"""What came of a run, in words for a terminal and as plain data for programs."""

from typing import Any

from importers.runs.outcome import RunOutcome
from importers.values.issues import Issue
from spatial.city import city
from spatial.crs import transformer

TITLES = {
    "added": "新增",
    "changed": "变更",
    "ended": "终止",
    "unchanged": "不变",
    "rejected": "拒收",
}
SEVERITIES = {"error": "错误", "warning": "警告"}


def lines(outcome: RunOutcome, limit: int) -> list[str]:
    """The report, line by line; each count carries its English word for grep."""
    run = outcome.run
    said = [f"入库批次 run: {run.pk}（{run.get_state_display()} {run.state}）"]
    said += [f"文件 file: {f['name']} {f['size']} 字节 sha256 {f['sha256']}" for f in run.files]
    if run.crs:
        said.append(f"坐标系 crs: {run.crs}")
    counts = vars(outcome.difference)
    for file, names in outcome.ignored.items():
        said.append(f"未采用的列 ignored columns（{file}）: {'、'.join(names)}")
    said += [f"{title} {word}: {counts[word]}" for word, title in TITLES.items()]
    said += _issue_lines(outcome, limit)
    if counts["lone"]:
        said.append(f"注意 caution: {_lone_words(outcome)}")
    if outcome.caution:
        said.append(f"注意 caution: {outcome.caution}")
    if outcome.notice:
        said.append(f"提示 notice: {outcome.notice}")
    if run.state == run.State.DRY:
        said.append(
            "试运行 dry run：没有写入；核对无误后 manage.py review_import"
            f" {run.pk} --commit，或在网页“数据入库”中审核"
        )
    if run.change_id:
        said.append(f"已入库 committed: run {run.pk}，变更 change {run.change_id}；"
                    f"撤销：manage.py undo_import {run.pk}")  # fmt: skip
    return said


def as_json(outcome: RunOutcome, limit: int) -> dict[str, Any]:
    """The same as data."""
    run, counts = outcome.run, vars(outcome.difference)
    return {
        "run": run.pk,
        "state": run.state,
        "layer": run.layer,
        "files": run.files,
        "source": run.source,
        "crs": run.crs,
        "change": run.change_id,
        **{word: counts[word] for word in (*TITLES, "held", "lone")},
        "ignored_columns": outcome.ignored,
        "issue_counts": outcome.log.by_kind(),
        "issues": [_issue_data(issue) for issue in outcome.log.kept[:limit]],
        "refused": outcome.refusal,
        "caution": outcome.caution,
        "notice": outcome.notice,
    }


def _lone_words(outcome: RunOutcome) -> str:
    lone = outcome.difference.lone
    found = f"{lone} 条不在文件中而在交付的范围内，没有别的行替换它们"
    if outcome.run.state == outcome.run.State.DRY:
        return f"{found}：审核时默认不终止，确实消失的用 review_import --end-absent 或在网页采纳"
    if outcome.refusal:
        return found
    return f"{found}，已终止；文件只是一部分的请撤销，加 --partial 重交"


def _issue_lines(outcome: RunOutcome, limit: int) -> list[str]:
    log = outcome.log
    said = [
        f"{SEVERITIES[severity]} {severity} {code}: {number}"
        for severity, codes in log.by_kind().items()
        for code, number in codes.items()
    ]
    said += [_issue_line(issue) for issue in log.kept[:limit]]
    if log.total > limit:
        said.append(f"……另有 {log.total - limit} 条问题未显示（--limit-issues）")
    return said


def _issue_line(issue: Issue) -> str:
    where = f"第 {issue.row} 行 row {issue.row}" if issue.row else "整个文件 row 0"
    place = _place(issue)
    position = (
        f" @ x={place['x']} y={place['y']} lon={place['lon']} lat={place['lat']}" if place else ""
    )
    hint = f"（{issue.hint}）" if issue.hint else ""
    name = f" {issue.field}" if issue.field else ""
    return (
        f"  [{issue.severity.value}] {issue.code} {issue.file} {where}{name}:"
        f" {issue.message}{hint}{position}"
    )


def _issue_data(issue: Issue) -> dict[str, Any]:
    shown_apart = ("x", "y", "severity", "place", "proposal")
    told = {k: v for k, v in vars(issue).items() if k not in shown_apart}
    told["proposal"] = issue.proposal is not None
    return {**told, "severity": issue.severity.value, "position": _place(issue)}


def _place(issue: Issue) -> dict[str, float]:
    if issue.x is None or issue.y is None:
        return {}
    lon, lat = transformer(city().projected, city().geographic).transform(issue.x, issue.y)
    return {
        "x": round(issue.x, 3),
        "y": round(issue.y, 3),
        "lon": round(lon, 7),
        "lat": round(lat, 7),
    }
