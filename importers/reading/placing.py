"""Settling, when a file is opened, how its ordinates are to be read; what is unclear is refused."""

from dataclasses import replace

import numpy as np
import shapely
from django.db import Error

from importers.errors import DeliveryRefused
from importers.models import DatumParameters
from importers.phases.placing import Placement
from importers.phases.reproject import accepted_text, check_crs, check_plausible
from importers.reading import known_places
from importers.values.columns import Register
from importers.values.issues import Issue, Severity
from importers.values.table import Rows, Table
from spatial.city import city
from spatial.crs import CrsError, epsg_of
from spatial.datums import TITLES, old_datum, parameters_of
from spatial.geometry import shapes_of
from spatial.offsets import NAMES, recognise
from spatial.readings import CGCS2000, Meaning, meaning_of

SAMPLE = 2_000
WGS84 = 4326


def settle(
    table: Table, register: Register, code: str, asked: int | None, shift: str
) -> tuple[Placement, list[Issue]]:
    """How a table's ordinates are read, and what is to be said about that.

    ``code`` is the header of the business code, ``asked`` an EPSG code given by the
    user, ``shift`` what the user confirmed: none, gcj02, bd09, or '' for nothing.

    Raises:
        DeliveryRefused: no CRS, one that is not accepted, ordinates that contradict it or that
            no single reading explains, or parameters that are missing.
    """
    rows = next(table.batches([code] if code else [], SAMPLE), None)
    x, y = _centres(rows)
    declared = _declared(table)
    datum = table.claim.datum if table.claim else ""
    datum = old_datum(asked or declared or 0) or (datum if datum in TITLES else "")
    if datum:
        return _with_parameters(table, datum, asked or declared, x, y)
    if asked and not declared or not (asked or declared) and _says_modern(table):
        placement, remarks = _read_from_data(table, asked, x, y)
    else:
        epsg = asked or declared
        if not epsg:
            raise _undeclared(table)
        check_crs(epsg, table.name)
        if not register.reaches_out:
            _check_declared(rows, epsg, table.name)
        placement, remarks = Placement(Meaning(epsg)), []
    if declared and asked and declared != asked:
        text = f"文件声明 EPSG:{declared}，按指定的 EPSG:{asked} 读取"
        remarks.append(_remark(table, "crs-override", text))
    if placement.meaning.epsg in (WGS84, city().geographic):
        placement = _with_shift(placement, register, shift, rows, code, table)
    return placement, remarks


def _declared(table: Table) -> int | None:
    try:
        return epsg_of(table.crs)
    except CrsError:
        return None


def _says_modern(table: Table) -> bool:
    """Whether the file says in words that it is in the city's own datum."""
    claim = table.claim
    own = city().geographic == CGCS2000
    return bool(claim and (claim.datum == "cgcs2000" and own or claim.is_geographic))


def _undeclared(table: Table) -> DeliveryRefused:
    if table.crs:
        return DeliveryRefused(
            f"{table.name} 的坐标系定义对不上任何 EPSG 编号",
            f"请核对后用 --crs 指明：{accepted_text()}",
        )
    return DeliveryRefused(f"{table.name} 没有声明坐标系", f"请用 --crs 指明：{accepted_text()}")


def _read_from_data(
    table: Table, asked: int | None, x: np.ndarray, y: np.ndarray
) -> tuple[Placement, list[Issue]]:
    """The file names the datum, the ordinates say the rest."""
    if asked:
        check_crs(asked, table.name)
    if not len(x):
        return Placement(Meaning(asked or city().projected)), []
    meaning = meaning_of(x, y, city())
    if asked and (meaning is None or not _related(asked, meaning)):
        shapes = shapely.points(x, y)
        check_plausible(shapes, asked, table.name)
        return Placement(Meaning(asked)), []
    if meaning is None:
        raise DeliveryRefused(
            f"{table.name} 的坐标无法判定：如第一个要素在 ({x[0]:.3f}, {y[0]:.3f})，"
            f"没有一种读法使其大多数落在{city().name}范围之内",
            "请核对坐标、带号与坐标轴",
        )
    placement = Placement(meaning)
    claim = table.claim
    said = bool(claim and not claim.is_geographic and claim.zone == (meaning.zone or None))
    if not meaning.swapped and (said or asked == meaning.epsg and not meaning.zone):
        return placement, []
    text = f"坐标按“{meaning.words(city())}”读取"
    return placement, [_remark(table, "crs-read-as", text, "请核对；不对时用 --crs 指明")]


