"""Departments and what became of them, posts and who holds them, absences, deputies, shifts."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from spatial.calendars.models import Dated

USER = settings.AUTH_USER_MODEL


def ends_after_start() -> models.CheckConstraint:
    """A period is not empty."""
    return models.CheckConstraint(
        condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="%(class)s_period"
    )


class Department(Dated):
    """A department of the city; what it is called later stands in ``DepartmentName``."""

    code = models.CharField("编号", max_length=20, unique=True)
    name = models.CharField("名称", max_length=100)

    class Meta(Dated.Meta):
        db_table = "grid_department"
        verbose_name = verbose_name_plural = "专业部门"
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name

    def name_on(self, day: date) -> str:
        """What it is called on a day."""
        held = (one for one in self.later_names.all() if one.holds_on(day))
        latest = max(held, key=lambda one: one.valid_from, default=None)
        return latest.name if latest else self.name

    def own_names(self) -> tuple[str, ...]:
        """Every name that it has had or will have."""
        return (self.name, *(one.name for one in self.later_names.all()))

    def all_names(self) -> tuple[str, ...]:
        """Its own names and those of what has gone into it: cases carry the name of their time."""
        return tuple(name for one in self._with_absorbed({self.code}) for name in one.own_names())

    def _with_absorbed(self, passed: set[str]) -> list["Department"]:
        found, today = [self], timezone.localdate()
        if not getattr(self, "absorbs", True):  # so the query said (``queries.named``)
            return found
        for merger in self.absorbed.all():
            if merger.on <= today and merger.department_id not in passed:
                passed.add(merger.department_id)
                found += merger.department._with_absorbed(passed)
        return found


class DepartmentName(Dated):
    """A name that a department is given; of two that hold, the one that began last."""

    department = models.ForeignKey(
        Department,
        models.PROTECT,
        verbose_name="专业部门",
        to_field="code",
        related_name="later_names",
    )
    name = models.CharField("名称", max_length=100)

    class Meta(Dated.Meta):
        db_table = "grid_departmentname"
        verbose_name = verbose_name_plural = "专业部门更名"
        ordering: ClassVar = ["department", "valid_from"]
        constraints: ClassVar = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["department", "valid_from"], name="departmentname_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DepartmentMerger(models.Model):
    """A department goes into another as a day begins; its people and its names go along."""

    department = models.OneToOneField(
        Department, models.PROTECT, verbose_name="部门", to_field="code", related_name="merger"
    )
    into = models.ForeignKey(
        Department, models.PROTECT, verbose_name="并入", to_field="code", related_name="absorbed"
    )
    on = models.DateField("并入日期")
    source = models.CharField("依据", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "专业部门并入"
        ordering: ClassVar = ["on", "department"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(department=F("into")), name="departmentmerger_other"
            )
        ]

    def __str__(self) -> str:
        return f"{self.department_id} → {self.into_id} {self.on}"


class Post(Dated):
    """A post (岗位): a role within a department, or of the centre where it names none.

    ``superior`` is the post that hears of what stays undone here.
    """

    code = models.CharField("编号", max_length=20, unique=True)
    title = models.CharField("名称", max_length=60)
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        verbose_name="部门",
        to_field="code",
        null=True,
        blank=True,
        related_name="posts",
    )
    role = models.CharField("角色", max_length=40, blank=True)
    superior = models.ForeignKey(
        "self", models.PROTECT, verbose_name="上级岗位", null=True, blank=True, related_name="+"
    )

    class Meta(Dated.Meta):
        verbose_name = verbose_name_plural = "岗位"
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Member(Dated):
    """Somebody belongs to a department, or holds a post, or both, from a day to a day."""

    user = models.ForeignKey(USER, models.CASCADE, verbose_name="人员", related_name="memberships")
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        verbose_name="部门",
        to_field="code",
        null=True,
        blank=True,
        related_name="members",
    )
    post = models.ForeignKey(
        Post, models.PROTECT, verbose_name="岗位", null=True, blank=True, related_name="members"
    )

    class Meta(Dated.Meta):
        verbose_name = verbose_name_plural = "任职"
        ordering: ClassVar = ["user", "valid_from"]
        constraints: ClassVar = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(department__isnull=False) | Q(post__isnull=False), name="member_of"
            ),
            models.UniqueConstraint(
                fields=["user", "department", "post", "valid_from"],
                nulls_distinct=False,
                name="member_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.department or ''} {self.post or ''}".strip()


class Absence(models.Model):
    """Somebody is away from a moment to a moment; one that was withdrawn never was."""

    user = models.ForeignKey(USER, models.CASCADE, verbose_name="人员", related_name="absences")
    starts_at = models.DateTimeField("起")
    ends_at = models.DateTimeField("止")
    reason = models.CharField("事由", max_length=100, blank=True)
    entered_by = models.CharField("登记人", max_length=150)
    entered_at = models.DateTimeField("登记时间", auto_now_add=True)
    withdrawn_at = models.DateTimeField("撤销时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "请假"
        ordering: ClassVar = ["-starts_at"]
        constraints: ClassVar = [ends_after_start()]
        indexes: ClassVar = [models.Index(fields=["user", "ends_at"], name="absence_user")]

    def __str__(self) -> str:
        return f"{self.user} {self.starts_at:%Y-%m-%d %H:%M}"


class Deputy(models.Model):
    """Somebody acts in another's stead: for some roles or all, always or only while they are away."""

    principal = models.ForeignKey(
        USER, models.CASCADE, verbose_name="委托人", related_name="deputies"
    )
    deputy = models.ForeignKey(USER, models.CASCADE, verbose_name="代理人", related_name="+")
    starts_at = models.DateTimeField("起")
    ends_at = models.DateTimeField("止", null=True, blank=True)
    only_absent = models.BooleanField("仅在请假期间", default=True)
    roles = ArrayField(
        models.CharField(max_length=40), verbose_name="限于角色", default=list, blank=True
    )
    entered_by = models.CharField("登记人", max_length=150)
    entered_at = models.DateTimeField("登记时间", auto_now_add=True)
    withdrawn_at = models.DateTimeField("撤销时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "代理"
        ordering: ClassVar = ["-starts_at"]
        constraints: ClassVar = [
            ends_after_start(),
            models.CheckConstraint(condition=~Q(principal=F("deputy")), name="deputy_other"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["deputy"], condition=Q(withdrawn_at__isnull=True), name="deputy_standing"
            )
        ]

    def __str__(self) -> str:
        return f"{self.deputy} 代 {self.principal}"


class Shift(models.Model):
    """Somebody is on duty at a post (值班) from a moment to a moment."""

    post = models.ForeignKey(Post, models.PROTECT, verbose_name="岗位", related_name="shifts")
    user = models.ForeignKey(USER, models.CASCADE, verbose_name="人员", related_name="shifts")
    starts_at = models.DateTimeField("起")
    ends_at = models.DateTimeField("止")

    class Meta:
        verbose_name = verbose_name_plural = "值班"
        ordering: ClassVar = ["-starts_at"]
        constraints: ClassVar = [
            ends_after_start(),
            models.UniqueConstraint(fields=["post", "user", "starts_at"], name="shift_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["post", "ends_at"], name="shift_post")]

    def __str__(self) -> str:
        return f"{self.user} {self.starts_at:%Y-%m-%d %H:%M}"
