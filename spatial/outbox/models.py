"""Notices, their deliveries, the city's quiet hours, and what people want to hear of."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from spatial.calendars.models import Dated
from spatial.outbox.rules import Channel, DeliveryState, QuietRule

CHANNELS = (
    (Channel.INBOX.value, _("站内")),
    (Channel.EMAIL.value, _("电子邮件")),
    (Channel.SMS.value, _("短信")),
    (Channel.WEBHOOK.value, _("回调")),
)
STATES = (
    (DeliveryState.QUEUED.value, _("待发")),
    (DeliveryState.CLAIMED.value, _("发送中")),
    (DeliveryState.DELIVERED.value, _("已送达")),
    (DeliveryState.FAILED.value, _("失败")),
    (DeliveryState.READ.value, _("已读")),
)
IN_INBOX = Q(channel=Channel.INBOX.value)
UNREAD = IN_INBOX & Q(state=DeliveryState.DELIVERED.value)


class Notice(models.Model):
    """One order of a notice to some people, written in the transaction of what it tells of.

    ``values`` fill in the template and hold nothing sealed. ``unreached`` are names that it was
    ordered for and that no active account has; with ``number`` 0 it reaches nobody.
    """

    topic = models.CharField("主题", max_length=40)
    about_kind = models.CharField("对象种类", max_length=40, blank=True)
    about_code = models.CharField("对象编码", max_length=100, blank=True)
    template = models.CharField("模板", max_length=100)
    values = models.JSONField("内容", default=dict)
    urgent = models.BooleanField("紧急", default=False)
    at = models.DateTimeField("时间")
    not_before = models.DateTimeField("不早于", null=True)
    dedupe = models.CharField("去重标识", max_length=200, null=True, unique=True)
    number = models.PositiveIntegerField("收件人数", default=0)
    unreached = ArrayField(models.CharField(max_length=150), verbose_name="无此账号", default=list)
    escalate_at = models.DateTimeField("升级时间", null=True)
    escalated_at = models.DateTimeField("已升级", null=True)
    escalates = models.ForeignKey(
        "self", models.SET_NULL, verbose_name="升级自", null=True, related_name="+"
    )
    level = models.PositiveSmallIntegerField("升级次数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("消息")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["at"], name="notice_at"),
            models.Index(
                fields=["escalate_at"],
                condition=Q(escalate_at__isnull=False, escalated_at__isnull=True),
                name="notice_escalation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.about_code} {self.at:%Y-%m-%d %H:%M}"


class NoticeDelivery(models.Model):
    """A notice on its way to one person by one channel; its steps are ``outbox.rules.STEPS``.

    ``key`` is handed to the channel, which knows by it what it has taken already.
    """

    key = models.UUIDField("标识", db_default=RandomUUID(), unique=True, editable=False)
    notice = models.ForeignKey(
        Notice, models.CASCADE, verbose_name="消息", related_name="deliveries"
    )
    recipient = models.CharField("收件人", max_length=150)
    channel = models.CharField("渠道", max_length=10, choices=CHANNELS)
    state = models.CharField("状态", max_length=10, choices=STATES)
    urgent = models.BooleanField("紧急", default=False)
    due_at = models.DateTimeField("待发时间")
    lease_until = models.DateTimeField("占用至", null=True)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    error = models.CharField("原因", max_length=300, blank=True)
    delivered_at = models.DateTimeField("送达时间", null=True)
    read_at = models.DateTimeField("阅读时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("消息投递")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["notice", "recipient", "channel"], name="noticedelivery_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=(DeliveryState.QUEUED.value, DeliveryState.CLAIMED.value)),
                name="noticedelivery_due",
            ),
            models.Index(
                fields=["recipient", "id"], condition=UNREAD, name="noticedelivery_unread"
            ),
            models.Index(
                fields=["recipient", "id"], condition=IN_INBOX, name="noticedelivery_inbox"
            ),
            models.Index(
                fields=["id"],
                condition=Q(state=DeliveryState.FAILED.value),
                name="noticedelivery_failed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipient} {self.channel} {self.state}"


class QuietHours(Dated):
    """When nothing is sent that may wait; of two rows that hold, the one that began last does."""

    starts = models.TimeField("起")
    ends = models.TimeField("止")

    class Meta(Dated.Meta):
        verbose_name = verbose_name_plural = _("免打扰时段")
        ordering: ClassVar = ["-valid_from"]
        constraints: ClassVar = [
            *Dated.Meta.constraints,
            models.CheckConstraint(condition=~Q(starts=F("ends")), name="quiethours_some"),
        ]

    def __str__(self) -> str:
        return f"{self.starts:%H:%M}—{self.ends:%H:%M}"

    def rule(self) -> QuietRule:
        """As the rules take it."""
        return QuietRule(self.starts, self.ends, self.valid_from, self.valid_to)


class TopicChoice(models.Model):
    """Somebody wants a topic by a channel, or does not; without a row the topic's own hold."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="人员", related_name="+"
    )
    topic = models.CharField("主题", max_length=40)
    channel = models.CharField("渠道", max_length=10, choices=CHANNELS)
    is_wanted = models.BooleanField("接收")

    class Meta:
        verbose_name = verbose_name_plural = _("消息偏好")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "topic", "channel"], name="topicchoice_once")
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.topic} {self.channel}"


class NoticeContact(models.Model):
    """In which language somebody reads notices, and where their webhook is.

    E-mail address and telephone stand with the account.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="人员", related_name="notice_contact"
    )
    language = models.CharField("语言", max_length=10, blank=True)
    webhook = models.URLField("回调地址", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("消息接收设置")

    def __str__(self) -> str:
        return str(self.user)
