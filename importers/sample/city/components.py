"""City components along the streets: lamps, trees, bins, signs, manhole covers."""

import numpy as np
import pandas as pd
import shapely

from importers.sample.city.frames import frame
from importers.sample.city.noise import generator
from importers.sample.city.pipe_routes import served_routes
from importers.sample.city.town import Town
from spatial.city import city

SCHEME = "components_2020"
# class → (name, department)
CLASSES = {
    "0137": ("路灯", "市政设施维护中心"),
    "0402": ("行道树", "园林绿化服务中心"),
    "0305": ("垃圾箱", "环境卫生服务中心"),
    "0104": ("雨水箅子", "市政设施维护中心"),
    "0150": ("监控电子眼", "公安交警大队"),
    "0204": ("公交站亭", "市政设施维护中心"),
    "0212": ("路名牌", "公安交警大队"),
    "0306": ("户外广告", "城市管理和综合执法局"),
    "0102": ("污水井盖", "市政设施维护中心"),
    "0103": ("雨水井盖", "市政设施维护中心"),
    "0101": ("上水井盖", "自来水公司"),
    "0111": ("燃气井盖", "燃气公司"),
    "0131": ("通信立杆", "通信运营企业联席"),
    "0225": ("非机动车停放点", "城市管理和综合执法局"),
}
# what stands along the kerb, in order; repeated
RHYTHM = np.array(
    [
        "0402",
        "0137",
        "0402",
        "0104",
        "0402",
        "0305",
        "0402",
        "0137",
        "0402",
        "0131",
        "0402",
        "0104",
        "0402",
        "0137",
        "0306",
        "0402",
        "0225",
        "0402",
        "0137",
        "0150",
    ]
)
COVERS = {
    ("WS", "检查井"): "0102",
    ("YS", "检查井"): "0103",
    ("JS", "阀门"): "0101",
    ("TR", "阀门"): "0111",
}


def _kerb(town: Town, step_m: float, random) -> tuple[np.ndarray, np.ndarray]:
    """Places along both kerbs and the class of what stands there."""
    routes = served_routes(town, least_width_m=6.0)
    streets = town.graph.layout.streets.all
    places, classes = [], []
    for line, street, bridge in zip(routes.lines, routes.street, routes.bridge, strict=True):
        if bridge or line.length < 30:
            continue
        half = streets[street].width_m / 2
        at = np.arange(half + 8, line.length - half - 4, step_m)
        if not len(at):
            continue
        here = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
        ahead = shapely.get_coordinates(shapely.line_interpolate_point(line, at + 1))
        way = ahead - here
        normal = np.column_stack([-way[:, 1], way[:, 0]]) / np.hypot(*way.T)[:, None]
        for side in (1, -1):
            places.append(here + side * (half - 1.2) * normal)
            classes.append(RHYTHM[(np.arange(len(at)) + int(random.integers(20))) % 20])
        if streets[street].kind == "primary" and line.length > 120:
            places.append(here[[len(at) // 2]] + (half - 2.2) * normal[[len(at) // 2]])
            classes.append(np.array(["0204"]))
    nodes = np.unique(routes.edges)
    places.append(routes.nodes[nodes] + 7.5 * routes.node_shift[nodes])
    classes.append(np.full(len(nodes), "0212"))
    return np.vstack(places), np.concatenate(classes)


def components(
    towns: list[Town], seed: int, step_m: float, cells: pd.DataFrame, pipe_points: pd.DataFrame
) -> pd.DataFrame:
    """Every component, in the cell it stands in."""
    random = generator(seed, "components")
    kerbs = [_kerb(town, step_m, random) for town in towns]
    covers = [
        (COVERS.get(pair, ""))
        for pair in zip(pipe_points["network"], pipe_points["fitting"], strict=True)
    ]
    covered = np.array([bool(c) for c in covers])
    xy = np.vstack(
        [*(k[0] for k in kerbs), shapely.get_coordinates(pipe_points.geometry.to_numpy()[covered])]
    )
    classes = np.concatenate([*(k[1] for k in kerbs), np.array([c for c in covers if c])])
    points = shapely.points(xy)
    found = np.full(len(points), -1)
    point, cell = shapely.STRtree(cells.geometry.to_numpy()).query(points, predicate="within")
    found[point] = cell
    keep = found >= 0
    points, classes, found = points[keep], classes[keep], found[keep]
    number = pd.Series(classes).groupby(classes).cumcount().to_numpy() + 1
    head = np.char.add(city().adcode, classes.astype(str))
    return frame(
        points,
        code=np.char.add(head, np.char.zfill(number.astype(str), 6)),
        scheme=SCHEME,
        class_code=classes,
        name=[CLASSES[c][0] for c in classes],
        cell_code=cells["code"].to_numpy()[found],
        department=[CLASSES[c][1] for c in classes],
        state=np.where(random.random(len(classes)) < 0.985, "完好", "破损"),
    )
