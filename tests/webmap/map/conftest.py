"""The tiny town, and clients that see it as different people."""

import pytest

from spatial.housing.roles import HousingRole
from spatial.planning.roles import PlanningRole
from tests.town import make_user


@pytest.fixture
def clerk(client, town):
    """A client signed in as a housing clerk (以图管房)."""
    client.force_login(make_user("fangguan", HousingRole.HOUSING))
    return client


@pytest.fixture
def planner(client, town):
    """A client signed in as a planner (规划): sees pipes, no units."""
    client.force_login(make_user("guihua", PlanningRole.PLANNER))
    return client
