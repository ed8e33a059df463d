"""The reason of a change names nobody whose name the register keeps sealed."""

from collections.abc import Mapping
from typing import Any

from spatial.sealed.fields import column_of, sealed_fields
from spatial.sealed.queries import codes_named_in
from spatial.versions.edits import VersionConflict
from spatial.versions.models import Change, VersionedFeature

NAMED = "事由或依据文件中写有该要素的姓名或号码，个人信息只能留在登记簿内，请改写"


def check_reason(
    cursor: Any,
    change: Change,
    model: type[VersionedFeature],
    source: str,
    params: Mapping[str, Any],
) -> None:
    """Hold the reason and the document of a change against the sealed values of its codes.

    ``source`` is a relation with the column code, ``params`` its parameters. Of a register
    written by steps the reasons are the platform's own.

    Raises:
        VersionConflict: a name or number of one of the codes, as it stands or stood, is there.
    """
    columns = [] if model.by_steps else [column_of(model, f) for f in sealed_fields(model)]
    texts = (change.why, change.document)
    if not columns or not (named := codes_named_in(texts, columns)):
        return
    codes = [code for _, code in named]
    cursor.execute(
        f"SELECT DISTINCT code FROM {source} WHERE code = ANY(%(named)s) LIMIT 20",
        {**params, "named": codes},
    )
    if found := cursor.fetchall():
        raise VersionConflict([(code, NAMED) for (code,) in found])
