"""Base geography: districts, roads, water, addresses, land cover."""

from typing import ClassVar

from django.contrib.gis.db import models

from spatial.versions.fields import LINES, POINTS, POLYGONS, CityGeometryField
from spatial.versions.models import SpatialFeature
from spatial.versions.tallies import Tally


class District(SpatialFeature):
    """A county (6-digit code), town (9) or village (12)."""

    class Level(models.TextChoices):
        COUNTY = "county", "县级"
        TOWN = "town", "乡级"
        VILLAGE = "village", "村级"

    district_field: ClassVar = "code"  # a district is in itself, wherever its outline lies

    name = models.CharField("名称", max_length=60)
    level = models.CharField("级别", max_length=10, choices=Level.choices)
    parent_code = models.CharField("上级编码", max_length=12, blank=True)
    geom = CityGeometryField("图形", kinds=POLYGONS, null=True)

    class Meta(SpatialFeature.Meta):
        verbose_name = verbose_name_plural = "行政区划"


class Road(SpatialFeature):
    """A road's centre line."""

    class Kind(models.TextChoices):
        TRUNK = "trunk", "快速路"
        PRIMARY = "primary", "主干路"
        SECONDARY = "secondary", "次干路"
        LOCAL = "local", "支路"
        RURAL = "rural", "农村道路"

    name = models.CharField("名称", max_length=60, blank=True)
    kind = models.CharField("等级", max_length=10, choices=Kind.choices)
    width_m = models.FloatField("宽度（米）", null=True)
    geom = CityGeometryField("图形", kinds=LINES)

    class Meta(SpatialFeature.Meta):
        verbose_name = verbose_name_plural = "道路"


class Water(SpatialFeature):
    """A water surface."""

    class Kind(models.TextChoices):
        RIVER = "river", "河流"
        RESERVOIR = "reservoir", "水库"
        POND = "pond", "坑塘"
        CANAL = "canal", "沟渠"

    name = models.CharField("名称", max_length=60, blank=True)
    kind = models.CharField("类型", max_length=10, choices=Kind.choices)
    geom = CityGeometryField("图形", kinds=POLYGONS)

    class Meta(SpatialFeature.Meta):
        verbose_name = verbose_name_plural = "水系"


class Address(SpatialFeature):
    """A standard address and where its door is."""

    full_address = models.CharField("标准地址", max_length=200)
    road_name = models.CharField("路名", max_length=60, blank=True)
    house_number = models.CharField("门牌号", max_length=30, blank=True)
    building_code = models.CharField("建筑编码", max_length=40, blank=True)
    geom = CityGeometryField("图形", kinds=POINTS)

    class Meta(SpatialFeature.Meta):
        verbose_name = verbose_name_plural = "地址"


class TerrainSheet(SpatialFeature):
    """A raster of ground heights: where it lies, how fine it is, in which file.

    ``file`` is the SHA-256 of what was delivered; the cloud-optimised copy bears its name.
    """

    reaches_out = True  # sheets are cut by degrees or kilometres, not by the city's boundary

    name = models.CharField("名称", max_length=100, blank=True)
    cell_m = models.FloatField("格网间距（米）")
    columns = models.PositiveIntegerField("列数")
    rows = models.PositiveIntegerField("行数")
    minimum_m = models.FloatField("最低高程（米）", null=True)
    maximum_m = models.FloatField("最高高程（米）", null=True)
    vertical_datum = models.CharField("高程基准", max_length=40, blank=True)
    surveyed_on = models.DateField("测制日期", null=True)
    file = models.CharField("文件", max_length=64)
    geom = CityGeometryField("图形", kinds=POLYGONS)

    class Meta(SpatialFeature.Meta):
        verbose_name = verbose_name_plural = "高程数据"


class LandCover(SpatialFeature):
    """A piece of land as the survey found it used."""

    tallies: ClassVar = (Tally("class_code", ("class_code",)),)

    scheme = models.CharField("分类标准", max_length=40)
    class_code = models.CharField("地类编码", max_length=10)
    area_m2 = models.FloatField("面积（平方米）", null=True)
    geom = CityGeometryField("图形", kinds=POLYGONS)

    class Meta(SpatialFeature.Meta):
        verbose_name = verbose_name_plural = "地表覆盖"
