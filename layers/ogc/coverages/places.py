"""The well-known text of an EDR query's ``coords``, bounded before it is read."""

import numpy as np
import shapely
from django.utils.translation import gettext as _

from layers.ogc.common.errors import ContentTooLarge, InvalidParameter
from layers.ogc.common.requests import Crs

MOST_TEXT, MOST_POINTS, MOST_CORNERS = 500_000, 1_000, 20_000


def read_points(text: str, crs: Crs) -> np.ndarray:
    """The points (n, 2) of POINT or MULTIPOINT, x before y.

    Raises:
        InvalidParameter: another geometry, or none.
        ContentTooLarge: more points than are answered at once.
    """
    found = shapely.get_coordinates(_read(text, ("Point", "MultiPoint"), crs))
    if len(found) > MOST_POINTS:
        raise ContentTooLarge(
            _("coords 有 %(number)s 个点，上限 %(most_points)s")
            % {"number": f"{len(found):,}", "most_points": f"{MOST_POINTS:,}"}
        )
    return found


def read_area(text: str, crs: Crs) -> shapely.Geometry:
    """The area of POLYGON or MULTIPOLYGON, x before y.

    Raises:
        InvalidParameter: another geometry, or one that crosses itself.
        ContentTooLarge: too many corners.
    """
    found = _read(text, ("Polygon", "MultiPolygon"), crs)
    if shapely.get_num_coordinates(found) > MOST_CORNERS:
        raise ContentTooLarge(
            _("coords 的图形超过 %(most_corners)s 个坐标点") % {"most_corners": f"{MOST_CORNERS:,}"}
        )
    if not found.is_valid:
        raise InvalidParameter(
            _("coords 的图形无效：%(is_valid_reason)s")
            % {"is_valid_reason": shapely.is_valid_reason(found)}
        )
    return found


def _read(text: str, kinds: tuple[str, ...], crs: Crs) -> shapely.Geometry:
    if not text:
        raise InvalidParameter(_("coords 必填：WKT 图形"))
    if len(text) > MOST_TEXT:
        raise ContentTooLarge(
            _("coords 超过 %(most_text)s 个字符") % {"most_text": f"{MOST_TEXT:,}"}
        )
    word = text.lstrip().upper()
    if not word.startswith(tuple(kind.upper() for kind in kinds)):  # nothing that nests
        raise InvalidParameter(
            _("coords 应为 %(listed)s") % {"listed": " 或 ".join(kind.upper() for kind in kinds)}
        )
    try:
        found = shapely.from_wkt(text)
    except shapely.errors.GEOSException:
        raise InvalidParameter(_("coords 不是有效的 WKT：%(text)s") % {"text": text[:60]}) from None
    if found is None or found.is_empty or found.geom_type not in kinds:
        raise InvalidParameter(
            _("coords 应为 %(listed)s") % {"listed": " 或 ".join(kind.upper() for kind in kinds)}
        )
    coordinates = shapely.get_coordinates(found)
    if not np.isfinite(coordinates).all():
        raise InvalidParameter(_("coords 中有无效的坐标"))
    found = shapely.force_2d(found)
    return shapely.transform(found, lambda xy: xy[:, ::-1]) if crs.flipped else found
