"""Defects for every rule, made on purpose in staged copies of registers."""

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd
import shapely
from shapely import affinity

from importers.checks.rows import check_rows
from importers.checks.run_checks import check_stage
from importers.encoding import encode
from importers.phases.batch import Batch
from importers.phases.check_geometry import check_geometry
from importers.registers import register_of
from importers.staging import Stage
from layers.registry import layer_of
from spatial.versions.queries import attribute_fields

RUN = 999_999_999


def staged_register(cursor, layer: str) -> pd.DataFrame:
    """The current versions of a register as rows of a file: code, attributes, geom."""
    model = layer_of(layer).model
    names = [str(field.column) for field in attribute_fields(model)]
    listed = ", ".join(f'"{n}"::bytea' if n == "geom" else f'"{n}"' for n in names)
    cursor.execute(
        f'SELECT code, {listed} FROM "{model._meta.db_table}" WHERE upper_inf(valid) ORDER BY id'
    )
    rows = pd.DataFrame(cursor.fetchall(), columns=["code", *names], dtype=object)
    if "geom" in names:
        rows["geom"] = shapely.from_wkb([None if g is None else bytes(g) for g in rows["geom"]])
    return rows


def examine(cursor, layer: str, rows: pd.DataFrame) -> set[tuple[str, str]]:
    """(rule, code) of all that the row rules and the stage rules find in those rows."""
    batch = _batch(layer, rows)
    codes = rows["code"].to_numpy()
    found = {(issue.code, codes[issue.row - 1]) for issue in batch.issues}
    checked = examine_stage(cursor, layer, batch)
    return found | {
        (issue.code, codes[row - 1])
        for issue, (_, row) in zip(checked.issues, checked.rows, strict=True)
    }


def examine_stage(cursor, layer: str, batch: Batch):
    """Stage a batch as a run would and apply the rules between features."""
    stage = Stage(RUN)
    stage.create(cursor, layer_of(layer).model)
    stage.copy(cursor, encode(batch, 0))
    checked = check_stage(cursor, stage.table, layer, [batch.file])
    stage.drop(cursor)
    return checked


def _batch(layer: str, rows: pd.DataFrame) -> Batch:
    register = register_of(layer_of(layer))
    columns = {name: rows[name].to_numpy(object) for name in rows.columns if name != "geom"}
    shapes = rows["geom"].to_numpy(object) if "geom" in rows else None
    batch = Batch("f", np.arange(1, len(rows) + 1), columns, shapes)
    if shapes is not None:
        check_geometry(batch, register, ~np.equal(shapes, None))
    return check_rows(batch, register)


class Site:
    """The rows of a layer, and which of them nobody has touched yet."""

    def __init__(
        self, rows: pd.DataFrame, random: np.random.Generator, spread: float, avoid: set[str]
    ) -> None:
        self.rows, self.random, self.spread = rows, random, spread
        self.taken: set[int] = set(np.flatnonzero(rows["code"].isin(avoid)).tolist())
        self.side: set[tuple[str, str]] = set()
        self.added: list[dict] = []
        shapes = rows["geom"].to_numpy(object, copy=True) if "geom" in rows else np.empty(0, object)
        self.shapes = shapes
        self.tree = shapely.STRtree(shapes) if len(shapes) else None
        self.order = iter(random.permutation(len(rows)).tolist())

    def free(self, good: Callable[[int], bool] = lambda i: True) -> int:
        """A row far from all that was touched; its surroundings are taken with it."""
        for i in self.order:
            around = self.around(i, self.spread) if self.spread else []
            if not (set(around) | {i}) & self.taken and good(i):
                self.taken |= {i, *around}
                return i
        raise LookupError("no row is left for another defect")

    def around(self, i: int, metres: float) -> list[int]:
        """The rows within some metres."""
        if self.tree is None or self.shapes[i] is None:
            return []
        return self.tree.query(self.shapes[i], predicate="dwithin", distance=metres).tolist()

    def set(self, i: int, **values) -> None:
        for name, value in values.items():
            self.rows.at[i, name] = value

    def code(self, i: int) -> str:
        return self.rows.at[i, "code"]

    def ring(self, i: int) -> np.ndarray:
        return shapely.get_coordinates(shapely.get_parts(self.shapes[i])[0].exterior)

    def reshape(self, i: int, ring: Iterable) -> None:
        self.set(i, geom=shapely.Polygon(ring))

    def neighbour(self, i: int, shared_m: float = 2.0) -> int | None:
        """A row that shares an edge."""
        for j in self.around(i, 0.0005):
            if j != i and (self.spread or j not in self.taken - {i}):
                common = shapely.intersection(self.shapes[i].boundary, self.shapes[j].boundary)
                if common.length > shared_m:
                    return j
        return None


