"""Where the classes of susceptibility lie, and which of them lead: those that were approved."""

from pathlib import Path

from spatial.terrain.products import ELEVATION

CLASSES = ("low", "medium", "high", "very_high")  # as cells hold them, from 0


def modelled_path() -> Path:
    """The classes of the city's own model, beside the heights."""
    return ELEVATION.path.with_name("susceptibility.tif")


def approved_path() -> Path:
    """The classes that the province approved (易发区), beside the heights."""
    return ELEVATION.path.with_name("susceptibility-approved.tif")


def leading_path() -> Path | None:
    """The classes that are computed with: approved ones outrank a model's; None without any."""
    return next((path for path in (approved_path(), modelled_path()) if path.exists()), None)
