"""Geological hazards."""

from layers.access import Role, Sharing
from layers.declarations import SCHEMATIC, Field, Layer, Paint
from spatial.hazards.models import HazardSite, HazardWarning, RainStation

LAYERS = (
    Layer(
        id="warnings",
        title="风险预警",
        title_en="Warnings",
        description="地质灾害气象风险预警及其范围。",
        model=HazardWarning,
        fields=(
            Field("title", "Title", in_tiles=True),
            Field("level", "Level", scheme="warning_levels", in_tiles=True),
            Field("text", "Text"),
            Field("status", "Status"),
            Field("effective", "Effective"),
            Field("expires", "Expires"),
            SCHEMATIC,
        ),
        sharing=Sharing.MANDATORY,
        reason="预警信息应及时向社会发布",
        public=True,
        steward="自然资源局",
        update_cycle="实时",
        min_zoom=6,
        search=("title",),
        paint=Paint(kind="fill", by="level", opacity=0.3, outline="#b03a2e"),
    ),
    Layer(
        id="hazard-sites",
        title="地灾隐患点",
        title_en="Hazard sites",
        description="登记在册的隐患点与编目灾害事件；监测人联系方式不在共享之列。",
        model=HazardSite,
        fields=(
            Field("name", "Name", in_tiles=True),
            Field("kind", "Kind", scheme="hazard_kinds", in_tiles=True),
            Field("scale", "Scale"),
            Field("threat", "Threat grade", in_tiles=True),
            Field("threatened_households", "Threatened households"),
            Field("threatened_people", "Threatened people", in_tiles=True),
            Field("occurred_on", "Occurred on"),
            Field("position_accuracy", "Position accuracy"),
            Field("source", "Source"),
            SCHEMATIC,
        ),
        personal=("monitor", "monitor_phone"),
        sharing=Sharing.MANDATORY,
        reason="隐患点位置与威胁范围应让群众知晓；监测人信息不共享",
        public=True,
        granted=frozenset({Role.HAZARD, Role.STEWARD}),
        steward="自然资源局",
        update_cycle="汛前汛后各一次",
        min_zoom=6,
        search=("name",),
        paint=Paint(
            kind="circle", by="kind", width=6, outline="#ffffff", label="name", label_zoom=13
        ),
    ),
    Layer(
        id="rain-stations",
        title="雨量站",
        title_en="Rain stations",
        description="雨量站点。",
        model=RainStation,
        fields=(
            Field("name", "Name", in_tiles=True),
            Field("kind", "Kind"),
            Field("elevation_m", "Elevation", unit="m"),
            Field("operator", "Operator"),
            SCHEMATIC,
        ),
        sharing=Sharing.MANDATORY,
        reason="防灾减灾共用",
        public=True,
        steward="水利局",
        update_cycle="每年",
        min_zoom=6,
        search=("name",),
        paint=Paint(
            kind="circle", colour="#2f7fc1", width=5, outline="#ffffff", label="name", label_zoom=12
        ),
    ),
)
