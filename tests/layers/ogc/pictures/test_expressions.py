"""Expressions have the values that MapLibre's specification gives them."""

import pytest

from layers.declarations.cartography import colour_expression, label_layers, shape_layers
from layers.declarations.registry import all_layers
from layers.ogc.pictures.expressions import UnknownExpression, evaluate, fields_in

DRAWN = [layer for layer in all_layers() if layer.paint and layer.geometry]


@pytest.mark.parametrize(
    ("expression", "zoom", "values", "result"),
    [
        ("#ffffff", 14, {}, "#ffffff"),
        ([0, 0.8], 14, {}, [0, 0.8]),
        (["get", "a"], 14, {"a": 3}, 3),
        (["get", "a"], 14, {}, None),
        (["match", ["get", "a"], "x", 1, ["y", "z"], 2, 3], 14, {"a": "z"}, 2),
        (["match", ["get", "a"], "x", 1, 3], 14, {"a": None}, 3),
        (["step", ["get", "a"], "low", 4, "mid", 7, "high"], 14, {"a": 3}, "low"),
        (["step", ["get", "a"], "low", 4, "mid", 7, "high"], 14, {"a": 4}, "mid"),
        (["step", ["get", "a"], "low", 4, "mid", 7, "high"], 14, {"a": 70}, "high"),
        (["interpolate", ["linear"], ["zoom"], 10, 1, 20, 3], 5, {}, 1),
        (["interpolate", ["linear"], ["zoom"], 10, 1, 20, 3], 15, {}, 2.0),
        (["interpolate", ["linear"], ["zoom"], 10, 1, 20, 3], 25, {}, 3),
        (["interpolate", ["exponential", 2], ["zoom"], 10, 1, 12, 4], 11, {}, 2.0),
        (["coalesce", ["get", "a"], 6], 14, {"a": 0}, 0),
        (["coalesce", ["get", "a"], 6], 14, {"a": None}, 6),
        (["max", 3, ["get", "a"]], 14, {"a": 9}, 9),
        (["+", 1, ["*", 2, ["get", "a"]]], 14, {"a": 4}, 9),
        (["to-string", ["get", "a"]], 14, {"a": None}, ""),
        (["==", ["get", "a"], "x"], 14, {"a": "x"}, True),
    ],
)
def test_values(expression, zoom, values, result):
    assert evaluate(expression, zoom, values) == result


def test_what_no_style_of_ours_uses_is_refused():
    with pytest.raises(UnknownExpression):
        evaluate(["heatmap-density"], 14, {})


@pytest.mark.parametrize("layer", DRAWN, ids=lambda layer: layer.id)
def test_every_declared_style_can_be_evaluated(layer):
    for entry in [*shape_layers(layer, 27.7), *label_layers(layer)]:
        values = dict.fromkeys(fields_in(entry))
        layout = entry.get("layout", {})
        texts = [layout[name] for name in ("text-field", "text-size") if name in layout]
        for zoom in (8, 12.5, 16, 19.4):
            for expression in [*entry["paint"].values(), *texts, entry.get("filter", True)]:
                evaluate(expression, zoom, values)
    assert isinstance(evaluate(colour_expression(layer), 16, {}), str)