SPREAD = {"landcover": 0.0, "grid-cells": 0.0}  # metres between defects; else 30
SAME = {
    "vertex-unmatched": {"overlap", "gap"},
    "overlap": {"geometry-duplicate"},
}  # what tells of it just as well


def injected(cursor, layer: str, rule: str, number: int, seed: int, avoid: Iterable[str] = ()):
    """Put ``number`` defects of one kind in; returns what should and what was found.

    The first is the codes of which one is to be named, for each defect; the second are
    findings that follow from the defects, though they were not meant.
    """
    random, rows = np.random.default_rng(seed), staged_register(cursor, layer)
    site = Site(rows, random, SPREAD.get(layer, 30.0), set(avoid))
    wanted, make = [], DEFECTS[layer, rule]
    for _ in range(number):
        try:
            wanted.append(frozenset(make(site)))
        except LookupError:
            break
    rows = site.rows
    if site.added:
        rows = pd.concat([rows, pd.DataFrame(site.added, columns=rows.columns)], ignore_index=True)
    return wanted, site.side, examine(cursor, layer, rows)


def is_single(site: Site, i: int) -> bool:
    shape = site.shapes[i]
    return shape.geom_type == "Polygon" and not shape.interiors and shape.area > 40


def repeat_vertex(site: Site):
    i = site.free(lambda i: is_single(site, i))
    ring = site.ring(i)
    site.reshape(i, np.insert(ring, 1, ring[0] + (ring[1] - ring[0]) * 1e-5, axis=0))
    site.side.add(("vertex-unmatched", site.code(i)))
    site.side |= {("vertex-unmatched", site.code(j)) for j in site.around(i, 1)}
    return [site.code(i)]


def add_spike(site: Site):
    i = site.free(lambda i: is_single(site, i))
    ring = site.ring(i)
    out = ring[0] - np.array(site.shapes[i].centroid.coords[0])
    tip = ring[0] + out / np.hypot(*out) * 4
    along = ring[1] - ring[0]
    foot = ring[0] + along / np.hypot(*along) * 0.01
    site.reshape(i, [ring[0], tip, foot, *ring[1:]])
    _side(site, i, "overlap", "vertex-unmatched", "gap", "geometry-invalid", "area")
    _side(site, i, "outside-parcel", "outside-district")
    return [site.code(i)]


def _side(site: Site, i: int, *rules: str) -> None:
    """Findings that a defect at a row may bring with it, at it or beside it."""
    for j in {i, *site.around(i, 10)}:
        site.side |= {(rule, site.code(j)) for rule in rules}


def tie(site: Site):
    i = site.free(lambda i: is_single(site, i))
    ring = site.ring(i)
    ring[[1, 2]] = ring[[2, 1]]
    if shapely.Polygon(ring).is_valid:
        return tie(site)
    site.reshape(i, ring)
    return [site.code(i)]


def add_part(site: Site):
    i = site.free(lambda i: is_single(site, i) and len(site.around(i, 3)) == 1)
    box = affinity.translate(
        shapely.box(0, 0, 0.7, 0.7), site.shapes[i].bounds[2] + 1, site.shapes[i].bounds[1]
    )
    hit = site.tree.query(box, predicate="intersects").tolist()
    site.side |= {("overlap", site.code(j)) for j in hit}
    site.set(i, geom=shapely.MultiPolygon([site.shapes[i], box]))
    _side(site, i, "overlap", "area", "outside-parcel", "gap", "outside-district")
    return [site.code(i)]


