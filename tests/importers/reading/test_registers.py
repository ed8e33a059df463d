"""What can be delivered: every layer, whatever columns its register has."""

import pytest

from importers.reading.registers import register_of
from layers.declarations.registry import all_layers


@pytest.mark.parametrize("layer", all_layers(), ids=lambda layer: layer.id)
def test_every_layer_can_be_delivered(layer):
    assert register_of(layer).columns
