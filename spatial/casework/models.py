"""Matters, the steps taken on them, what is asked and answered, what was amended.

A matter is a version: each step is a change that opens the next one. A profession whose
matters are a register of its own (a place, fields of a standard) derives its models from
``MatterFields``, ``StepFields`` and ``RequestFields``; the others use those of this module.
"""

from typing import ClassVar

from django.contrib.gis.db import models
from django.db.models import F, Q

from spatial.calendars.models import Dated
from spatial.versions.append_only import AppendOnly, Audited, RecordedAt
from spatial.versions.fields import POINTS, CityGeometryField
from spatial.versions.models import Change, VersionedFeature


class MatterFields(models.Model):
    """What the engine keeps in every matter: its state, since when, until when.

    ``step`` names a state of the procedure's table.
    """

    step = models.CharField("阶段", max_length=20)
    entered_at = models.DateTimeField("进入本阶段", null=True)
    step_due_at = models.DateTimeField("本阶段时限", null=True)
    step_is_provisional = models.BooleanField("本阶段时限为暂定", default=False)

    class Meta:
        abstract = True


class StepFields(AppendOnly):
    """One action on a matter: what, who, when, where, and what it ended.

    ``entered_at`` and ``due_at`` are those of the state that it left (or acted in), so that
    whether it came in time is a matter of this row alone. ``occurred_at`` is the true time of
    what was done on paper or by telephone (``channel``) and entered later, at ``at``.
    """

    matter_field: ClassVar[str] = "matter_code"  # the field that names the matter

    action = models.CharField("操作", max_length=30)
    state_before = models.CharField("原阶段", max_length=20, blank=True)
    state_after = models.CharField("新阶段", max_length=20)
    at = models.DateTimeField("时间")
    occurred_at = models.DateTimeField("实际时间", null=True)
    channel = models.CharField("途径", max_length=20, blank=True, db_default="")
    captured_at = models.DateTimeField("现场时间", null=True)
    entered_at = models.DateTimeField("进入原阶段", null=True)
    due_at = models.DateTimeField("原阶段时限", null=True)
    who = models.CharField("办理人", max_length=150)
    role = models.CharField("角色", max_length=20)
    department = models.CharField("部门", max_length=100, blank=True)
    text = models.CharField("理由或情况", max_length=1000, blank=True)
    details = models.JSONField("详情", default=dict, blank=True)
    geom = CityGeometryField("办理位置", kinds=POINTS, null=True)
    accuracy_m = models.FloatField("定位精度（米）", null=True)
    uuid = models.UUIDField("标识", null=True, unique=True)
    change = models.ForeignKey(Change, models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True
        ordering: ClassVar = ["id"]


class RequestFields(models.Model):
    """Somebody who has a matter asks for something; somebody else answers."""

    matter_field: ClassVar[str] = "matter_code"

    asked_by = models.CharField("申请人", max_length=150)
    asked_at = models.DateTimeField("申请时间")
    reason = models.CharField("理由", max_length=1000)
    until = models.DateTimeField("拟恢复时间", null=True)
    granted = models.BooleanField("批准", null=True)
    answered_by = models.CharField("审批人", max_length=150, blank=True)
    answered_at = models.DateTimeField("审批时间", null=True)
    answer = models.CharField("审批意见", max_length=1000, blank=True)

    class Meta:
        abstract = True


class Matter(MatterFields, VersionedFeature):
    """A matter of office work as it stands, of a procedure without a register of its own.

    ``values`` is what its form holds, by the procedure's fields; ``assignee`` the account
    whose it is for now, none while it waits for anybody of the role. ``parent_code`` is the
    matter of which it is a part. What it is about stands in ``MatterSubject``.
    """

    by_steps: ClassVar = True

    procedure = models.CharField("业务", max_length=40)
    title = models.CharField("标题", max_length=200)
    values = models.JSONField("内容", default=dict, blank=True)
    department = models.CharField("承办部门", max_length=100, blank=True)
    assignee = models.CharField("承办人", max_length=150, blank=True)
    applicant = models.CharField("申请人", max_length=150, blank=True)
    parent_code = models.CharField("上级事项", max_length=40, blank=True)
    accepted_at = models.DateTimeField("收件时间")
    due_at = models.DateTimeField("办结时限", null=True)
    due_is_provisional = models.BooleanField("办结时限为暂定", default=False)
    ends_at = models.DateTimeField("届满时间", null=True)  # of what was granted
    closed_at = models.DateTimeField("办结时间", null=True)

    class Meta(VersionedFeature.Meta):
        verbose_name = verbose_name_plural = "业务事项"
        indexes: ClassVar = [
            *VersionedFeature.Meta.indexes,
            models.Index(
                fields=["procedure", "step", "step_due_at"],
                condition=Q(valid__upper_inf=True),
                name="matter_queue",
            ),
            models.Index(
                fields=["parent_code"],
                condition=Q(valid__upper_inf=True) & ~Q(parent_code=""),
                name="matter_parent",
            ),
        ]


class MatterStep(StepFields):
    """A step of such a matter."""

    audited: ClassVar = Audited(
        "matter-step", code="matter_code", details=("action", "state_before", "state_after", "role")
    )

    matter_code = models.CharField("事项编号", max_length=40)

    class Meta(StepFields.Meta):
        verbose_name = verbose_name_plural = "事项办理步骤"
        indexes: ClassVar = [
            models.Index(fields=["matter_code", "id"], name="matter_step_matter"),
            models.Index(
                fields=["due_at"], condition=Q(at__gt=F("due_at")), name="matter_step_late"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter_code} {self.action} {self.at:%Y-%m-%d %H:%M}"


class MatterRequest(RequestFields):
    """A request in such a matter; to a department that has a part in it, or to the desk."""

    matter_code = models.CharField("事项编号", max_length=40, db_index=True)
    kind = models.CharField("种类", max_length=20)
    department = models.CharField("受理部门", max_length=100, blank=True)
    due_at = models.DateTimeField("答复时限", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "事项申请与征询"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["matter_code", "kind", "department"],
                condition=Q(granted__isnull=True),
                name="matter_request_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter_code} {self.kind} {self.department}"


class MatterSubject(AppendOnly):
    """What a matter is about: a thing of a layer, or a place."""

    matter_code = models.CharField("事项编号", max_length=40, db_index=True)
    layer = models.CharField("图层", max_length=40, blank=True)
    code = models.CharField("编码", max_length=40, blank=True)
    geom = CityGeometryField("位置", null=True)
    change = models.ForeignKey(Change, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "事项所涉对象"
        indexes: ClassVar = [models.Index(fields=["layer", "code"], name="matter_subject_thing")]

    def __str__(self) -> str:
        return f"{self.matter_code} {self.layer} {self.code}"


class MatterFile(AppendOnly):
    """A file that came with an action on such a matter (``files``)."""

    audited: ClassVar = Audited(
        "matter-file", who="added_by", code="matter_code", details=("action", "sha256")
    )

    matter_code = models.CharField("事项编号", max_length=40, db_index=True)
    action = models.CharField("操作", max_length=30)
    name = models.CharField("文件", max_length=40, unique=True)
    title = models.CharField("名称", max_length=150)
    media_type = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("大小（字节）")
    sha256 = models.CharField("校验值", max_length=64)
    added_by = models.CharField("提交人", max_length=150)
    added_at = RecordedAt("提交时间")

    class Meta:
        verbose_name = verbose_name_plural = "事项附件"
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.matter_code} {self.title}"


class Amendment(AppendOnly):
    """A value that was given to a matter of any procedure has been corrected, and why."""

    audited: ClassVar = Audited("amendment", code="matter_code", details=("procedure", "field"))

    procedure = models.CharField("业务", max_length=40)
    matter_code = models.CharField("编号", max_length=40)
    field = models.CharField("更正项", max_length=40)
    before = models.JSONField("更正前", null=True)
    after = models.JSONField("更正后", null=True)
    reason = models.CharField("理由", max_length=1000)
    who = models.CharField("更正人", max_length=150)
    at = models.DateTimeField("时间")
    change = models.ForeignKey(Change, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "更正"
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["procedure", "matter_code"], name="amendment_matter"),
            models.Index(fields=["at"], name="amendment_at"),
        ]

    def __str__(self) -> str:
        return f"{self.matter_code} {self.field}"


class MatterLimit(Dated):
    """How long a matter may stay in a state, or (no state) take as a whole.

    The row of the day counts on which the matter entered the state, or was accepted; a
    matter in hand keeps the deadline that it was given.
    """

    procedure = models.CharField("业务", max_length=40)
    state = models.CharField("阶段", max_length=20, blank=True)
    amount = models.FloatField("时限")
    unit = models.CharField("单位", max_length=10)

    class Meta(Dated.Meta):
        verbose_name = verbose_name_plural = "事项时限"
        constraints: ClassVar = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["procedure", "state", "valid_from"], name="matter_limit_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure} {self.state} {self.amount:g} {self.unit}"


class MatterCounter(models.Model):
    """How many matters of a procedure a day has had: the last digits of their numbers."""

    procedure = models.CharField("业务", max_length=40)
    day = models.DateField("日期")
    number = models.PositiveIntegerField("序号", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "事项流水号"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["procedure", "day"], name="matter_counter_once")
        ]

    def __str__(self) -> str:
        return f"{self.procedure} {self.day} {self.number}"


class FiledFigures(AppendOnly):
    """The figures of a procedure's month as they were filed; they do not change with it."""

    audited: ClassVar = Audited(
        "figures-filed", who="filed_by", code="period", details=("procedure", "scope")
    )

    procedure = models.CharField("业务", max_length=40)
    period = models.CharField("月份", max_length=7)  # 2026-10
    scope = models.CharField("范围", max_length=100, blank=True)
    figures = models.JSONField("数据")
    filed_by = models.CharField("报送人", max_length=150)
    filed_at = models.DateTimeField("报送时间")

    class Meta:
        verbose_name = verbose_name_plural = "已报送数据"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["procedure", "period", "scope"], name="filed_figures_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.procedure} {self.period} {self.scope}"
