"""``manage.py susceptibility [--approved FILE --field NAME --source TEXT]``."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import geopandas
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from spatial.errors import SpatialError
from spatial.rasters import raster_info
from spatial.susceptibility.actions import approve_classes, make_model
from spatial.susceptibility.models import SusceptibilityModel
from spatial.terrain.products import ELEVATION

NAMES = {"非": 0, "低": 0, "中": 1, "高": 2, "极高": 3}


class Command(BaseCommand):
    """Makes a model of susceptibility, or takes in the areas that the province approved."""

    help = "建立易发性模型；或以 --approved 录入省级批准的易发区（其效力高于模型）。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The approved areas, if any: file, the field of the class, the paper."""
        parser.add_argument("--approved", type=Path, metavar="FILE", help="易发区图斑文件")
        parser.add_argument("--field", default="易发性", help="分级字段（非、低、中、高、极高）")
        parser.add_argument("--source", default="", help="批准文号")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make or take it, and say how well it ranks."""
        if not ELEVATION.path.exists():
            raise CommandError(f"没有地形高程 {ELEVATION.path.name}")
        try:
            if options["approved"]:
                row = approve_classes(self._areas(options), options["source"])
            else:
                row = make_model(timezone.localdate())
        except SpatialError as error:
            raise CommandError(str(error)) from None
        self._say(row)

    def _areas(self, options: dict[str, Any]) -> list:
        path, field = options["approved"], options["field"]
        if not options["source"]:
            raise CommandError("录入批准的易发区须以 --source 写明批准文号")
        if not path.is_file():
            raise CommandError(f"没有文件 {path}")
        frame = geopandas.read_file(path)
        if field not in frame or frame.crs is None:
            raise CommandError(f"文件没有字段“{field}”或坐标系")
        named = frame[field].astype(str).str.removesuffix("易发区").str.removesuffix("易发")
        if unknown := sorted(set(named) - NAMES.keys()):
            raise CommandError(f"不认识的分级：{'、'.join(unknown[:5])}")
        placed = frame.to_crs(raster_info(ELEVATION.path).epsg).geometry
        return list(zip(placed, named.map(NAMES), strict=True))

    def _say(self, row: SusceptibilityModel) -> None:
        auc = "—" if row.auc is None else f"{row.auc:.3f}"
        self.stdout.write(f"{row}  灾害点 {row.sites}（位置不准未用 {row.vague_sites}） AUC {auc}")
        for one in row.classes:
            self.stdout.write(f"  {one['class']:10} {one['km2']:.1f} km²  灾害点 {one['sites']}")