def turn_hole(site: Site):
    i = site.free(lambda i: is_single(site, i))
    middle = site.shapes[i].representative_point()
    hole = middle.buffer(0.2, quad_segs=1)
    shell = shapely.Polygon(site.ring(i))
    ccw = shapely.is_ccw(shell.exterior)
    xy = shapely.get_coordinates(hole)
    xy = xy if bool(shapely.is_ccw(shapely.LinearRing(xy))) == bool(ccw) else xy[::-1]
    site.set(i, geom=shapely.Polygon(site.ring(i), [xy]))
    return [site.code(i)]


def bad_code(old: str, new: str):
    """A code changed by replacing characters at a position."""

    def make(site: Site):
        i = site.free()
        code = site.code(i)
        changed = old_new(code, old, new)
        site.set(i, code=changed)
        return [changed]

    return make


def old_new(code: str, what: str, new: str) -> str:
    if what == "county":
        return new + code[len(new) :]
    if what == "letters":
        return code[:12] + new + code[14:]
    return code[:-1] + new


def push(site: Site):
    """Move the edge shared with a neighbour into it: the two overlap."""
    i = site.free(lambda i: is_single(site, i) and site.neighbour(i, 4) is not None)
    j = site.neighbour(i, 4)
    common = shapely.get_parts(
        shapely.line_merge(site.shapes[i].boundary & site.shapes[j].boundary)
    )
    longest = max(common, key=shapely.length)
    middle = shapely.line_interpolate_point(longest, 0.5, normalized=True)
    site.taken.add(j)
    grown = site.shapes[i].union(middle.buffer(0.6))
    site.set(i, geom=grown)
    _side(site, i, "vertex-unmatched", "gap", "overlap", "outside-district", "geometry-duplicate")
    return [site.code(i), site.code(j)]


def lay_over(site: Site):
    """Move a whole building onto the nearest one."""
    i = site.free(lambda i: is_single(site, i) and len(site.around(i, 25)) > 1)
    near = [j for j in site.around(i, 25) if j != i]
    j = min(near, key=lambda j: site.shapes[i].distance(site.shapes[j]))
    a, b = site.shapes[i].centroid, site.shapes[j].representative_point()
    site.set(i, geom=affinity.translate(site.shapes[i], b.x - a.x, b.y - a.y))
    _side(
        site, i, "overlap", "outside-parcel", "geometry-duplicate", "outside-district", "code-place"
    )
    return [site.code(i), site.code(j)]


def double(site: Site):
    """The same figure once more, under another code."""
    i = site.free(lambda i: site.shapes[i] is not None)
    row = site.rows.loc[i].to_dict()
    row["code"] = _another(site, site.code(i))
    site.added.append(row)
    _side(site, i, "vertex-unmatched", "gap", "pipe-degree")
    site.side |= {("vertex-unmatched", row["code"]), ("gap", row["code"]), ("overlap", row["code"])}
    return [row["code"], site.code(i)]


def _another(site: Site, code: str) -> str:
    known = set(site.rows["code"]) | {row["code"] for row in site.added}
    digits = 4 if len(code) == 24 else 5 if len(code) > 16 else 3
    for number in range(10**digits - 1, 0, -1):
        if (other := f"{code[:-digits]}{number:0{digits}d}") not in known:
            return other
    raise LookupError(code)


def draw_back(site: Site):
    """Cut a strip 0.2 m wide off along a neighbour: a gap is left."""
    i = site.free(lambda i: is_single(site, i) and site.neighbour(i, 4) is not None)
    j = site.neighbour(i, 4)
    site.set(
        i, geom=shapely.difference(site.shapes[i], site.shapes[j].buffer(0.2, join_style="mitre"))
    )
    site.taken.add(j)
    _side(
        site,
        i,
        "vertex-unmatched",
        "area",
        "gap",
        "outside-parcel",
        "multipart",
        "spike",
        "vertex-duplicate",
    )
    return [site.code(k) for k in {i, *site.around(i, 1)}]


def shift_vertex(site: Site):
    """A vertex shared with a neighbour, moved by 4 cm."""

    def fits(i):
        return is_single(site, i) and _shared_vertex(site, i) is not None

    i = site.free(fits)
    at, j = _shared_vertex(site, i)
    ring = site.ring(i)
    ring[at] += [0.03, 0.03]
    if at == 0:
        ring[-1] = ring[0]
    site.reshape(i, ring)
    _side(site, i, "vertex-unmatched", "overlap", "gap", "vertex-duplicate", "spike")
    return [site.code(k) for k in {i, *site.around(i, 1)}]


