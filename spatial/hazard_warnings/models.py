"""Warnings: the rows by which they are written, and every message that was issued."""

from typing import ClassVar

from django.contrib.gis.db import models

from spatial.calendars.models import Dated
from spatial.versions.append_only import AppendOnly, RecordedAt
from spatial.versions.fields import POLYGONS, CityGeometryField


class WarningLevelRule(Dated):
    """What a level means, whether it is public and signed with the weather bureau, its CAP terms."""

    level = models.CharField("等级", max_length=4)
    is_public = models.BooleanField("向社会公开")
    is_joint = models.BooleanField("与气象部门联合签发")
    severity = models.CharField("CAP 严重性", max_length=10)
    urgency = models.CharField("CAP 紧迫性", max_length=10)
    certainty = models.CharField("CAP 可能性", max_length=10)
    responses = models.CharField("CAP 响应类型", max_length=80, blank=True)
    meaning_zh = models.CharField("含义", max_length=40)
    meaning_en = models.CharField("含义（英文）", max_length=80)
    mark = models.CharField("核实标记", max_length=1, blank=True)  # M from memory, P proposed

    class Meta(Dated.Meta):
        verbose_name = verbose_name_plural = "预警等级规则"

    def __str__(self) -> str:
        return f"{self.level} {self.meaning_zh}"


class WarningMeasure(Dated):
    """One measure that a level asks for."""

    level = models.CharField("等级", max_length=4)
    position = models.PositiveSmallIntegerField("次序")
    text_zh = models.CharField("措施", max_length=200)
    text_en = models.CharField("措施（英文）", max_length=300)
    mark = models.CharField("核实标记", max_length=1, blank=True)

    class Meta(Dated.Meta):
        verbose_name = verbose_name_plural = "预警响应措施"

    def __str__(self) -> str:
        return f"{self.level}-{self.position} {self.text_zh}"


class WarningSetting(Dated):
    """A value by which warnings are written."""

    name = models.CharField("名称", max_length=30)
    value = models.CharField("值", max_length=100)
    mark = models.CharField("核实标记", max_length=1, blank=True)

    class Meta(Dated.Meta):
        verbose_name = verbose_name_plural = "预警参数"

    def __str__(self) -> str:
        return f"{self.name} = {self.value}"


class WarningMessage(AppendOnly):
    """A message as it was issued; what was sent is never changed, only followed.

    ``first`` is the message that its chain begins with, ``about`` the one before it (both are
    empty for the first itself). ``content`` is what was signed. A product without a warning has
    no document.
    """

    identifier = models.CharField("标识", max_length=31, unique=True)
    matter_code = models.CharField("事项编号", max_length=40, unique=True)
    kind = models.CharField("消息类型", max_length=10)
    status = models.CharField("状态", max_length=10)
    first = models.CharField("首条消息", max_length=31, blank=True, db_index=True)
    about = models.CharField("所针对的消息", max_length=31, blank=True)
    sent = models.DateTimeField("发送时间", db_index=True)
    expires_at = models.DateTimeField("截止")
    level = models.CharField("最高等级", max_length=4, blank=True)
    is_public = models.BooleanField("向社会公开")
    is_signed = models.BooleanField("有电子签名")
    content = models.JSONField("内容")
    document = models.TextField("CAP 文档", blank=True)
    sha256 = models.CharField("校验值", max_length=64, blank=True)
    geom = CityGeometryField("范围", kinds=POLYGONS, null=True)
    recorded_at = RecordedAt("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "预警消息"
        ordering: ClassVar = ["sent", "identifier"]

    def __str__(self) -> str:
        return self.identifier

    @property
    def chain(self) -> str:
        """The identifier of the message that its chain begins with."""
        return self.first or self.identifier
