"""Documents: 1,000 simple pages, an A3 sheet, sheets at every scale; seconds, CPU, megabytes.

    python tests/bench/documents_bench.py [--quick]

Over the database in DATABASE_URL, which is only read: what is typeset here is not issued. The
sheets lie around the city's opening view. CPU seconds are of this process; on a machine that
others use they say more than the clock.
"""

import os
import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webmap.settings")

import django

django.setup()

from layers.access.access import Caller  # noqa: E402
from layers.declarations.registry import all_layers  # noqa: E402
from layers.ogc.pictures.drawing import draw  # noqa: E402
from layers.ogc.pictures.frames import centred  # noqa: E402
from spatial.city import city  # noqa: E402
from spatial.crs import transformer  # noqa: E402
from spatial.periods import NOW  # noqa: E402
from webmap.documents.cartouche import framed  # noqa: E402
from webmap.documents.layout import SCALES, Paper  # noqa: E402
from webmap.documents.maps import drawn_shares, ground, legend_entries  # noqa: E402
from webmap.documents.samples import awkward  # noqa: E402
from webmap.documents.templates import folders  # noqa: E402
from webmap.documents.typesetting import typeset  # noqa: E402

ADMIN = Caller("bench", frozenset(), is_admin=True)
CARDS = """#import "base.typ": *
#show: paged
#for card in doc.cards {
  text(font: hei, size: 13pt, weight: "bold")[#card.title]
  facts(card.rows)
  pagebreak(weak: true)
}
"""


def timed(name: str, work) -> None:
    began, cpu = time.perf_counter(), time.process_time()
    said = work()
    wall, used = time.perf_counter() - began, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{name:<34} {wall:6.2f} s  {used:6.2f} s CPU  peak {peak} MB  {said}", flush=True)


def simple_pages(number: int):
    """A4 pages of a heading and ten lines each, in the dress of every document."""
    titles = [
        "编码",
        "坐落",
        "用途",
        "结构",
        "地上层数",
        "地下层数",
        "高度",
        "建筑面积",
        "竣工年份",
        "所在村",
    ]

    def work() -> str:
        data, files = awkward("record")
        data["cards"] = [
            {"title": f"人民路{n}号", "rows": [(title, f"{title}{n}") for title in titles]}
            for n in range(number)
        ]
        with TemporaryDirectory() as name:
            (Path(name) / "cards.typ").write_text(CARDS, encoding="utf-8")
            pdf = typeset("cards.typ", data, files, [Path(name), *folders()])
        return f"{len(pdf) / 1e6:.1f} MB"

    return work


def table(number: int):
    """A table of statistics with so many rows."""

    def work() -> str:
        data, files = awkward("statistics")
        data["columns"] = ["区划编码", "区划名称", "数量"]
        data["heading"] = data["state"] = data["remark"] = "建筑"
        rows = [(f"4313820{n:05}", "示范街道示范社区", f"{n:,}") for n in range(number)]
        pdf = typeset("statistics.typ", {**data, "rows": rows}, files)
        return f"{len(pdf) / 1e6:.1f} MB"

    return work


def sheet(paper: Paper, scale: int, names: list[str]):
    x, y = transformer(4326, city().projected).transform(
        city().view.longitude, city().view.latitude
    )

    def work() -> str:
        shares = drawn_shares(ADMIN, names)
        frame = centred(x, y, *paper.map_mm, scale)
        picture = draw(shares, frame, NOW)
        data, files = awkward("sheets")
        files["sheet-1.svg"] = framed(ground(frame) + picture.inner, frame)
        one = {**data["sheets"][0], "legend": legend_entries(picture, shares)}
        width, height = paper.map_mm
        measures = {
            "width_mm": paper.width_mm,
            "height_mm": paper.height_mm,
            "map_width_mm": width + 16,
            "map_height_mm": height + 16,
        }
        data |= {"sheets": [one], "overview": None, "paper": {**data["paper"], **measures}}
        pdf = typeset("sheets.typ", data, files)
        return f"{sum(picture.counts.values()):,} features, {len(pdf) / 1e6:.2f} MB"

    return work


def main() -> None:
    names = [
        la.id for la in all_layers() if la.paint and la.geometry and not la.paint.is_hidden_at_first
    ]
    timed("fonts and first page", simple_pages(1))
    timed("1,000 simple pages", simple_pages(1_000))
    timed("a table of 10,000 rows", table(10_000))
    for scale in SCALES:
        timed(f"A3 1:{scale:,}, every layer", sheet(Paper("a3"), scale, names))
    if "--quick" not in sys.argv:
        timed("A0 1:2,000, every layer", sheet(Paper("a0"), 2_000, names))


main()
