"""Changes, versions, ancestry: the one shape that every register shares.

The law: a version is valid from the moment of the change that opened it until the
moment of the change that closed it, ``[opened_by.at, closed_by.at)``; a version that an
undo has voided is valid never (its range is empty). Nothing is ever deleted or edited,
so what was known on any day can still be told from the changes' ``recorded_at``.
"""

from typing import Any, ClassVar, Self

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.contrib.postgres.indexes import BrinIndex
from django.db.models import F, Func, Q

from spatial.periods import AsOf
from spatial.versions.append_only import AppendOnly, Audited, RecordedAt
from spatial.versions.fields import POLYGONS, CityGeometryField
from spatial.versions.tallies import Tally


class Change(AppendOnly):
    """Who changed what, when, why, from which document."""

    audited: ClassVar = Audited("change", details=("origin", "reverses_id"))

    at = models.DateTimeField("生效时间")
    recorded_at = RecordedAt("记录时间")
    who = models.CharField("经办人", max_length=150)
    why = models.CharField("事由", max_length=500)
    document = models.CharField("依据文件", max_length=300, blank=True)
    origin = models.CharField("来源", max_length=100, blank=True, db_index=True)
    reverses = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reversed_by",
        verbose_name="撤销",
    )

    class Meta:
        verbose_name = verbose_name_plural = "变更"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["at"], name="change_at")]

    def __str__(self) -> str:
        return f"变更 {self.pk} {self.why}"


class VersionedQuerySet(models.QuerySet):
    """Reads of a register at a moment."""

    def current(self) -> Self:
        """The open versions."""
        return self.filter(valid__upper_inf=True)

    def as_of(self, moment: AsOf) -> Self:
        """The versions valid now, at an instant, or at any time in an interval."""
        if moment.is_now:
            return self.current()
        if moment.instant:
            return self.filter(valid__contains=moment.instant)
        touching = self.exclude(valid__isempty=True)
        if moment.start:
            touching = touching.filter(
                Q(valid__upper_inf=True) | Q(valid__endswith__gt=moment.start)
            )
        if moment.end:
            touching = touching.filter(valid__startswith__lte=moment.end)
        return touching


def _change(title: str, **options: Any) -> models.ForeignKey:
    """A reference to a change; its index is one of CHANGE_INDEXES, not a full b-tree.

    That the change exists is checked by ``guards``, once per statement: a foreign key
    checks row by row, a tenth of the time of a large load.
    """
    return models.ForeignKey(
        Change,
        models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=title,
        db_index=False,
        db_constraint=False,
        **options,
    )


# Rows arrive change by change, so a block-range index finds a change's rows at no cost
# to the load; most rows are neither closed nor voided.
CHANGE_INDEXES = [
    BrinIndex(fields=["opened_by"], name="%(app_label)s_%(class)s_opened", pages_per_range=16),
    models.Index(
        fields=["closed_by"],
        condition=Q(closed_by__isnull=False),
        name="%(app_label)s_%(class)s_closed",
    ),
    models.Index(
        fields=["voided_by"],
        condition=Q(voided_by__isnull=False),
        name="%(app_label)s_%(class)s_voided",
    ),
]


class VersionedFeature(models.Model):
    """One version of one thing. Registers add their attributes and a ``geom``.

    Of a register ``by_steps`` each version follows from a step of its casework, which is
    on record: it takes no deliveries and no edits, and no change of it is undone.
    """

    by_steps: ClassVar[bool] = False
    tallies: ClassVar[tuple[Tally, ...]] = ()  # kept with each change (``versions.figures``)

    code = models.CharField("编码", max_length=40)
    schematic = models.BooleanField("示意", default=False)
    valid = DateTimeRangeField("有效期", editable=False)
    opened_by = _change("由此变更产生")
    closed_by = _change("由此变更终止", null=True)
    voided_by = _change("由此变更作废", null=True)
    # What each audience is shown (``versions.audiences``); NULL where it is as the row itself.
    public_valid = DateTimeRangeField("公开有效期", null=True, editable=False)
    public_first = models.BigIntegerField("公开版本", null=True, editable=False)
    public_carried = models.BooleanField("公开同后", db_default=False, editable=False)
    shared_valid = DateTimeRangeField("共享有效期", null=True, editable=False)
    shared_first = models.BigIntegerField("共享版本", null=True, editable=False)
    shared_carried = models.BooleanField("共享同后", db_default=False, editable=False)

    objects = VersionedQuerySet.as_manager()

    class Meta:
        abstract = True
        indexes: ClassVar = CHANGE_INDEXES
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(valid__upper_inf=True),
                name="%(app_label)s_%(class)s_current",
            ),
            models.UniqueConstraint(
                F("code"), Func(F("valid"), function="lower"), name="%(app_label)s_%(class)s_start"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class SpatialFeature(VersionedFeature):
    """A versioned thing with a place.

    One spatial index holds all versions: Django leaves the condition out of an index on
    a geometry, so one of today's versions only would be the same index twice.
    """

    district_field: ClassVar[str] = "district_code"  # the field, if there is one, that names it

    geom = CityGeometryField("图形", null=True)
    # The codes of today's districts, at every level; NULL until they are looked up.
    in_districts = ArrayField(
        models.TextField(), verbose_name="所在区划", null=True, editable=False
    )

    class Meta(VersionedFeature.Meta):
        abstract = True
        indexes: ClassVar = CHANGE_INDEXES


class Ancestry(AppendOnly):
    """A parent that became a child, and the area they share (split, merge, adjust)."""

    set_once: ClassVar = ("closed_by_id",)

    register = models.CharField("登记簿", max_length=60)
    parent_code = models.CharField("前身编码", max_length=40)
    child_code = models.CharField("后继编码", max_length=40)
    shared_area_m2 = models.FloatField("共有面积（平方米）")
    opened_by = models.ForeignKey(
        Change, models.PROTECT, related_name="+", verbose_name="由此变更产生"
    )
    closed_by = models.ForeignKey(
        Change, models.PROTECT, null=True, related_name="+", verbose_name="由此变更撤销"
    )

    class Meta:
        verbose_name = verbose_name_plural = "沿革"
        indexes: ClassVar = [
            models.Index(fields=["register", "parent_code"], name="ancestry_parent"),
            models.Index(fields=["register", "child_code"], name="ancestry_child"),
        ]

    def __str__(self) -> str:
        return f"{self.parent_code} → {self.child_code}"


class Revision(models.Model):
    """How often a register has changed: the key of every cache over it."""

    register = models.CharField("登记簿", max_length=60, primary_key=True)
    number = models.BigIntegerField("修订号", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "修订号"

    def __str__(self) -> str:
        return f"{self.register} {self.number}"


class RevisionChange(AppendOnly):
    """Which change made which revision of a register: what change feeds are read from.

    Rows are only ever added, in the order of their commits, so that a reader who has seen
    one number has seen all before it.
    """

    register = models.CharField("登记簿", max_length=60)
    number = models.BigIntegerField("修订号")
    change = models.ForeignKey(
        Change, models.PROTECT, related_name="+", verbose_name="变更", db_index=False
    )

    class Meta:
        verbose_name = verbose_name_plural = "修订对应的变更"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["register", "number"], name="one_change_per_revision")
        ]
        # Rows arrive nearly in the order of the changes, so ranges of blocks find a change's.
        indexes: ClassVar = [
            BrinIndex(fields=["change"], name="revisionchange_change", pages_per_range=16)
        ]

    def __str__(self) -> str:
        return f"{self.register} {self.number}"


