"""Why a declared value is refused: one line for each fault, Chinese and English."""

from collections.abc import Container, Iterator
from typing import Any

from pydantic import ValidationError

from spatial.errors import SpatialError

# What the validator calls a fault, and what it says to a reader; its own words fill the rest.
TEXTS = {
    "int_parsing": ("应为整数", "should be a whole number"),
    "int_type": ("应为整数", "should be a whole number"),
    "int_from_float": ("应为整数", "should be a whole number"),
    "float_parsing": ("应为数字", "should be a number"),
    "float_type": ("应为数字", "should be a number"),
    "finite_number": ("应为有限的数", "should be a finite number"),
    "bool_parsing": ("应为 1 或 0", "should be 1 or 0"),
    "string_type": ("应为文字", "should be a text"),
    "string_pattern_mismatch": ("应符合 {pattern}", "should match {pattern}"),
    "string_too_short": ("不能为空", "should not be empty"),
    "literal_error": ("应为 {expected} 之一", "should be one of {expected}"),
    "greater_than": ("应大于 {gt}", "should be greater than {gt}"),
    "greater_than_equal": ("不应小于 {ge}", "should be at least {ge}"),
    "less_than": ("应小于 {lt}", "should be less than {lt}"),
    "less_than_equal": ("不应大于 {le}", "should be at most {le}"),
    "too_short": ("至少要有 {min_length} 项", "should have at least {min_length} entries"),
    "tuple_type": ("应为列表", "should be a list"),
    "frozen_set_type": ("应为列表", "should be a list"),
    "dict_type": ("应为一节设置", "should be a section"),
    "model_type": ("应为一节设置", "should be a section"),
    "time_parsing": ("应为时刻，如 08:30", "should be a time such as 08:30"),
    "time_type": ("应为时刻，如 08:30", "should be a time such as 08:30"),
}


class Wrong(SpatialError, ValueError):
    """A fault that a declaration of ours finds, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh, en)


def refusals(error: ValidationError, secret: Container[str] = ()) -> list[str]:
    """One line for each fault; the values of secret names stay out of it.

    >>> from pydantic import BaseModel, Field
    >>> class Sheet(BaseModel):
    ...     width_m: float = Field(gt=0)
    >>> try:
    ...     Sheet(width_m="-2")
    ... except ValidationError as error:
    ...     refusals(error)
    ["width_m 应大于 0.0，现为 '-2' / width_m should be greater than 0.0, not '-2'"]
    """
    return list(_lines(error, secret))


def _lines(error: ValidationError, secret: Container[str]) -> Iterator[str]:
    for fault in error.errors(include_url=False):
        name = ".".join(map(str, fault["loc"]))
        if fault["type"] == "missing":
            yield f"缺少 {name} / {name} is missing"
        elif fault["type"] == "extra_forbidden":
            yield f"不认识的设置 {name} / {name} is not a setting"
        else:
            zh, en = _reason(fault)
            if fault["loc"] and fault["loc"][0] not in secret:
                zh, en = f"{zh}，现为 {fault['input']!r}", f"{en}, not {fault['input']!r}"
            yield f"{name} {zh} / {name} {en}".strip()


def _reason(fault: Any) -> tuple[str, str]:
    context = fault.get("ctx", {})
    if isinstance(context.get("error"), Wrong):
        zh, en = context["error"].args
        return zh, en
    zh, en = TEXTS.get(fault["type"], (fault["msg"], fault["msg"]))
    return zh.format(**context), en.format(**context)
