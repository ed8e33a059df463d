"""Utility networks of pandapipes and pandapower, written as a GeoPackage of tables.

Real case: Schutterwald (Kisse et al., Energies 2020, 13, 4052; BSD-3-Clause) with gas, heat
and low voltage. Gas and heat have the same columns, so which network it is (RQ, RL) must be
said with the import and is not guessed. Diameters are metres there and millimetres in the
register, so they are not taken over. The numbers are unique within one network only: a
second network of the same layer must be renumbered before it is imported.
"""

from importers.sources.declarations import Source

SOURCES = (
    Source(
        name="pandapipes-nodes",
        title="pandapipes 管网节点（须另给管线类别，如 network=RQ）",
        layer="pipe-points",
        table="gas_nodes",
        signature=("jid", "pn_bar"),
        columns={"jid": "code", "height_m": "ground_level_m"},
    ),
    Source(
        name="pandapipes-pipes",
        title="pandapipes 管段（须另给管线类别，如 network=RQ）",
        layer="pipe-lines",
        table="gas_pipes",
        signature=("pid", "from_junction", "to_junction"),
        columns={"pid": "code", "from_junction": "start_code", "to_junction": "end_code"},
    ),
    Source(
        name="pandapower-buses",
        title="pandapower 低压电网节点",
        layer="pipe-points",
        table="lv_power_buses",
        signature=("bid", "vn_kv"),
        columns={"bid": "code"},
        constants={"network": "DL"},
    ),
    Source(
        name="pandapower-lines",
        title="pandapower 低压电缆",
        layer="pipe-lines",
        table="lv_power_lines",
        signature=("lid", "from_bus", "to_bus"),
        columns={
            "lid": "code",
            "from_bus": "start_code",
            "to_bus": "end_code",
            "std_type": "material",
        },
        constants={"network": "DL"},
    ),
)