class ChangeDay(models.Model):
    """A day of the city on which changes of a register took effect, as an audience was shown."""

    register = models.CharField("登记簿", max_length=60)
    day = models.DateField("日期")

    class Meta:
        verbose_name = verbose_name_plural = "有变更的日期"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["register", "day"], name="one_row_per_change_day")
        ]

    def __str__(self) -> str:
        return f"{self.register} {self.day}"


class Touched(models.Model):
    """Where a revision touched its register; kept for a day (``versions.touched``)."""

    register = models.CharField("登记簿", max_length=60)
    number = models.BigIntegerField("修订号")
    recorded_at = models.DateTimeField("记录时间")
    # west, south, east, north in the city's projected CRS
    boxes = ArrayField(ArrayField(models.FloatField(), size=4), verbose_name="范围")

    class Meta:
        verbose_name = verbose_name_plural = "改动范围"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["register", "number"], name="one_touched_per_revision")
        ]
        indexes: ClassVar = [
            models.Index(fields=["register", "recorded_at"], name="touched_recorded")
        ]

    def __str__(self) -> str:
        return f"{self.register} {self.number}"


class DistrictOutline(models.Model):
    """The version of a district of which its pieces were cut (``versions.districts``)."""

    code = models.CharField("区划编码", max_length=40, primary_key=True)
    version = models.BigIntegerField("版本")

    class Meta:
        verbose_name = verbose_name_plural = "区划界线"

    def __str__(self) -> str:
        return self.code


class DistrictPiece(models.Model):
    """A small piece of a district, less what the districts within it cover."""

    code = models.CharField("区划编码", max_length=40, db_index=True)
    chain = ArrayField(models.TextField(), verbose_name="本级及上级编码")
    is_core = models.BooleanField("不含边缘")  # of the district without a hair along its border
    geom = CityGeometryField("图形", kinds=POLYGONS)

    class Meta:
        verbose_name = verbose_name_plural = "区划分块"

    def __str__(self) -> str:
        return self.code


class MovedBorder(models.Model):
    """Where the districts have changed and not every version has been looked up anew."""

    geom = CityGeometryField("图形", kinds=POLYGONS)

    class Meta:
        verbose_name = verbose_name_plural = "待处理的区划变动"

    def __str__(self) -> str:
        return str(self.pk)


class KeptFigures(models.Model):
    """Of which revision of a register figures are kept, and by which definition.

    Figures of another revision or definition than today's count for nothing, so a program
    that knows nothing of them can write the register; the next change counts them anew.
    """

    register = models.CharField("登记簿", max_length=60, primary_key=True)
    definition = models.TextField("口径")
    number = models.BigIntegerField("修订号")  # the revision that the figures are of
    since = models.DateTimeField("最早记录", null=True)
    west = models.FloatField("西", null=True)
    south = models.FloatField("南", null=True)
    east = models.FloatField("东", null=True)
    north = models.FloatField("北", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "登记簿概数"

    def __str__(self) -> str:
        return self.register


class TallyDay(models.Model):
    """Starts and ends of versions with certain values on a day (``versions.figures``)."""

    register = models.CharField("登记簿", max_length=60)
    name = models.CharField("统计", max_length=40)
    key = models.TextField("取值")
    day = models.DateField("日期")
    opened = models.BigIntegerField("产生")
    ended = models.BigIntegerField("终止")
    total = models.DecimalField("合计增量", max_digits=40, decimal_places=6)

    class Meta:
        verbose_name = verbose_name_plural = "登记簿逐日统计"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["register", "name", "key", "day"], name="one_tally_per_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.register} {self.name} {self.key} {self.day}"
