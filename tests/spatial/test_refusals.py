"""Every fault is one line in two languages, and what is secret stays out of it."""

from typing import Annotated

import pytest
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from spatial.refusals import Wrong, refusals


def _even(number: int) -> int:
    if number % 2:
        raise Wrong("应为偶数", "should be even")
    return number


class Sheet(BaseModel):
    model_config = ConfigDict(extra="forbid")

    scale: int = Field(ge=500)
    columns: Annotated[int, AfterValidator(_even)] = 2
    key: int = 1


@pytest.mark.parametrize(
    ("given", "lines"),
    [
        ({}, ["缺少 scale / scale is missing"]),
        ({"scale": 500, "scael": 1}, ["不认识的设置 scael / scael is not a setting"]),
        (
            {"scale": "large"},
            [
                "scale 应为整数，现为 'large' / scale should be a whole number, not 'large'",
            ],
        ),
        ({"scale": 50}, ["scale 不应小于 500，现为 50 / scale should be at least 500, not 50"]),
        (
            {"scale": 500, "columns": 3},
            ["columns 应为偶数，现为 3 / columns should be even, not 3"],
        ),
        ({"scale": 500, "key": "geheim"}, ["key 应为整数 / key should be a whole number"]),
    ],
)
def test_a_fault_is_one_line(given, lines):
    with pytest.raises(ValidationError) as refused:
        Sheet.model_validate(given)
    assert refusals(refused.value, {"key"}) == lines


def test_a_fault_that_has_no_text_of_ours_has_the_validators():
    class Other(BaseModel):
        when: bytes

    with pytest.raises(ValidationError) as refused:
        Other.model_validate({"when": 1})
    (line,) = refusals(refused.value)
    assert line.startswith("when Input should be a valid bytes")
