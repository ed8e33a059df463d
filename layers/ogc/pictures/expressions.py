"""The values of MapLibre expressions, as far as our own styles use them: values in, values out.

``layers.declarations.cartography`` writes the styles; a browser's map and a printed sheet
read the same ones, so neither can differ from the declarations.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from layers.errors import LayersError

Properties = Mapping[str, Any]


class UnknownExpression(LayersError, ValueError):
    """An expression that no style of ours uses."""


def evaluate(expression: Any, zoom: float, properties: Properties) -> Any:
    """The value of an expression for one feature at a zoom; what is no expression is itself.

    >>> evaluate(["match", ["get", "kind"], "a", 1, 2], 14, {"kind": "a"})
    1
    >>> evaluate(["interpolate", ["linear"], ["zoom"], 10, 1, 20, 3], 15, {})
    2.0

    Raises:
        UnknownExpression: an operator that is not among ours.
    """
    if not isinstance(expression, list) or not expression or not isinstance(expression[0], str):
        return expression
    operator = OPERATORS.get(expression[0])
    if operator is None:
        raise UnknownExpression(f"{expression[0]}?")
    return operator(expression[1:], zoom, properties)


def fields_in(expression: Any) -> set[str]:
    """The fields that an expression, or anything it stands in, reads.

    >>> sorted(fields_in({"a": ["+", ["get", "x"], ["get", "y"]]}))
    ['x', 'y']
    """
    if isinstance(expression, Mapping):
        return set().union(*(fields_in(part) for part in expression.values()), set())
    if not isinstance(expression, list | tuple):
        return set()
    if len(expression) == 2 and expression[0] == "get":
        return {str(expression[1])}
    return set().union(*(fields_in(part) for part in expression), set())


def _get(args: Sequence[Any], _zoom: float, properties: Properties) -> Any:
    return properties.get(args[0])


def _zoom(_args: Sequence[Any], zoom: float, _properties: Properties) -> float:
    return zoom


def _match(args: Sequence[Any], zoom: float, properties: Properties) -> Any:
    value = evaluate(args[0], zoom, properties)
    for label, result in zip(args[1:-1:2], args[2:-1:2], strict=True):
        if value in label if isinstance(label, list) else value == label:
            return evaluate(result, zoom, properties)
    return evaluate(args[-1], zoom, properties)


def _step(args: Sequence[Any], zoom: float, properties: Properties) -> Any:
    value, result = evaluate(args[0], zoom, properties), args[1]
    for bound, following in zip(args[2::2], args[3::2], strict=True):
        if value < bound:
            break
        result = following
    return evaluate(result, zoom, properties)


def _interpolate(args: Sequence[Any], zoom: float, properties: Properties) -> float:
    kind, value = args[0], evaluate(args[1], zoom, properties)
    stops = list(zip(args[2::2], args[3::2], strict=True))
    base = kind[1] if kind[0] == "exponential" else 1
    if value <= stops[0][0]:
        return evaluate(stops[0][1], zoom, properties)
    for (low, first), (high, second) in zip(stops, stops[1:], strict=False):
        if value < high:
            share = _share(value - low, high - low, base)
            before = evaluate(first, zoom, properties)
            return before + (evaluate(second, zoom, properties) - before) * share
    return evaluate(stops[-1][1], zoom, properties)


def _share(progress: float, whole: float, base: float) -> float:
    return progress / whole if base == 1 else (base**progress - 1) / (base**whole - 1)


def _coalesce(args: Sequence[Any], zoom: float, properties: Properties) -> Any:
    found = (evaluate(arg, zoom, properties) for arg in args)
    return next((value for value in found if value is not None), None)


def _to_string(args: Sequence[Any], zoom: float, properties: Properties) -> str:
    value = evaluate(args[0], zoom, properties)
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # as the browser writes it
    return "" if value is None else str(value)


def _concat(args: Sequence[Any], zoom: float, properties: Properties) -> str:
    return "".join(_to_string([arg], zoom, properties) for arg in args)


def _values(args: Sequence[Any], zoom: float, properties: Properties) -> list[Any]:
    return [evaluate(arg, zoom, properties) for arg in args]


def _product(args: Sequence[Any], zoom: float, properties: Properties) -> float:
    first, second = _values(args, zoom, properties)
    return first * second


def _equal(args: Sequence[Any], zoom: float, properties: Properties) -> bool:
    first, second = _values(args, zoom, properties)
    return first == second


OPERATORS: dict[str, Callable[[Sequence[Any], float, Properties], Any]] = {
    "get": _get,
    "zoom": _zoom,
    "match": _match,
    "step": _step,
    "interpolate": _interpolate,
    "coalesce": _coalesce,
    "to-string": _to_string,
    "concat": _concat,
    "+": lambda args, zoom, properties: sum(_values(args, zoom, properties)),
    "*": _product,
    "max": lambda args, zoom, properties: max(_values(args, zoom, properties)),
    "==": _equal,
}
