"""Unit grid cells, the components in them, cases, and the people who work on them."""

from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Q
from django.db.models.fields.json import KeyTransform

from spatial.casework.models import MatterFields, RequestFields, StepFields
from spatial.sealed.fields import SealedField
from spatial.sealed.rules.formats import Kind
from spatial.versions.append_only import AppendOnly, Audited, RecordedAt
from spatial.versions.fields import POINTS, POLYGONS, CityGeometryField
from spatial.versions.models import SpatialFeature


class GridCell(SpatialFeature):
    """A unit grid cell; 15-digit code of GB/T 30428.1 (community code and sequence)."""

    community_code = models.CharField("社区（村）编码", max_length=12)
    area_m2 = models.FloatField("面积（平方米）", null=True)
    responsibility_code = models.CharField("责任网格", max_length=16, blank=True)
    inspector = models.CharField("责任网格员", max_length=60, blank=True)
    geom = CityGeometryField("图形", kinds=POLYGONS)

    class Meta(SpatialFeature.Meta):
        verbose_name = verbose_name_plural = "单元网格"


class Component(SpatialFeature):
    """A city-management component; 16-digit code, class within a scheme."""

    scheme = models.CharField("分类标准", max_length=40)
    class_code = models.CharField("部件类别", max_length=4)
    name = models.CharField("名称", max_length=60, blank=True)
    cell_code = models.CharField("所在网格", max_length=15, blank=True)
    department = models.CharField("主管部门", max_length=100, blank=True)
    owner = models.CharField("权属单位", max_length=100, blank=True)
    maintainer = models.CharField("养护单位", max_length=100, blank=True)
    state = models.CharField("状态", max_length=10, default="完好")
    geom = CityGeometryField("图形", kinds=POINTS)

    class Meta(SpatialFeature.Meta):
        verbose_name = verbose_name_plural = "城市部件"
        indexes: ClassVar = [
            *SpatialFeature.Meta.indexes,
            models.Index(fields=["cell_code"], name="component_cell"),
        ]


class Case(MatterFields, SpatialFeature):
    """A case as it stands: each step of its handling is a version.

    ``step`` names a state of ``grid.cases.steps``. The limit is written into the case when it is
    filed, so a rule that changes later does not reach it.
    """

    by_steps: ClassVar = True

    kind = models.CharField("类别", max_length=10)
    scheme = models.CharField("分类标准", max_length=40)
    class_code = models.CharField("问题小类", max_length=4)
    description = models.CharField("问题描述", max_length=4000, blank=True)
    address = models.CharField("位置描述", max_length=200, blank=True)
    source = models.CharField("来源", max_length=20, blank=True)
    cell_code = models.CharField("所在网格", max_length=15, blank=True)
    district_code = models.CharField("所在社区（村）", max_length=12, blank=True)
    component_code = models.CharField("部件编码", max_length=16, blank=True)
    department = models.CharField("处置部门", max_length=100, blank=True)
    reported_at = models.DateTimeField("上报时间")
    captured_at = models.DateTimeField("采集时间", null=True)
    accuracy_m = models.FloatField("定位精度（米）", null=True)
    uuid = models.UUIDField("上报标识", null=True)
    is_public = models.BooleanField("可公开", default=False)
    reporter = models.CharField("上报人", max_length=150, blank=True)
    reporter_name = SealedField("举报人姓名", max_length=60, blank=True)
    reporter_phone = SealedField("举报人电话", kind=Kind.TELEPHONE, max_length=30, blank=True)
    inspector = models.CharField("核实核查人", max_length=150, blank=True)
    condition = models.CharField("立案条件", max_length=100, blank=True)
    limit_amount = models.FloatField("处置时限", null=True)
    limit_unit = models.CharField("时限单位", max_length=10, blank=True)
    filed_at = models.DateTimeField("立案时间", null=True)
    dispatched_at = models.DateTimeField("派遣时间", null=True)
    due_at = models.DateTimeField("处置截止", null=True)
    due_is_provisional = models.BooleanField("截止为暂定", default=False)
    handled_at = models.DateTimeField("处置完成", null=True)
    closed_at = models.DateTimeField("结案时间", null=True)
    resume_at = models.DateTimeField("挂账到期", null=True)
    extensions = models.PositiveSmallIntegerField("延期次数", default=0)
    returns = models.PositiveSmallIntegerField("回退次数", default=0)
    reworks = models.PositiveSmallIntegerField("返工次数", default=0)
    is_exempt = models.BooleanField("统计豁免", default=False)
    duplicate_of = models.CharField("并入案件", max_length=40, blank=True)
    geom = CityGeometryField("图形", kinds=POINTS)

    class Meta(SpatialFeature.Meta):
        verbose_name = verbose_name_plural = "案件"
        indexes: ClassVar = [
            *SpatialFeature.Meta.indexes,
            models.Index(
                fields=["step", "department"],
                condition=Q(valid__upper_inf=True) & ~Q(step__in=("closed", "void", "merged")),
                name="case_open",
            ),
            models.Index(
                fields=["reported_at"], condition=Q(valid__upper_inf=True), name="case_reported"
            ),
        ]
        constraints: ClassVar = [
            *SpatialFeature.Meta.constraints,
            models.UniqueConstraint(
                fields=["uuid"],
                condition=Q(valid__upper_inf=True, uuid__isnull=False),
                name="case_uuid",
            ),
        ]


