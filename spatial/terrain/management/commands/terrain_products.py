"""``manage.py terrain_products``."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from spatial.errors import SpatialError
from spatial.rasters import raster_info
from spatial.terrain.making import STREAM_KM2, make_products, roads_of_now
from spatial.terrain.products import ELEVATION, TerrainProduct, stale_products


class Command(BaseCommand):
    """Makes slope, aspect, curvature, flow, wetness and distances of the city's heights."""

    help = "由地形高程计算坡度、坡向、曲率、汇水、湿度、距沟谷和道路的距离；高程更新后重新执行。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What counts as a stream, and whether what is current is left."""
        parser.add_argument(
            "--stream-km2",
            type=float,
            default=STREAM_KM2,
            help=f"沟谷的最小汇水面积（平方千米），默认 {STREAM_KM2:g}",
        )
        parser.add_argument(
            "--if-stale", action="store_true", help="产品都比高程新时不再计算（道路变更不在此列）"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them, and say of each how long it took."""
        if not ELEVATION.path.exists():
            raise CommandError(f"没有地形高程 {ELEVATION.path.name}，无法计算")
        if options["stream_km2"] <= 0:
            raise CommandError("--stream-km2 应大于 0")
        if options["if_stale"] and not stale_products():
            self.stdout.write("产品均为最新")
            return
        try:
            roads = roads_of_now(raster_info(ELEVATION.path).epsg)
            make_products(self._report, roads, options["stream_km2"])
        except SpatialError as error:
            raise CommandError(str(error)) from None

    def _report(self, product: TerrainProduct, seconds: float) -> None:
        self.stdout.write(f"{product.title}  {product.path.name}  {seconds:.1f} 秒")
