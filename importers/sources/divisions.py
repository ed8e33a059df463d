"""Administrative divisions as county and provincial bureaus hand them out."""

from importers.sources.declarations import Source

SOURCES = (
    Source(
        name="county-divisions",
        title="县级行政区划",
        layer="districts",
        signature=("行政代码", "区县名称"),
        columns={"行政代码": "code", "区县名称": "name"},
        constants={"level": "county"},
    ),
    Source(
        name="survey-villages",
        title="国土调查村级调查区",
        layer="districts",
        signature=("ZLDWDM", "ZLDWMC"),
        columns={"ZLDWDM": "code", "ZLDWMC": "name"},
        constants={"level": "village"},
    ),
)
