"""The links of a collection to its features in every format, page by page and whole."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from layers.ogc.common.negotiation import DOWNLOAD_FORMS, MEDIA_TYPES, PAGE_FORMS

TITLES = {
    "csv": gettext_noop("CSV 表格"),
    "fgb": "FlatGeobuf",
    "geojsonseq": gettext_noop("GeoJSON 序列"),
    "gpkg": "GeoPackage",
    "json": "GeoJSON",
    "jsonfg": "JSON-FG",
    "xlsx": gettext_noop("Excel 表格"),
    "dxf": "DXF（CAD）",
}
# "enclosure" in full: at the short name pygeoapi would fetch each link to learn its length.
IANA = "http://www.iana.org/assignments/relation/"
WHOLE = f"{IANA}enclosure"


def format_links(here: str) -> list[dict[str, str]]:
    """Items in the formats that pygeoapi does not name itself, and downloads in all of theirs."""
    paged = [form for form in PAGE_FORMS if form not in ("json", "html")]
    return [
        *(_link("items", form, f"{here}/items?f={form}", gettext_noop("要素")) for form in paged),
        *(
            _link(WHOLE, form, f"{here}/download?f={form}", gettext_noop("整层下载"))
            for form in DOWNLOAD_FORMS
        ),
    ]


def _link(rel: str, form: str, href: str, what: str) -> dict[str, str]:
    title = _("%(what)s：%(format)s") % {"what": _(what), "format": _(TITLES[form])}
    return {"type": MEDIA_TYPES[form], "rel": rel, "title": title, "href": href}
