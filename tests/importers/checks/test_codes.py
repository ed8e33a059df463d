import numpy as np
import pytest

from importers.checks.catalogue import rules_for
from importers.checks.codes import check_codes
from importers.values.batch import Batch
from spatial.city import city

OWN = city().adcode


def found(layer, *codes, **columns):
    rows = np.arange(1, len(codes) + 1)
    columns = {name: np.array(values, object) for name, values in columns.items()}
    batch = Batch("f", rows, {"code": np.array(codes, object), **columns})
    check_codes(batch, rules_for(layer))
    return [(issue.row, issue.code) for issue in batch.issues]


@pytest.mark.parametrize(
    "layer, code",
    [
        ("parcels", f"{OWN}001002GB00001"),
        ("parcels", f"{OWN}001002JC99999"),
        ("buildings", f"{OWN}001002JC00001F0001"),
        ("units", f"{OWN}001002GB00001F00010001"),
        ("units", f"{OWN}001002GB00001W00000000"),
        ("districts", OWN),
        ("districts", f"{OWN}001"),
        ("grid-cells", f"{OWN}001001001"),
        ("components", f"{OWN}0101000001"),
        ("addresses", "anything"),
    ],
)
def test_a_right_code_is_left_alone(layer, code):
    assert not found(layer, code)


@pytest.mark.parametrize(
    "layer, code, rule",
    [
        ("parcels", f"{OWN}001002GB0001", "code-syntax"),
        ("parcels", f"{OWN}001002GB00000", "code-syntax"),
        ("parcels", f"{OWN}001002QB00001", "code-syntax"),
        ("parcels", f"{OWN}001002GH00001", "code-syntax"),
        ("parcels", f"{OWN}00100200000001", "code-syntax"),
        ("parcels", "430102001002GB00001", "code-county"),
        ("parcels", f"{OWN}001002GC00001", "code-letters"),
        ("parcels", f"{OWN}001002ZA00001", "code-letters"),
        ("buildings", f"{OWN}001002GB00001L0001", "code-syntax"),
        ("units", f"{OWN}001002GB00001W00000001", "code-syntax"),
        ("districts", f"{OWN}01", "code-syntax"),
        ("grid-cells", f"{OWN}00100100", "code-syntax"),
    ],
)
def test_a_wrong_code_is_named_once(layer, code, rule):
    assert found(layer, code) == [(1, rule)]


def test_an_empty_code_is_not_the_business_of_these_rules():
    assert not found("parcels", "")


def test_a_district_code_is_as_long_as_its_level_says():
    assert found("districts", OWN, f"{OWN}001", level=["county", "village"]) == [(2, "code-level")]


def test_a_component_has_its_class_in_its_code():
    code = f"{OWN}0137000001"
    assert not found("components", code, class_code=["0137"])
    assert found("components", code, class_code=["0110"]) == [(1, "code-class")]
    assert not found("components", code)  # the file says nothing of classes
    assert found("components", f"{OWN}01370001", class_code=["0110"]) == [(1, "code-syntax")]
