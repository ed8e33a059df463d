"""The entrances to the map: one page and one program, each with its own layers and view."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entrance:
    """One entrance. ``zoom`` is relative to the city profile's; ``layers`` are those shown first."""

    id: str
    path: str
    title: str
    subtitle: str
    hint: str
    layers: tuple[str, ...]
    zoom: float = 0.0
    pitch: float = 0.0
    bearing: float = 0.0
    solid: bool = False  # buildings stand up
    relief: bool = False  # terrain shading
    fragment: str = ""  # what the panel shows before a click
    muted: tuple[tuple[str, float], ...] = ()  # layer and opacity, where it is background


ENTRANCES = (
    Entrance(
        id="general",
        path="/",
        title="综合",
        subtitle="一图总览",
        relief=True,
        hint="点击地图上的要素，查看它的记录与沿革。",
        layers=("landcover", "water", "roads", "buildings", "districts", "addresses"),
        fragment="/overview/general",
    ),
    Entrance(
        id="planning",
        path="/planning",
        title="数字规划",
        subtitle="用地、指标与控制线",
        hint="点击任意位置，查看此处的规划用地、控制指标与各类约束。",
        layers=("water", "plan-zones", "roads", "constraints", "buildings", "districts"),
        zoom=0.2,
        muted=(("plan-zones", 0.62),),
        fragment="/overview/planning",
    ),
    Entrance(
        id="housing",
        path="/housing",
        title="以图管房",
        subtitle="楼、层、户",
        hint="点击楼房，查看楼盘表与每一户的状态。",
        layers=("landcover", "water", "parcels", "roads", "buildings"),
        zoom=2.2,
        pitch=52,
        bearing=-18,
        solid=True,
        muted=(("parcels", 0.22), ("landcover", 0.5)),
        fragment="/overview/housing",
    ),
    Entrance(
        id="grid",
        path="/city-grid",
        title="网格化管理",
        subtitle="网格、部件与案件",
        hint="点击网格、部件，查看它的记录；放大到街区可见部件。",
        layers=("water", "roads", "buildings", "districts", "grid-cells", "components", "cases"),
        zoom=2.0,
    ),
    Entrance(
        id="hazards",
        path="/hazards",
        title="地灾预警",
        subtitle="隐患点、雨量站与预警",
        hint="点击隐患点，查看威胁对象；拖动日期，查看当时的预警。",
        layers=("water", "roads", "warnings", "districts", "rain-stations", "hazard-sites"),
        zoom=-2.6,
        relief=True,
        fragment="/warnings",
    ),
)


def entrance_named(name: str) -> Entrance:
    """The entrance of that id; the general one for any other word."""
    return next((e for e in ENTRANCES if e.id == name), ENTRANCES[0])
