"""The rules of casework as tables: each holds from a day to a day, and names its source."""

from typing import ClassVar

from django.db import models

from spatial.calendars.models import Dated
from spatial.parties.models import Department


class ClassEdition(Dated):
    """Which edition of the list of classes takes new reports; of two, the one that began last.

    A case keeps the edition under which it was reported.
    """

    kind = models.CharField("类别", max_length=10)
    scheme = models.CharField("分类标准", max_length=40)

    class Meta(Dated.Meta):
        verbose_name = verbose_name_plural = "分类标准的启用"
        constraints: ClassVar = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=["kind", "valid_from"], name="classedition_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.scheme}"


class HandlingLimit(Dated):
    """When a case of a class is filed, on which condition, and how long handling may take.

    A class code of two digits, or none, holds for what has no row of its own.
    """

    kind = models.CharField("类别", max_length=10)
    scheme = models.CharField("分类标准", max_length=40)
    class_code = models.CharField("问题类别", max_length=4, blank=True)
    condition_code = models.CharField("条件编号", max_length=4)
    condition = models.CharField("立案条件", max_length=100)
    amount = models.FloatField("时限")
    unit = models.CharField("单位", max_length=10)

    class Meta(Dated.Meta):
        verbose_name = verbose_name_plural = "处置时限"

    def __str__(self) -> str:
        return f"{self.class_code} {self.condition} {self.amount:g} {self.unit}"


class StepLimit(Dated):
    """How long a case may wait in a state of the centre's own."""

    state = models.CharField("阶段", max_length=20)
    amount = models.FloatField("时限")
    unit = models.CharField("单位", max_length=10)

    class Meta(Dated.Meta):
        verbose_name = verbose_name_plural = "环节时限"

    def __str__(self) -> str:
        return f"{self.state} {self.amount:g} {self.unit}"


class Routing(Dated):
    """Which department a class of case in an area goes to; the longest prefixes win."""

    kind = models.CharField("类别", max_length=10)
    scheme = models.CharField("分类标准", max_length=40)
    class_prefix = models.CharField("类别前缀", max_length=4, blank=True)
    district_prefix = models.CharField("区划前缀", max_length=12, blank=True)
    department = models.ForeignKey(Department, models.PROTECT, to_field="code")

    class Meta(Dated.Meta):
        verbose_name = verbose_name_plural = "派遣规则"

    def __str__(self) -> str:
        return f"{self.class_prefix} {self.district_prefix} → {self.department_id}"


class ScoreWeight(Dated):
    """A part of a score of somebody, in points of 100."""

    subject = models.CharField("对象", max_length=12)
    figure = models.CharField("指标", max_length=30)
    form = models.CharField("计法", max_length=10)
    points = models.FloatField("权重")
    bands = models.CharField("分段表", max_length=20, blank=True)

    class Meta(Dated.Meta):
        verbose_name = verbose_name_plural = "评分权重"

    def __str__(self) -> str:
        return f"{self.subject} {self.figure} {self.points:g}"


class ScoreBand(Dated):
    """What a count above a bound is worth, in points of 100."""

    bands = models.CharField("分段表", max_length=20)
    above = models.IntegerField("大于")
    points = models.FloatField("得分")

    class Meta(Dated.Meta):
        verbose_name = verbose_name_plural = "评分分段"

    def __str__(self) -> str:
        return f"{self.bands} >{self.above} {self.points:g}"


class ScoreGrade(Dated):
    """From how many points a score is a grade, and its colour."""

    letter = models.CharField("等级", max_length=4)
    least = models.FloatField("不低于")
    colour = models.CharField("颜色", max_length=7)

    class Meta(Dated.Meta):
        verbose_name = verbose_name_plural = "评分等级"

    def __str__(self) -> str:
        return f"{self.letter} ≥{self.least:g}"