def _shared_vertex(site: Site, i: int):
    j = site.neighbour(i, 2)
    if j is None:
        return None
    mine = [tuple(p) for p in site.ring(i)[:-1].tolist()]
    theirs = set(map(tuple, shapely.get_coordinates(site.shapes[j]).tolist()))
    return next(((k, j) for k, p in enumerate(mine) if p in theirs), None)


def wrong_number(field: str, factor: float):
    def make(site: Site):
        i = site.free(lambda i: site.rows.at[i, field] is not None and site.rows.at[i, field] > 100)
        site.set(i, **{field: site.rows.at[i, field] * factor})
        return [site.code(i)]

    return make


def move(metres: float):
    """The whole figure elsewhere."""

    def make(site: Site):
        i = site.free(lambda i: site.shapes[i].area > 40)
        site.set(i, geom=affinity.translate(site.shapes[i], metres, metres))
        site.taken |= {i}
        code = site.code(i)
        site.side |= {
            (r, code)
            for r in (
                "overlap",
                "outside-district",
                "code-place",
                "outside-parcel",
                "gap",
                "vertex-unmatched",
                "outside",
            )
        }
        near = site.tree.query(
            affinity.translate(site.shapes[i], metres, metres), predicate="dwithin", distance=2
        )
        for j in near.tolist():
            site.taken.add(j)
            site.side |= {(r, site.code(j)) for r in ("overlap", "gap", "vertex-unmatched")}
        return [code]

    return make


def name_other(field: str):
    """A reference to something that is not there."""

    def make(site: Site):
        i = site.free(lambda i: bool(site.rows.at[i, field]))
        ends = [site.rows.at[i, f] for f in ("start_code", "end_code") if f in site.rows]
        site.side |= {("pipe-degree", c) for c in _lines_at(site, ends)}
        site.set(i, **{field: site.rows.at[i, field][:-2] + "ZZ"})
        code = site.code(i)
        return [code]

    return make


def _lines_at(site: Site, points: list[str]) -> list[str]:
    if "start_code" not in site.rows:
        return []
    at = site.rows["start_code"].isin(points) | site.rows["end_code"].isin(points)
    return site.rows.loc[at, "code"].tolist()


def other_district(site: Site):
    i = site.free(lambda i: bool(site.rows.at[i, "district_code"]))
    own = site.rows.at[i, "district_code"]
    others = sorted(set(site.rows["district_code"]) - {own, ""})
    site.set(i, district_code=others[int(site.random.integers(len(others)))])
    return [site.code(i)]


def other_place_in_code(site: Site):
    i = site.free()
    code = site.code(i)
    prefixes = sorted({c[:12] for c in site.rows["code"]} - {code[:12]})
    prefix = prefixes[int(site.random.integers(len(prefixes)))]
    new = _another(site, prefix + code[12:])
    site.set(i, code=new)
    # the row's own code is no longer in the delivery, so its old self stands on
    site.side |= {(name, new) for name in ("geometry-duplicate", "overlap", "vertex-unmatched")}
    _side(site, i, "vertex-unmatched", "gap")
    return [new]


def move_end(site: Site):
    i = site.free()
    line = shapely.get_coordinates(site.shapes[i])
    line[-1] += [0.3, 0.2]
    site.set(i, geom=shapely.LineString(line))
    return [site.code(i)]


def to_itself(site: Site):
    i = site.free()
    ends = [site.rows.at[i, "start_code"], site.rows.at[i, "end_code"]]
    site.set(i, end_code=ends[0])
    site.side |= {("pipe-degree", c) for c in _lines_at(site, ends)} | {
        ("pipe-degree", site.code(i))
    }
    site.side |= {(r, site.code(i)) for r in ("pipe-dangling", "pipe-level")}
    return [site.code(i)]


