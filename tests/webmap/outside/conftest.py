"""A server of maps, and a city that shows some of them."""

from collections.abc import Callable

import pytest

from tests.webmap.outside.servers import serving
from webmap.outside import declarations, fetching


@pytest.fixture
def server():
    fetching.forget_failures()
    with serving() as found:
        yield found
    fetching.forget_failures()


@pytest.fixture
def shows(settings, tmp_path) -> Callable[..., None]:
    """Make the city show one map with these settings."""
    settings.VAR = tmp_path / "var"

    def write(**values) -> None:
        usual = {"id": "ortho", "title": "影像", "title_en": "Imagery", "attribution": "省厅"}
        values = {**usual, "kind": "xyz", "public": True, "kept_hours": 1, **values}
        lines = [f"{name} = {_toml(value)}" for name, value in values.items()]
        settings.OUTSIDE_MAPS = tmp_path / f"maps-{len(list(tmp_path.iterdir()))}.toml"
        settings.OUTSIDE_MAPS.write_text("\n".join(["[[map]]", *lines]), encoding="utf-8")

    yield write
    declarations._loaded.cache_clear()


def _toml(value) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value)
