"""What the site itself remembers: failed sign-ins, and exported maps while they live."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


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
