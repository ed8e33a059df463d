"""What the site itself remembers: accounts and what was done with them, exported maps, documents."""

import uuid
from typing import ClassVar
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from spatial.audit.models import Kind
from spatial.versions.append_only import AppendOnly, Audited, RecordedAt


class FailedSignIn(models.Model):
    """One failed attempt to sign in; five within the window make the caller wait."""

    username = models.CharField(_("用户名"), max_length=150)
    address = models.GenericIPAddressField(_("来源地址"), null=True)
    device = models.CharField(_("设备"), max_length=32, default="", blank=True)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("登录失败记录")
        indexes: ClassVar = [
            models.Index(fields=["username", "at"], name="failed_sign_in_username"),
            models.Index(fields=["at"], name="failed_sign_in_at"),
        ]

    def __str__(self) -> str:
        return f"{self.username} {self.at:%Y-%m-%d %H:%M}"


class ExternalIdentity(models.Model):
    """Who a user is at the identity provider where they sign in."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("用户名"))
    issuer = models.CharField(_("认证系统"), max_length=300)
    subject = models.CharField(_("主体标识"), max_length=255)

    class Meta:
        verbose_name = verbose_name_plural = _("外部身份")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="one_user_per_subject")
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.issuer}"


class OneTimePassword(models.Model):
    """The password of an account was handed out: it opens one session, to choose another one in.

    It is void once ``used_at`` is set, and from ``expires_at`` on. The row goes when one is chosen.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("用户名"))
    expires_at = models.DateTimeField(_("有效期至"))
    used_at = models.DateTimeField(_("使用时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("一次性密码")

    def __str__(self) -> str:
        return f"{self.user} · {self.expires_at:%Y-%m-%d %H:%M}"


class SecondFactor(models.Model):
    """The secret that a person's authenticator makes codes from, encrypted; in force once confirmed.

    ``used_steps`` are the time steps (30 s since 1970) whose codes are spent.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("用户名"))
    secret = models.BinaryField()
    confirmed_at = models.DateTimeField(_("启用时间"), null=True)
    used_steps = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        verbose_name = verbose_name_plural = _("两步验证")

    def __str__(self) -> str:
        return str(self.user)


class RecoveryCode(models.Model):
    """One code that lets its owner in once without the authenticator; only its digest is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("用户名"))
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = _("恢复码")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once")
        ]

    def __str__(self) -> str:
        return str(self.user)


ACCOUNT_ACTS = (
    Kind.SIGNED_IN,
    Kind.SIGN_IN_FAILED,
    Kind.CODE_REFUSED,
    Kind.SIGNED_OUT,
    Kind.PASSWORD_CHANGED,
    Kind.PASSWORD_RESET,
    Kind.FACTOR_ADDED,
    Kind.FACTOR_REMOVED,
    Kind.CODES_RENEWED,
    Kind.ACCOUNT_CREATED,
    Kind.ACCOUNT_CHANGED,
    Kind.ACCOUNT_REMOVED,
)


class AccountEvent(AppendOnly):
    """One thing that was done with an account, by whom and from where. Rows are only ever added."""

    audited: ClassVar = Audited(
        kind_column="kind", code="name", address="address", details=("detail",)
    )

    at = RecordedAt(_("时间"))
    who = models.CharField(_("操作人"), max_length=150, blank=True)
    kind = models.CharField(
        _("事项"), max_length=20, choices=[(k.value, k.label) for k in ACCOUNT_ACTS]
    )
    address = models.GenericIPAddressField(_("来源地址"), null=True)
    name = models.CharField(_("用户名"), max_length=150)
    detail = models.CharField(_("说明"), max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("账号记录")
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["-at"], name="account_event_at"),
            models.Index(fields=["name", "-at"], name="account_event_name"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.name} {self.kind}"


