"""Defects of areas and of their codes, one of each made by a function."""

import numpy as np
import shapely
from shapely import affinity

from tests.importers.checks.site import Site


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
    if (other := f"{code}X") in known:  # all numbers are taken, as in registers without blocks
        raise LookupError(code)
    return other


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
        site.side |= {("pipe-degree", c) for c in lines_at(site, ends)}
        site.set(i, **{field: site.rows.at[i, field][:-2] + "ZZ"})
        code = site.code(i)
        return [code]

    return make


def lines_at(site: Site, points: list[str]) -> list[str]:
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
