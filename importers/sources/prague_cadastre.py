"""Czech cadastral plots (RÚIAN), as in momepy's Bubeneč sample: the second city of the tests."""

from importers.sources.declarations import Source

SOURCES = (
    Source(
        name="prague-plots",
        title="捷克地籍宗地（RÚIAN）",
        layer="parcels",
        table="plots",
        signature=("ID_2", "TYPPPD_KOD", "KATUZE_KOD"),
        columns={"ID_2": "code", "ID": "location", "KATUZE_KOD": "district_code"},
        constants={"scheme": "RÚIAN"},
    ),
)