def run_back(site: Site):
    i = site.free()
    row = site.rows.loc[i].to_dict()
    row["code"] = "X" + row["code"]
    row["start_code"], row["end_code"] = row["end_code"], row["start_code"]
    row["geom"] = shapely.reverse(row["geom"])
    for name in ("depth_m", "level_m"):
        row[f"start_{name}"], row[f"end_{name}"] = row[f"end_{name}"], row[f"start_{name}"]
    site.added.append(row)
    site.side |= {
        ("pipe-degree", c)
        for c in (*_lines_at(site, [row["start_code"], row["end_code"]]), row["code"])
    }
    return [row["code"], site.code(i)]


def both_kinds(site: Site):
    i = site.free()
    both = bool(site.random.integers(2))
    site.set(i, feature="弯头" if both else "", fitting="检查井" if both else "")
    return [site.code(i)]


def shift_level(field: str, metres: float, *side: str):
    def make(site: Site):
        i = site.free()
        site.set(i, **{field: site.rows.at[i, field] + metres})
        site.side |= {(rule, site.code(i)) for rule in side}
        return [site.code(i)]

    return make


def lift(site: Site):
    """A line 2 m above the ground, depth and level agreeing."""
    i = site.free()
    rise = site.rows.at[i, "start_depth_m"] + 2
    site.set(i, start_depth_m=-2.0, start_level_m=site.rows.at[i, "start_level_m"] + rise)
    site.side.add(("pipe-slope", site.code(i)))
    return [site.code(i)]


def wrong_feature(site: Site):
    i = site.free(lambda i: site.rows.at[i, "feature"] in ("三通", "四通"))
    site.set(i, feature="四通" if site.rows.at[i, "feature"] == "三通" else "三通")
    return [site.code(i)]


DEFECTS: dict[tuple[str, str], Callable] = {
    ("parcels", "vertex-duplicate"): repeat_vertex,
    ("parcels", "spike"): add_spike,
    ("parcels", "geometry-invalid"): tie,
    ("parcels", "multipart"): add_part,
    ("parcels", "ring-orientation"): turn_hole,
    ("parcels", "code-syntax"): bad_code("last", "X"),
    ("parcels", "code-county"): bad_code("county", "430102"),
    ("parcels", "code-letters"): bad_code("letters", "GC"),
    ("parcels", "overlap"): push,
    ("parcels", "geometry-duplicate"): double,
    ("parcels", "gap"): draw_back,
    ("parcels", "vertex-unmatched"): shift_vertex,
    ("parcels", "area"): wrong_number("registered_area_m2", 1.05),
    ("parcels", "outside-district"): other_district,
    ("parcels", "code-place"): other_place_in_code,
    ("buildings", "spike"): add_spike,
    ("buildings", "code-syntax"): bad_code("last", "X"),
    ("buildings", "overlap"): lay_over,
    ("buildings", "geometry-duplicate"): double,
    ("buildings", "outside-parcel"): move(400),
    ("buildings", "stale-parent"): name_other("parcel_code"),
    ("units", "code-letters"): bad_code("letters", "GA"),
    ("units", "stale-parent"): name_other("building_code"),
    ("rights", "stale-parent"): name_other("unit_code"),
    ("landcover", "overlap"): push,
    ("landcover", "geometry-duplicate"): double,
    ("landcover", "gap"): draw_back,
    ("landcover", "area"): wrong_number("area_m2", 1.05),
    ("grid-cells", "overlap"): push,
    ("grid-cells", "gap"): draw_back,
    ("pipe-points", "pipe-kind"): both_kinds,
    ("pipe-points", "geometry-duplicate"): double,
    ("pipe-points", "pipe-degree"): wrong_feature,
    ("pipe-lines", "stale-parent"): name_other("end_code"),
    ("pipe-lines", "pipe-dangling"): move_end,
    ("pipe-lines", "pipe-loop"): to_itself,
    ("pipe-lines", "pipe-duplicate"): run_back,
    ("pipe-lines", "pipe-level"): shift_level("start_level_m", 0.5, "pipe-slope"),
    ("pipe-lines", "pipe-slope"): shift_level(
        "end_level_m", 400.0, "pipe-level", "pipe-above-ground"
    ),
    ("pipe-lines", "pipe-above-ground"): lift,
}
