"""Water networks of EPANET, read as the tables nodes and links (``importers.formats.epanet``).

A model is a simplification: its bends, lengths and levels need not be surveyed ones. Its
``height_m`` is the level that pressure counts from, which may be the ground's or the
pipe's; it is not taken for the ground level. Ids are unique within one model only. The
register writes sections in millimetres, and so is ``管径``, also of US models.
"""

from importers.sources.declarations import Source

SOURCES = (
    Source(
        name="epanet-nodes",
        title="EPANET 给水管网节点",
        layer="pipe-points",
        table="nodes",
        signature=("id", "kind", "elevation", "demand"),
        columns={"id": "code", "特征": "feature", "附属物": "fitting"},
        constants={"network": "JS"},
    ),
    Source(
        name="epanet-links",
        title="EPANET 给水管网管段",
        layer="pipe-lines",
        table="links",
        signature=("id", "node1", "node2", "diameter_mm"),
        columns={
            "id": "code",
            "node1": "start_code",
            "node2": "end_code",
            "管径": "section",
        },
        constants={"network": "JS"},
    ),
)
