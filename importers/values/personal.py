"""What is said of a delivery holds no personal value: findings, remarks, parameters."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from importers.errors import DeliveryRefused
from importers.values.batch import Batch
from importers.values.columns import Register
from importers.values.issues import Issue
from spatial.sealed.rules.formats import Kind, mask


def mask_findings(batch: Batch, kinds: Mapping[str, Kind]) -> None:
    """Mask the personal values of a row wherever a finding on the row quotes them."""
    first = int(batch.rows[0]) if len(batch) else 0
    for issue in batch.issues if kinds else ():
        position = issue.row - first
        if not issue.row or not 0 <= position < len(batch):
            continue
        for name, kind in kinds.items():
            value = batch.columns[name][position]
            if isinstance(value, str) and value.strip():
                shown = mask(kind, value)
                issue.message = issue.message.replace(value, shown)
                issue.hint = issue.hint.replace(value, shown)


def masked_remarks(remarks: Iterable[Issue], headings: Collection[str]) -> Iterator[Issue]:
    """Remarks of a format; those on a personal column say that something is wrong, not what."""
    for remark in remarks:
        if remark.field in headings:
            where = remark.message.partition("：")[0]
            text = f"{where}：“{remark.field}”有误；是个人信息，不列出原值"
            yield replace(remark, message=text, hint="")
        else:
            yield remark


def check_constants(constants: Mapping[str, Any], register: Register) -> None:
    """Refuse personal values as parameters, which stand in jobs and in the record of the run.

    Raises:
        DeliveryRefused: there are some.
    """
    if named := [c.title for c in register.columns if c.personal and c.name in constants]:
        raise DeliveryRefused(
            f"“{'、'.join(named)}”是个人信息，不能以固定值给出", "请写在文件的列中"
        )