class CaseStep(StepFields):
    """One action on a case."""

    matter_field: ClassVar = "case_code"

    audited: ClassVar = Audited(
        "case-step", code="case_code", details=("action", "state_before", "state_after", "role")
    )

    case_code = models.CharField("案件编号", max_length=40)

    class Meta(StepFields.Meta):
        verbose_name = verbose_name_plural = "办理步骤"
        indexes: ClassVar = [
            models.Index(fields=["case_code", "id"], name="case_step_case"),
            models.Index(fields=["at", "action"], name="case_step_at"),
            models.Index(fields=["who", "at"], name="case_step_who"),
            models.Index(fields=["due_at"], condition=Q(at__gt=F("due_at")), name="case_step_late"),
            models.Index(
                KeyTransform("department", "details"),
                condition=Q(action__in=("dispatch", "reassign")),  # ``steps.DISPATCHES``
                name="case_step_department",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_code} {self.action} {self.at:%Y-%m-%d %H:%M}"


class CaseRequest(RequestFields):
    """A department asks: more time, a pause, an exemption; somebody answers."""

    class Kind(models.TextChoices):
        EXTENSION = "extension", "延期"
        SUSPENSION = "suspension", "挂账"
        APPEAL = "appeal", "申诉"

    matter_field: ClassVar = "case_code"

    case_code = models.CharField("案件编号", max_length=40, db_index=True)
    kind = models.CharField("种类", max_length=12, choices=Kind)

    class Meta:
        verbose_name = verbose_name_plural = "案件申请"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case_code", "kind"],
                condition=Q(granted__isnull=True),
                name="case_request_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_code} {self.kind}"


class CasePhoto(AppendOnly):
    """A photo of a case. The file as it came is kept aside; what is shown carries no EXIF."""

    audited: ClassVar = Audited(
        "case-photo", who="added_by", code="case_code", details=("moment", "sha256")
    )

    class Moment(models.TextChoices):
        BEFORE = "before", "上报"
        VERIFIED = "verified", "核实"
        AFTER = "after", "处置后"
        CHECKED = "checked", "核查"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case_code = models.CharField("案件编号", max_length=40, db_index=True)
    moment = models.CharField("时机", max_length=10, choices=Moment)
    name = models.CharField("文件", max_length=100)
    sha256 = models.CharField("校验值", max_length=64)
    width = models.PositiveIntegerField("宽")
    height = models.PositiveIntegerField("高")
    captured_at = models.DateTimeField("拍摄时间", null=True)
    added_by = models.CharField("提交人", max_length=150, blank=True)
    added_at = RecordedAt("提交时间")

    class Meta:
        verbose_name = verbose_name_plural = "案件照片"
        ordering: ClassVar = ["added_at", "id"]

    def __str__(self) -> str:
        return self.name


class Publication(AppendOnly):
    """Somebody of the centre has decided whether the public sees one thing of a case.

    The things are a photo, or the words, as somebody worded them for the public; what was
    written stays in the case. The last decision on a thing holds; without one it is not seen.
    """

    audited: ClassVar = Audited("publication", code="case_code", details=("item", "is_public"))

    WORDS = "words"

    case_code = models.CharField("案件编号", max_length=40)
    item = models.CharField("内容", max_length=36)  # WORDS, or the id of a photo
    is_public = models.BooleanField("公开")
    words = models.CharField("公开的描述", max_length=4000, blank=True)
    address = models.CharField("公开的位置描述", max_length=200, blank=True)
    who = models.CharField("决定人", max_length=150)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "公开决定"
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["case_code", "item", "-id"], name="publication_last"),
        ]

    def __str__(self) -> str:
        return f"{self.case_code} {self.item} {'公开' if self.is_public else '不公开'}"


class CaseCounter(models.Model):
    """How many cases a day has had: the last five digits of their numbers."""

    day = models.DateField(primary_key=True)
    number = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = "案件流水号"

    def __str__(self) -> str:
        return f"{self.day} {self.number}"


class Staff(models.Model):
    """What casework needs to know of a user beside the department: the area, the telephone."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="staff")
    districts = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    phone = models.CharField("电话", max_length=30, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "城管人员"

    def __str__(self) -> str:
        return str(self.user)


class Patrol(models.Model):
    """A patrol: an inspector on duty from a moment to a moment."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    started_at = models.DateTimeField("上岗")
    ended_at = models.DateTimeField("离岗", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "巡查"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(ended_at__isnull=True), name="patrol_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.started_at:%Y-%m-%d %H:%M}"


class PatrolPoint(AppendOnly):
    """Where an inspector on duty was; points of poor accuracy are not kept."""

    expires: ClassVar = True

    patrol = models.ForeignKey(Patrol, models.CASCADE, related_name="points")
    at = models.DateTimeField("时间")
    accuracy_m = models.FloatField("定位精度（米）")
    geom = CityGeometryField("位置", kinds=POINTS)

    class Meta:
        verbose_name = verbose_name_plural = "巡查轨迹"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["patrol", "at"], name="patrol_point_once")
        ]

    def __str__(self) -> str:
        return f"{self.patrol_id} {self.at:%H:%M:%S}"
