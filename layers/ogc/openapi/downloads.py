"""The part of the OpenAPI document about downloads."""

from typing import Any

from django.utils.translation import gettext as _

from layers.ogc.common.negotiation import DOWNLOAD_FORMS, PAGING
from layers.ogc.openapi import formats, parts
from layers.ogc.openapi.features import PAGE, equal
from layers.reading.shares import Share


def paths(share: Share) -> dict[str, Any]:
    """The path of one collection's download: the parameters of items without paging."""
    layer = share.layer
    chosen = [name for name in PAGE if name not in PAGING]
    return {
        f"/collections/{layer.id}/download": parts.get(
            f"{layer.id}.download",
            _("%(title)s整层下载") % {"title": layer.title_shown},
            [
                *map(parts.shared, chosen),
                formats.parameter(DOWNLOAD_FORMS),
                *(equal(share, field.name) for field in share.fields),
            ],
            formats.contents(DOWNLOAD_FORMS) | parts.NOT_MODIFIED,
            tag=layer.id,
            refusals=(503,),
        )
    }
