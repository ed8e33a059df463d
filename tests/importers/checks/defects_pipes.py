"""Defects of pipes, one of each made by a function."""

import shapely

from tests.importers.checks.defects_areas import lines_at
from tests.importers.checks.site import Site


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
    site.side |= {("pipe-degree", c) for c in lines_at(site, ends)} | {
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
        for c in (*lines_at(site, [row["start_code"], row["end_code"]]), row["code"])
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
