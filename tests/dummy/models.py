"""Parks and what stands in them."""

from django.contrib.gis.db import models

from spatial.sealed.fields import SealedField
from spatial.versions.fields import POINTS, POLYGONS, CityGeometryField
from spatial.versions.models import SpatialFeature


class Park(SpatialFeature):
    """A park."""

    name = models.CharField("名称", max_length=100, blank=True)
    kind = models.CharField("类型", max_length=20, blank=True)
    opens_at = models.CharField("开放时间", max_length=40, blank=True)
    area_m2 = models.FloatField("登记面积（平方米）", null=True)
    district_code = models.CharField("区划编码", max_length=12, blank=True)
    keeper_phone = SealedField("管护人电话", kind="telephone", max_length=30, blank=True)
    geom = CityGeometryField("图形", kinds=POLYGONS)

    class Meta(SpatialFeature.Meta):
        verbose_name = verbose_name_plural = "公园"


class Bench(SpatialFeature):
    """A bench in a park."""

    park_code = models.CharField("公园编码", max_length=40, blank=True)
    state = models.CharField("状态", max_length=20, blank=True)
    geom = CityGeometryField("图形", kinds=POINTS)

    class Meta(SpatialFeature.Meta):
        verbose_name = verbose_name_plural = "座椅"
