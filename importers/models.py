"""What came in, when, with which result, and what was wrong with it."""

from typing import Any, ClassVar
from uuid import uuid4

from django.contrib.gis.db import models

from spatial.versions.fields import POINTS, CityGeometryField
from spatial.versions.models import Change


class ImportRun(models.Model):
    """One delivery taken in: tried, committed, or refused."""

    class State(models.TextChoices):
        WAITING = "waiting", "排队中"
        RUNNING = "running", "进行中"
        DRY = "dry", "待审核"
        DISCARDED = "discarded", "已放弃"
        INTERRUPTED = "interrupted", "已中断"
        COMMITTED = "committed", "已入库"
        UNDONE = "undone", "已撤销"
        REFUSED = "refused", "已拒绝"

    layer = models.CharField("图层", max_length=40)
    files = models.JSONField("文件", default=list)
    source = models.CharField("来源", max_length=100, blank=True, db_index=True)
    crs = models.CharField("坐标系", max_length=100, blank=True)
    options = models.JSONField("选项", default=dict)
    counts = models.JSONField("计数", default=dict)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.RUNNING)
    message = models.CharField("说明", max_length=1000, blank=True)
    started_at = models.DateTimeField("开始", auto_now_add=True)
    finished_at = models.DateTimeField("结束", null=True)
    stage = models.CharField("阶段", max_length=40, blank=True)
    done = models.PositiveIntegerField("已处理", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    folder = models.CharField("原始文件夹", max_length=40, blank=True)
    who = models.CharField("经办人", max_length=150)
    change = models.ForeignKey(
        Change, models.PROTECT, null=True, related_name="+", verbose_name="变更"
    )
    undo_change = models.ForeignKey(
        Change, models.PROTECT, null=True, related_name="+", verbose_name="撤销变更"
    )

    class Meta:
        verbose_name = verbose_name_plural = "入库批次"
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"入库批次 {self.pk} {self.layer}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new run gets a folder of its own, that no other database of this machine shares."""
        if self._state.adding and not self.folder:
            self.folder = uuid4().hex
        super().save(*args, **kwargs)

    @property
    def origin(self) -> str:
        """What the run's Change carries as its origin."""
        return f"import-run/{self.pk}"


class ImportIssue(models.Model):
    """A finding of a run; the first ten thousand are kept."""

    run = models.ForeignKey(
        ImportRun, models.CASCADE, related_name="issues", verbose_name="入库批次"
    )
    file = models.CharField("文件", max_length=200)
    row = models.PositiveIntegerField("行")
    field = models.CharField("字段", max_length=60, blank=True)
    code = models.CharField("问题代码", max_length=40)
    severity = models.CharField("程度", max_length=10)
    message = models.CharField("说明", max_length=500)
    hint = models.CharField("建议", max_length=500, blank=True)
    position = CityGeometryField("位置", kinds=POINTS, null=True)
    place = CityGeometryField("问题图形", null=True)
    original = CityGeometryField("原图形", null=True)
    proposal = CityGeometryField("建议图形", null=True)
    accepted_by = models.CharField("采纳人", max_length=150, blank=True)
    accepted_at = models.DateTimeField("采纳时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "入库问题"
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.file} 第 {self.row} 行 {self.message}"


class SavedSource(models.Model):
    """A mapping made in the review page and kept: how one office names its columns."""

    name = models.SlugField("名称", max_length=60, unique=True)
    title = models.CharField("说明", max_length=100)
    layer = models.CharField("图层", max_length=40)
    signature = models.JSONField("识别列", default=list)
    columns = models.JSONField("列对应", default=dict)
    constants = models.JSONField("固定值", default=dict)
    table = models.CharField("文件内的图层名", max_length=100, blank=True)
    epsg = models.PositiveIntegerField("坐标系", null=True, blank=True)
    who = models.CharField("保存人", max_length=150, blank=True)
    saved_at = models.DateTimeField("保存时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "数据来源"
        ordering: ClassVar = ["layer", "name"]

    def __str__(self) -> str:
        return f"{self.title}（{self.name}）"


class DatumParameters(models.Model):
    """An administrator's parameters from an old or local datum to the city's.

    Seven parameters go through geocentric coordinates (metres, arc seconds, ppm,
    coordinate frame as named in ``convention``), four through the plane (metres,
    radians, scale factor). Without a row here such deliveries are refused.
    """

    class Datum(models.TextChoices):
        XIAN80 = "xian80", "西安80"
        BEIJING54 = "beijing54", "北京54"
        LOCAL = "local", "地方独立坐标系"

    class Method(models.TextChoices):
        SEVEN = "seven", "七参数（布尔莎）"
        FOUR = "four", "四参数（平面）"

    name = models.CharField("名称", max_length=60, unique=True)
    datum = models.CharField("原坐标系", max_length=12, choices=Datum.choices)
    source_epsg = models.PositiveIntegerField(
        "原坐标系 EPSG（地方坐标系为空）", null=True, blank=True
    )
    method = models.CharField("方法", max_length=6, choices=Method.choices)
    parameters = models.JSONField("参数")
    accuracy_m = models.FloatField("检验中误差（米）", null=True, blank=True)
    document = models.CharField("依据", max_length=200)
    is_active = models.BooleanField("启用", default=True)
    who = models.CharField("录入人", max_length=150, blank=True)
    entered_at = models.DateTimeField("录入时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "坐标转换参数"
        ordering: ClassVar = ["datum", "name"]

    def __str__(self) -> str:
        return f"{self.name}（{self.get_datum_display()}）"
