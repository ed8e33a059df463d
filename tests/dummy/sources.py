"""How the office of parks names its columns."""

from importers.sources.declarations import Source

SOURCES = (
    Source(
        name="park-survey",
        title="公园普查",
        layer="parks",
        signature=("GYBH", "GYMC"),
        columns={"GYBH": "code", "GYMC": "name", "GYLX": "kind"},
    ),
)
