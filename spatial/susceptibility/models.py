"""Models of susceptibility: the numbers they are made with, and each with how well it did."""

from typing import ClassVar

from django.db import models

from spatial.calendars.models import Dated
from spatial.versions.append_only import AppendOnly, RecordedAt


class SusceptibilitySetting(Dated):
    """A number by which susceptibility is computed."""

    name = models.CharField("名称", max_length=30)
    value = models.FloatField("数值")
    unit = models.CharField("单位", max_length=10, blank=True)
    mark = models.CharField("核实标记", max_length=1, blank=True)  # M from memory, P proposed

    class Meta(Dated.Meta):
        verbose_name = verbose_name_plural = "易发性计算参数"

    def __str__(self) -> str:
        return f"{self.name} = {self.value:g} {self.unit}"


class SusceptibilityModel(AppendOnly):
    """One computation or approval: its number is its version, kept with its scores for ever.

    ``terms`` are the features of a fitted model, or the numbers of an infinite slope;
    ``folds`` the scores of spatial cross-validation, ``roc`` and ``success_rate`` curves as
    pairs of shares, ``classes`` area and sites by class from low to very high.
    """

    class SusceptibilityMethod(models.TextChoices):
        LOGISTIC = "logistic", "逻辑回归"
        INFINITE_SLOPE = "infinite_slope", "无限斜坡"
        APPROVED = "approved", "已批准的易发区"

    made_at = RecordedAt("建立时间")
    method = models.CharField("方法", max_length=20, choices=SusceptibilityMethod.choices)
    source = models.CharField("依据", max_length=200, blank=True)
    cell_m = models.FloatField("格宽（米）")
    sites = models.PositiveIntegerField("灾害点数")
    vague_sites = models.PositiveIntegerField("位置不准未用的点数")
    others = models.PositiveIntegerField("对照点数")
    terms = models.JSONField("参数")
    folds = models.JSONField("分块交叉验证")
    block_m = models.FloatField("分块边长（米）", null=True)
    auc = models.FloatField("AUC", null=True)
    fitted_auc = models.FloatField("拟合点上的 AUC", null=True)
    roc = models.JSONField("ROC 曲线")
    success_rate = models.JSONField("成功率曲线")
    classes = models.JSONField("分级面积")

    class Meta:
        verbose_name = verbose_name_plural = "易发性模型"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(auc__isnull=True) | models.Q(auc__gte=0, auc__lte=1),
                name="susceptibility_auc",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.get_method_display()}"
