"""The version that a write is based on: which one the writer names, and whether it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from layers.ogc.common.errors import NotFound, PreconditionFailed, PreconditionRequired
from layers.ogc.common.etags import version_in
from layers.ogc.common.negotiation import share_for
from layers.ogc.features.history import not_there
from layers.reading.reading import read
from layers.reading.shares import Share
from spatial.periods import NOW
from spatial.versions.audiences import first_of, span_of
from spatial.versions.districts import LENGTHS
from spatial.versions.queries import attribute_fields


@dataclass(frozen=True)
class Standing:
    """The version that a write is based on: all of its row, and since when it is so.

    ``shown_since`` is when it began as the writer was shown it, which may be earlier.
    """

    code: str
    version: int
    start: datetime
    shown_since: datetime
    values: Mapping[str, Any]


def standing_version(request: HttpRequest, share: Share, code: str) -> Standing:
    """The current version, which the writer has named by If-Match.

    Raises:
        NotFound, Gone: there is none in the caller's share, or none that it may write.
        PreconditionRequired, PreconditionFailed: the writer has named none, or another.
    """
    seen = seen_share(request, share)
    version = _current_id(seen, code)
    if version is None:
        raise not_there(request, seen, code, NOW)
    tags = request.META.get("HTTP_IF_MATCH", "")
    if not tags:
        raise PreconditionRequired(
            _("须以 If-Match 头注明所依据的版本（取自 ETag）；不论版本则写 *")
        )
    if tags.strip() != "*" and version not in {version_in(tag) for tag in tags.split(",")}:
        raise PreconditionFailed(_("要素“%(code)s”已被改动；请重新读取后再写") % {"code": code})
    row = share.layer.model.objects.current().filter(code=code).first()
    if row is None or first_of(row, seen.audience) != version:  # another writer was faster
        raise PreconditionFailed(_("要素“%(code)s”刚刚被改动；请重新读取后再写") % {"code": code})
    if not is_of_districts(share, row):
        raise NotFound(_("授权写入的区划之内没有要素“%(code)s”") % {"code": code})
    values = {field.name: getattr(row, field.name) for field in attribute_fields(type(row))}
    return Standing(code, row.pk, row.valid.lower, span_of(row, seen.audience).lower, values)


def seen_share(request: HttpRequest, share: Share) -> Share:
    """What the writer reads of the layer: no less than anybody else, and maybe more than it writes."""
    return share_for(request, share.layer.id)


def is_of_districts(share: Share, row: Any) -> bool:
    """Whether a row lies in the districts to which writing is cut, if it is, and in no others."""
    if not share.districts:
        return True
    codes = row.in_districts or []
    around = {code[:length] for code in share.districts for length in LENGTHS}
    return bool(set(codes) & set(share.districts)) and all(
        code in around or code.startswith(share.districts) for code in codes
    )


def still_stands(share: Share, standing: Standing) -> bool:
    """Whether nobody has written the feature since, be it fields that the writer does not see."""
    return share.layer.model.objects.current().filter(pk=standing.version).exists()


def _current_id(share: Share, code: str) -> int | None:
    """The id by which the share knows the version of a code that stands, if one does."""
    if "\x00" in code:
        return None
    sql = f"SELECT id FROM {share.view} WHERE code = %s AND stands"
    return next((version for (version,) in read(share, sql, [code])), None)
