"""A map as one file that opens anywhere: the only door to folium.

Leaflet's program and styles are written into the page, data as GeoJSON; there is no
base map, no address of another host, and a content policy in the page that forbids
any. The sheet is A4 across, on the screen as on paper.
"""

import base64
import html
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, cast

import folium
from branca.element import Element, Figure, MacroElement
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from folium.template import Template
from folium.utilities import JsCode

from layers.declarations.declarations import Paint
from webmap.exports.data import DrawnLayer, popup_fields
from webmap.exports.paint import casing_style, legend_of, pixel_size_m, style_of, with_labels
from webmap.web.values import field_title

LEAFLET = Path(settings.BASE_DIR) / "node_modules" / "leaflet" / "dist"
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
VECTOR_LIMIT = 4_000  # above it the browser draws on a canvas: quicker, less crisp in print

LABELLING = JsCode(
    "function (feature, layer) { if (feature.label) layer.bindTooltip(feature.label,"
    ' { permanent: true, direction: feature.geometry.type === "Point" ? "right" : "center",'
    ' className: "sheet-label" }); }'
)

Bbox = tuple[float, float, float, float]


class Verbatim(Element):
    """Text put into the page as it stands; folium would read braces as its own."""

    _template = Template("{{ this.text }}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self._name = "Verbatim"
        self.text = text


class MapSheet(MacroElement):
    """What the page does with the map: fit the box, frame it, tell the scale."""

    _template = Template(
        "{% macro script(this, kwargs) %}{{ this.program }}"
        "({{ this._parent.get_name() }}, {{ this.box | tojson }});{% endmacro %}"
    )

    def __init__(self, program: str, box: Sequence[Sequence[float]]) -> None:
        super().__init__()
        self._name = "MapSheet"
        self.program, self.box = program, box


def render_map(drawn: Sequence[DrawnLayer], bbox: Bbox, heading: Mapping[str, Any]) -> str:
    """The whole page as text.

    Args:
        drawn: the layers in the order of the legend.
        bbox: west, south, east, north in degrees.
        heading: what the sheet's templates say: city, title, subtitle, state, made_at,
            made_by, sources.
    """
    west, south, east, north = bbox
    folium_map = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        tiles=None,
        prefer_canvas=sum(len(one.features) for one in drawn) > VECTOR_LIMIT,
        zoom_snap=0,
        zoom_delta=0.5,
        attribution_control=False,
    )
    folium_map.default_js, folium_map.default_css = [], []
    figure = cast(Figure, folium_map.get_root())
    _dress(figure, drawn, heading)
    metres = pixel_size_m(bbox)
    for one in sorted(drawn, key=lambda one: one.layer.paint.rank if one.layer.paint else 0):
        if one.features:
            _add_layer(folium_map, one, metres)
    if any(one.features for one in drawn):
        folium.LayerControl(collapsed=True).add_to(folium_map)
    MapSheet(_part("sheet.js"), [[south, west], [north, east]]).add_to(folium_map)
    page = figure.render()
    return page.replace("<html>", f'<html lang="{get_language() or "zh-hans"}">', 1)


def _dress(figure: Figure, drawn: Sequence[DrawnLayer], heading: Mapping[str, Any]) -> None:
    """Head and legend of the sheet, Leaflet, styles, and the content policy."""
    figure.title = html.escape(f"{heading['city']} {heading['title']}")
    head, body = figure.header, figure.html
    head.add_child(
        Verbatim(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'), name="policy"
    )
    head.add_child(Verbatim('<meta name="viewport" content="width=device-width, initial-scale=1">'))
    head.add_child(Verbatim(f"<script>{leaflet_program()}</script>"), name="leaflet")
    head.add_child(Verbatim(f"<style>{leaflet_style()}</style>"), name="leaflet_css")
    head.add_child(Verbatim(f"<style>{_part('sheet.css')}</style>"), name="sheet_css")
    legend = [{"drawn": one, "entries": legend_of(one)} for one in drawn]
    context = {**heading, "legend": legend, "schematic": _schematic(drawn)}
    body.add_child(Verbatim(render_to_string("exports/sheet.html", context)), name="sheet")


def _schematic(drawn: Sequence[DrawnLayer]) -> bool:
    return any(feature["schematic"] for one in drawn for feature in one.features)


def _add_layer(folium_map: folium.Map, one: DrawnLayer, metres: float) -> None:
    layer, paint = one.layer, one.layer.paint or Paint("line")
    features = with_labels(one)
    if paint.casing:
        _geojson(
            [{**feature, "properties": {}} for feature in features],
            [casing_style(layer, feature, metres) for feature in features],
            control=False,
        ).add_to(folium_map)
    drawn = _geojson(
        features,
        [style_of(layer, feature, metres) for feature in features],
        name=one.title,
        marker=folium.CircleMarker(radius=paint.width) if paint.kind == "circle" else None,
        on_each_feature=LABELLING,
    )
    fields = popup_fields(one.share)
    titles = [_inert(field_title(layer, layer.column(field.name))) for field in fields]
    folium.GeoJsonPopup(
        fields=["code", *(field.name for field in fields)],
        aliases=[_("编码"), *titles],
        localize=False,
        max_width=340,
    ).add_to(drawn)
    drawn.add_to(folium_map)


def _geojson(features: list[dict], styles: list[dict], **options: Any) -> folium.GeoJson:
    """A folium layer of features and their styles, one for one."""
    collection = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": str(number),
                "geometry": feature["geometry"],
                "properties": {k: _inert(v) for k, v in feature["properties"].items()},
                "label": _inert(feature.get("label", "")),
            }
            for number, feature in enumerate(features)
        ],
    }
    return folium.GeoJson(
        collection,
        style_function=lambda feature: styles[int(feature["id"])],
        smooth_factor=0.5,
        **options,
    )


def _inert(text: str) -> str:
    """Text as harmless HTML.

    folium writes popups as they come, and reads the scripts it has written once more
    as Jinja templates: without the braces escaped, a description from outside that
    says ``{{ … }}`` would run in the worker.
    """
    return html.escape(text).replace("{", "&#123;").replace("}", "&#125;")


@cache
def leaflet_program() -> str:
    """Leaflet, without the address of its source map."""
    text = (LEAFLET / "leaflet.js").read_text(encoding="utf-8")
    return re.sub(r"//# sourceMappingURL=\S+", "", text)


@cache
def leaflet_style() -> str:
    """Leaflet's styles with their images written in."""
    text = (LEAFLET / "leaflet.css").read_text(encoding="utf-8")
    return re.sub(r"url\(([^)]+\.png)\)", _data_uri, text)


def _data_uri(match: re.Match[str]) -> str:
    image = (LEAFLET / match[1].strip("'\"")).read_bytes()
    return f"url(data:image/png;base64,{base64.b64encode(image).decode()})"


@cache
def _part(name: str) -> str:
    """A style or program of the sheet, kept beside its template."""
    return (settings.BASE_DIR / "webmap" / "templates" / "exports" / name).read_text("utf-8")
