"""What came in, when, with which result, and what was wrong with it."""

from typing import ClassVar

from django.contrib.gis.db import models

from spatial.versions.fields import POINTS, CityGeometryField
from spatial.versions.models import Change


class ImportRun(models.Model):
    """One delivery taken in: tried, committed, or refused."""

    class State(models.TextChoices):
        RUNNING = "running", "进行中"
        DRY = "dry", "试运行"
        COMMITTED = "committed", "已入库"
        UNDONE = "undone", "已撤销"
        REFUSED = "refused", "已拒绝"

    layer = models.CharField("图层", max_length=40)
    files = models.JSONField("文件", default=list)
    source = models.CharField("来源", max_length=100, blank=True, db_index=True)
    crs = models.CharField("坐标系", max_length=100, blank=True)
    options = models.JSONField("选项", default=dict)
    counts = models.JSONField("计数", default=dict)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.RUNNING)
    message = models.CharField("说明", max_length=1000, blank=True)
    started_at = models.DateTimeField("开始", auto_now_add=True)
    finished_at = models.DateTimeField("结束", null=True)
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

    class Meta:
        verbose_name = verbose_name_plural = "入库问题"
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.file} 第 {self.row} 行 {self.message}"
