"""Originals and samples of the tests go to a folder of their own."""

import pytest


@pytest.fixture(autouse=True)
def var(settings, tmp_path):
    settings.VAR = tmp_path / "var"
    settings.TERRAIN = settings.VAR / "terrain.tif"
    return settings.VAR