class Export(models.Model):
    """One map asked for as a file. ``owner`` is the token of the asking session."""

    class State(models.TextChoices):
        QUEUED = "queued", _("排队中")
        RUNNING = "running", _("生成中")
        DONE = "done", _("已完成")
        FAILED = "failed", _("失败")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, verbose_name=_("申请人")
    )
    owner = models.CharField(max_length=40, blank=True)
    params = models.JSONField(_("内容"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.QUEUED)
    file = models.CharField(_("文件"), max_length=100, blank=True)
    message = models.CharField(_("说明"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("申请时间"), auto_now_add=True, db_index=True)
    finished_at = models.DateTimeField(_("完成时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("导出地图")
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return str(self.params.get("title") or self.id)

    @property
    def is_pending(self) -> bool:
        """Whether there is still something to wait for."""
        return self.state in (self.State.QUEUED, self.State.RUNNING)

    @property
    def sheets_query(self) -> str:
        """What the form for map sheets is filled with: the middle, layers and day of this map."""
        values = {name: self.params.get(name, "") for name in ("datetime", "title")}
        asked = {"at": values["datetime"], "title": values["title"]}
        asked["layers"] = ",".join(self.params.get("layers", ()))
        if bounds := self.params.get("bbox"):
            west, south, east, north = bounds
            asked["points"] = f"{(west + east) / 2:.6f},{(south + north) / 2:.6f}"
        return urlencode(asked)


class DocumentSeries(models.Model):
    """The numbers of one kind of document in one year; ``last`` is the highest that was given."""

    kind = models.CharField(_("种类"), max_length=30)
    year = models.SmallIntegerField(_("年度"))
    last = models.PositiveIntegerField(_("末号"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("文档编号")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "year"], name="document_series_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}: {self.last}"


class IssuedDocument(AppendOnly):
    """A document that was handed out: its number, and what proves a copy. It may be withdrawn once.

    ``digest`` is SHA-256 of the file in hex; ``code`` is what its QR code leads to. Of persons
    only who made it is named, and no public page shows that.
    """

    set_once: ClassVar = ("withdrawn_at", "withdrawn_by", "withdrawn_because")
    audited: ClassVar = Audited(
        kind=Kind.DOCUMENT_ISSUED, code="number", details=("kind", "digest")
    )

    kind = models.CharField(_("种类"), max_length=30)
    year = models.SmallIntegerField(_("年度"))
    serial = models.PositiveIntegerField(_("序号"))
    number = models.CharField(_("编号"), max_length=100, unique=True)
    code = models.CharField(_("核验码"), max_length=20, unique=True)
    office = models.CharField(_("出具单位"), max_length=200)
    issued_on = models.DateField(_("日期"))
    digest = models.CharField(_("文件摘要"), max_length=64, db_index=True)
    who = models.CharField(_("出具人"), max_length=150, blank=True)
    recorded_at = RecordedAt(_("时间"))
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True)
    withdrawn_by = models.CharField(_("撤回人"), max_length=150, null=True)
    withdrawn_because = models.CharField(_("撤回原因"), max_length=500, null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("已出具文档")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "year", "serial"], name="issued_document_once")
        ]

    def __str__(self) -> str:
        return self.number


class DocumentOrder(models.Model):
    """One document asked for. ``owner`` is the token of the asking session, ``used`` what was read."""

    class State(models.TextChoices):
        QUEUED = "queued", _("排队中")
        RUNNING = "running", _("生成中")
        DONE = "done", _("已完成")
        FAILED = "failed", _("失败")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, verbose_name=_("申请人")
    )
    owner = models.CharField(max_length=40, blank=True)
    kind = models.CharField(_("种类"), max_length=30)
    params = models.JSONField(_("内容"))
    used = models.JSONField(default=dict)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.QUEUED)
    done = models.PositiveIntegerField(_("已完成"), default=0)
    total = models.PositiveIntegerField(_("总数"), default=0)
    issued = models.OneToOneField(
        IssuedDocument, models.PROTECT, null=True, related_name="order", verbose_name=_("文档")
    )
    message = models.CharField(_("说明"), max_length=1000, blank=True)
    created_at = models.DateTimeField(_("申请时间"), auto_now_add=True, db_index=True)
    finished_at = models.DateTimeField(_("完成时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("文档申请")
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def is_pending(self) -> bool:
        """Whether there is still something to wait for."""
        return self.state in (self.State.QUEUED, self.State.RUNNING)


class SavedView(models.Model):
    """What somebody chose in the table of a layer, under a name: conditions, order, columns, area."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("保存人"))
    layer = models.CharField(_("图层"), max_length=60)
    title = models.CharField(_("名称"), max_length=40)
    state = models.JSONField(_("内容"))
    is_shared = models.BooleanField(_("共享"), default=False)
    saved_at = models.DateTimeField(_("保存时间"), auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = _("表格视图")
        indexes: ClassVar = [models.Index(fields=["layer", "is_shared"], name="saved_view_shared")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "layer", "title"], name="one_view_per_title")
        ]

    def __str__(self) -> str:
        return self.title


class SavedSketch(models.Model):
    """Shapes that somebody drew on the map or took from a file, under a name.

    ``version`` rises with each writing: who writes over another's is told. ``link`` is the token
    of the address by which others read it; '' for nobody.
    """

    class Readers(models.TextChoices):
        NOBODY = "", _("不共享")
        SIGNED_IN = "signed_in", _("登录用户")
        PUBLIC = "public", _("任何人")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("绘制人"))
    title = models.CharField(_("名称"), max_length=60)
    features = models.JSONField(_("图形"), default=list)  # GeoJSON features, degrees
    number = models.PositiveIntegerField(_("图形数"), default=0)
    version = models.PositiveIntegerField(_("版本"), default=1)
    link = models.CharField(_("链接"), max_length=43, blank=True, default="")
    audience = models.CharField(
        _("共享范围"), max_length=9, blank=True, default="", choices=Readers.choices
    )
    made_at = models.DateTimeField(_("绘制时间"), auto_now_add=True)
    changed_at = models.DateTimeField(_("修改时间"), auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = _("草图")
        ordering: ClassVar = ["-changed_at"]
        indexes: ClassVar = [models.Index(fields=["owner", "-changed_at"], name="sketch_owner")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["link"], condition=~models.Q(link=""), name="one_sketch_per_link"
            )
        ]

    def __str__(self) -> str:
        return self.title


class Bookmark(models.Model):
    """A view of the map that somebody keeps under a name: the entrance and what its address says."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("保存人"))
    title = models.CharField(_("名称"), max_length=40)
    path = models.CharField(_("入口"), max_length=100)
    address = models.CharField(_("视图"), max_length=8_000)
    saved_at = models.DateTimeField(_("保存时间"), auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = _("地图书签")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "title"], name="one_bookmark_per_title")
        ]

    def __str__(self) -> str:
        return self.title
