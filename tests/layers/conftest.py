"""What tests of shares have in common."""

import pytest

from tests.layers.declared import CLOSED, redeclared


@pytest.fixture
def closed_parcels():
    """Parcels as a conditional layer, so that a grant of districts is all that a caller has."""
    with redeclared("parcels", **CLOSED) as layer:
        yield layer