def _related(asked: int, meaning: Meaning) -> bool:
    """Whether a reading is only another way to write the system that was asked for."""
    plain = {city().projected, city().geographic, WGS84}
    return asked == meaning.epsg or asked in plain and city().geographic == CGCS2000


def _with_parameters(
    table: Table, datum: str, epsg: int | None, x: np.ndarray, y: np.ndarray
) -> tuple[Placement, list[Issue]]:
    stored = _stored(datum, epsg)
    if not stored:
        raise DeliveryRefused(
            f"{table.name} 的坐标属{TITLES[datum]}，没有本地转换参数就不能换算",
            f"请管理员在“坐标转换参数”中录入，或由测绘单位转换到 {city().datum} 后再交",
        )
    meaning = meaning_of(x, y, city()) if len(x) else Meaning(city().projected)
    if meaning is None or meaning.epsg == city().geographic:
        raise DeliveryRefused(f"{table.name} 的坐标无法判定带号或中央经线", "请核对坐标与带号")
    try:
        parameters = parameters_of(datum, stored.method, stored.parameters)
    except (KeyError, ValueError, TypeError) as error:
        raise DeliveryRefused(f"坐标转换参数 {stored.name} 不完整", "请管理员核对") from error
    text = f"坐标由{TITLES[datum]}用参数“{stored.name}”换算到 {city().datum}"
    placement = Placement(meaning, parameters, stored.name)
    return placement, [_remark(table, "datum-converted", text, f"依据：{stored.document}")]


def _stored(datum: str, epsg: int | None) -> DatumParameters | None:
    """The parameters in force: those for this very system before those for the datum."""
    try:
        found = list(DatumParameters.objects.filter(datum=datum, is_active=True))
    except Error:
        return None
    exact = [one for one in found if epsg and one.source_epsg == epsg]
    usual = [one for one in found if one.source_epsg is None]
    chosen = exact or usual or (found if not epsg else [])
    if len(chosen) > 1:
        names = "、".join(one.name for one in chosen)
        raise DeliveryRefused(f"{TITLES[datum]}有多组启用的参数：{names}", "请管理员只启用一组")
    return chosen[0] if chosen else None


def _with_shift(
    placement: Placement, register: Register, shift: str, rows: Rows | None, code: str, table: Table
) -> Placement:
    """Offsets of public maps: recognised against known features, undone only when confirmed."""
    if shift in NAMES:
        if register.in_cadastre:
            raise DeliveryRefused(
                f"{table.name} 是{NAMES[shift]} 坐标，地籍图形不得由偏移坐标换算",
                f"请提交 {city().datum} 坐标的成果",
            )
        return replace(placement, shift=shift)
    if shift == "none" or rows is None or city().geographic != CGCS2000:
        return placement
    seen = _recognised(placement, register.layer, rows, code)
    if seen in NAMES:
        remedy = (
            f"地籍图形不得由偏移坐标换算，请提交 {city().datum} 坐标的成果"
            if register.in_cadastre
            else f"确认后用 --shift {seen}；确实没有偏移用 --shift none"
        )
        raise DeliveryRefused(
            f"{table.name} 与现有要素比较，坐标像是 {NAMES[seen]}（公众地图偏移坐标）", remedy
        )
    return placement


def _recognised(placement: Placement, layer: str, rows: Rows, code: str) -> str:
    x, y = _centres(rows, keep=True)
    if placement.meaning.swapped:
        x, y = y, x
    codes = [str(c) for c in rows.columns[code].tolist()] if code in rows.columns else []
    known = known_places.centres_of(layer, codes)
    at = [i for i, c in enumerate(codes) if c in known and np.isfinite([x[i], y[i]]).all()]
    if not at:
        return ""
    there = np.array([known[codes[i]] for i in at])
    return recognise((x[at], y[at]), (there[:, 0], there[:, 1]))


def _check_declared(rows: Rows | None, epsg: int, name: str) -> None:
    if rows is not None and rows.wkb is not None and len(rows.wkb):
        check_plausible(shapes_of(rows.wkb), epsg, name)


def _centres(rows: Rows | None, keep: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """The middles of the geometries' bounds; unless ``keep``, only those that have one."""
    if rows is None or rows.wkb is None or not len(rows.wkb):
        return np.empty(0), np.empty(0)
    bounds = shapely.bounds(shapes_of(rows.wkb))
    if not keep:
        bounds = bounds[np.isfinite(bounds).all(axis=1)]
    return (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2


def _remark(table: Table, code: str, text: str, hint: str = "") -> Issue:
    return Issue(table.name, 0, code, text, hint=hint, severity=Severity.WARNING)
