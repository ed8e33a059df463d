"""Rules of pipe networks (CJJ 61-2017): ends on their points, levels, slopes, degrees.

Levels, depths and distances in metres; the points are those that stand in the register.
"""

import re
from collections.abc import Iterator

import shapely

from importers.checks.catalogue import Rule
from importers.checks.findings import Finding
from importers.checks.scene import FRESH, Scene, table_of
from spatial.pipes.models import PipeLine, PipePoint

ENDS = (("start", "起点", "ST_StartPoint"), ("end", "终点", "ST_EndPoint"))


def dangling(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Line ends over ``tolerance`` metres from the point that they are said to end at."""
    for side, title, function in ENDS:
        sql = (
            f"SELECT s.file_number, s.row_number, p.code, {function}(s.geom)::bytea,"
            f" ST_Distance({function}(s.geom), p.geom) FROM {scene.stage} s"
            f" JOIN {table_of(PipePoint)} p ON p.code = s.{side}_code AND upper_inf(p.valid)"
            f" WHERE {FRESH} AND ST_Distance({function}(s.geom), p.geom) > %s ORDER BY 1, 2"
        )
        for file, row, point, raw, metres in scene.rows(sql, [rule.tolerance]):
            text = f"{title}不在管点 {point} 上，相距 {metres:.3f} 米"
            end = shapely.from_wkb(bytes(raw))
            yield Finding((file, row), rule.code, text, point, end, field=f"{side}_code")


def loop(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Lines that start and end at one point."""
    sql = (
        f"SELECT s.file_number, s.row_number, s.start_code FROM {scene.stage} s"
        f" WHERE {FRESH} AND s.start_code = s.end_code AND s.start_code <> '' ORDER BY 1, 2"
    )
    for file, row, point in scene.rows(sql):
        yield Finding((file, row), rule.code, f"起点与终点都是 {point}", point, field="end_code")


def duplicate(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Lines of one network between the same two points, in either direction."""
    ends = "least({0}.start_code, {0}.end_code) AS a, greatest({0}.start_code, {0}.end_code) AS b"
    sql = (
        "WITH fresh AS MATERIALIZED (SELECT s.code, s.file_number AS f, s.row_number AS r,"
        f" s.network, s.geom, {ends.format('s')} FROM {scene.stage} s WHERE {FRESH}),"
        f" every AS MATERIALIZED (SELECT code, f, r, network, a, b FROM fresh UNION ALL"
        f" SELECT v.code, -1, 0, v.network, {ends.format('v')} FROM {scene.table} v"
        f" WHERE {scene.standing()})"
        " SELECT n.f, n.r, n.code, o.code, o.f, o.r, n.geom::bytea, n.a, n.b FROM fresh n"
        " JOIN every o ON (o.a, o.b, o.network) = (n.a, n.b, n.network) AND n.a <> n.b"
        " WHERE (o.f, o.r) < (n.f, n.r) AND o.code <> n.code ORDER BY 1, 2"
    )
    for file, row, code, other, f, r, raw, a, b in scene.rows(sql):
        text, mirror = (f"与管线 {one} 同在管点 {a} 与 {b} 之间" for one in (other, code))
        place, also = shapely.from_wkb(bytes(raw)), (f, r) if f >= 0 else None
        yield Finding((file, row), rule.code, text, other, place, also, mirror=mirror)


def kind(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Points that are both a feature and a fitting, or neither."""
    sql = (
        f"SELECT s.file_number, s.row_number, s.feature, s.fitting FROM {scene.stage} s"
        f" WHERE {FRESH} AND (coalesce(s.feature, '') = '') = (coalesce(s.fitting, '') = '')"
        " ORDER BY 1, 2"
    )
    for file, row, feature, fitting in scene.rows(sql):
        both = f"特征“{feature}”与附属物“{fitting}”都填了" if feature else "特征与附属物都没有填"
        yield Finding((file, row), rule.code, both, field="feature")


def level(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Ends where ground level differs from depth plus pipe level by over ``tolerance`` metres."""
    for side, title, function in ENDS:
        off = f"p.ground_level_m - s.{side}_depth_m - s.{side}_level_m"
        sql = (
            f"SELECT s.file_number, s.row_number, p.code, p.ground_level_m, s.{side}_depth_m,"
            f" s.{side}_level_m, {function}(s.geom)::bytea FROM {scene.stage} s"
            f" JOIN {table_of(PipePoint)} p ON p.code = s.{side}_code AND upper_inf(p.valid)"
            f" WHERE {FRESH} AND abs({off}) > %s ORDER BY 1, 2"
        )
        for file, row, point, ground, depth, pipe, raw in scene.rows(sql, [rule.tolerance]):
            text = f"{title}埋深 {depth:.3f} 加管线高程 {pipe:.3f} 不等于管点 {point} 的地面高程 {ground:.3f}"
            place = shapely.from_wkb(bytes(raw)) if raw else None
            yield Finding((file, row), rule.code, text, point, place, field=f"{side}_level_m")


def slope(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Lines that rise or fall by over ``tolerance`` degrees from end to end."""
    angle = "degrees(atan2(abs(s.start_level_m - s.end_level_m), ST_Length(s.geom)))"
    sql = (
        f"SELECT s.file_number, s.row_number, {angle}, s.geom::bytea FROM {scene.stage} s"
        f" WHERE {FRESH} AND {angle} > %s ORDER BY 1, 2"
    )
    for file, row, degrees, raw in scene.rows(sql, [rule.tolerance]):
        text = f"两端高差对应坡度 {degrees:.1f}°，超过 {rule.tolerance:g}°"
        place = shapely.from_wkb(bytes(raw))
        yield Finding((file, row), rule.code, text, place=place, field="end_level_m")


def above_ground(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Ends over ``tolerance`` metres above the ground, unless laid so (``pattern``: laying)."""
    for side, title, function in ENDS:
        above = f"greatest(-s.{side}_depth_m, s.{side}_level_m - p.ground_level_m)"
        sql = (
            f"SELECT s.file_number, s.row_number, p.code, {above}, {function}(s.geom)::bytea"
            f" FROM {scene.stage} s LEFT JOIN {table_of(PipePoint)} p"
            f" ON p.code = s.{side}_code AND upper_inf(p.valid)"
            f" WHERE {FRESH} AND {above} > %s AND coalesce(s.laying, '') <> ALL(%s) ORDER BY 1, 2"
        )
        for file, row, point, metres, raw in scene.rows(
            sql, [rule.tolerance, rule.pattern.split()]
        ):
            text = f"{title}（管点 {point or '未知'}）高出地面 {metres:.2f} 米"
            place = shapely.from_wkb(bytes(raw)) if raw else None
            yield Finding((file, row), rule.code, text, point or "", place, field=f"{side}_depth_m")


def degree(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Points whose number of lines is not what their feature says (``pattern``: 三通=3 …).

    For staged lines: the points that they touch. For staged points: those that lines
    of the register touch already, for points come before their lines.
    """
    wanted = {name: int(n) for name, n in re.findall(r"(\S+)=(\d+)", rule.pattern)}
    of_lines = scene.layer.model is PipeLine
    query = _degree_of_lines if of_lines else _degree_of_points
    if not wanted or not scene.is_filled(PipePoint if of_lines else PipeLine):
        return
    for file, row, point, feature, number, raw in scene.rows(
        query(scene), [list(wanted), list(wanted.values())]
    ):
        text = f"管点 {point} 是{feature}，应连 {wanted[feature]} 条管线，实连 {number} 条"
        place = shapely.from_wkb(bytes(raw))
        yield Finding((file, row), rule.code, text, point, place, field="feature")


def _degree_of_lines(scene: Scene) -> str:
    return (
        "WITH fresh AS MATERIALIZED (SELECT e.code, s.file_number AS f, s.row_number AS r"
        f" FROM {scene.stage} s, unnest(ARRAY[s.start_code, s.end_code]) AS e(code) WHERE {FRESH}),"
        " touched AS (SELECT code, max(ARRAY[f, r]) AS told, count(*) AS n FROM fresh GROUP BY code),"
        " old AS (SELECT e.code, count(*) AS n"
        f" FROM {scene.table} v, unnest(ARRAY[v.start_code, v.end_code]) AS e(code)"
        f" WHERE {scene.standing()} GROUP BY e.code)"
        " SELECT t.told[1], t.told[2], p.code, p.feature, t.n + coalesce(o.n, 0), p.geom::bytea"
        f" FROM touched t JOIN {table_of(PipePoint)} p ON p.code = t.code AND upper_inf(p.valid)"
        " JOIN unnest(%s::text[], %s::int[]) AS w(feature, n) ON w.feature = p.feature"
        " LEFT JOIN old o ON o.code = t.code WHERE t.n + coalesce(o.n, 0) <> w.n ORDER BY 1, 2"
    )


def _degree_of_points(scene: Scene) -> str:
    return (
        "WITH old AS (SELECT e.code, count(*) AS n"
        f" FROM {table_of(PipeLine)} v, unnest(ARRAY[v.start_code, v.end_code]) AS e(code)"
        " WHERE upper_inf(v.valid) GROUP BY e.code)"
        " SELECT s.file_number, s.row_number, s.code, s.feature, o.n, s.geom::bytea"
        f" FROM {scene.stage} s JOIN old o ON o.code = s.code"
        " JOIN unnest(%s::text[], %s::int[]) AS w(feature, n) ON w.feature = s.feature"
        f" WHERE {FRESH} AND o.n <> w.n ORDER BY 1, 2"
    )
