"""What the sharing of data leaves behind: who read which personal data, and when."""

from typing import ClassVar

from django.db import models


class PersonalRead(models.Model):
    """One reading of personal data in full. Rows are only ever added."""

    at = models.DateTimeField("时间", auto_now_add=True)
    who = models.CharField("查阅人", max_length=150)
    layer = models.CharField("图层", max_length=40)
    code = models.CharField("编码", max_length=40)
    fields = models.CharField("字段", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "个人信息查阅记录"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["at"], name="personal_read_at"),
            models.Index(fields=["who", "at"], name="personal_read_who"),
            models.Index(fields=["layer", "code"], name="personal_read_what"),
        ]

    def __str__(self) -> str:
        return f"{self.who} {self.layer}/{self.code}"


class Consumer(models.Model):
    """A system that reads through the API: of a department, or of somebody else."""

    name = models.CharField("系统名称", max_length=100, unique=True)
    organisation = models.CharField("使用单位", max_length=100)
    contact = models.CharField("联系人", max_length=60, blank=True)
    phone = models.CharField("联系电话", max_length=40, blank=True)
    is_department = models.BooleanField("本市政务部门", default=True)
    per_minute = models.PositiveIntegerField("每分钟请求上限", default=6000)
    kept_by = models.ForeignKey(
        "auth.User", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="登记人"
    )
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "使用系统"
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class ApiKey(models.Model):
    """A credential of a consumer. Only its digest is kept: the key itself is shown once."""

    consumer = models.ForeignKey(
        Consumer, models.PROTECT, related_name="keys", verbose_name="使用系统"
    )
    prefix = models.CharField("密钥前几位", max_length=12)
    digest = models.CharField("摘要", max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField("签发时间", auto_now_add=True)
    created_by = models.CharField("签发人", max_length=150)
    expires_at = models.DateTimeField("到期时间", null=True, blank=True)
    revoked_at = models.DateTimeField("吊销时间", null=True, blank=True, editable=False)
    revoked_by = models.CharField("吊销人", max_length=150, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "密钥"
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.prefix}…"


class LayerGrant(models.Model):
    """What a consumer was granted of a layer, by whom, on which conditions, until when."""

    consumer = models.ForeignKey(
        Consumer, models.PROTECT, related_name="grants", verbose_name="使用系统"
    )
    layer = models.CharField("图层", max_length=40)
    fields = models.JSONField("字段", default=list, blank=True)  # none: every shared field
    districts = models.JSONField("区划", default=list, blank=True)  # none: the whole city
    may_write = models.BooleanField("可以写入", default=False)
    conditions = models.CharField("使用条件", max_length=500, blank=True)
    granted_by = models.CharField("批准人", max_length=150)
    granted_at = models.DateTimeField("批准时间", auto_now_add=True)
    until = models.DateTimeField("授权截止", null=True, blank=True)
    withdrawn_at = models.DateTimeField("收回时间", null=True, blank=True, editable=False)
    withdrawn_by = models.CharField("收回人", max_length=150, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "图层授权"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["consumer", "layer"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="one_standing_grant",
            )
        ]

    def __str__(self) -> str:
        return f"{self.consumer} · {self.layer}"


class Subscription(models.Model):
    """A system that asked to be told when collections change; see ``layers.webhooks``."""

    consumer = models.ForeignKey(
        Consumer, models.CASCADE, related_name="subscriptions", verbose_name="使用系统"
    )
    address = models.CharField("回调地址", max_length=500)
    layers = models.JSONField("图层")
    told = models.JSONField("已告知到的修订号", default=dict)  # by layer
    nonce = models.CharField("签名随机数", max_length=40, editable=False)
    is_active = models.BooleanField("启用", default=True)
    failures = models.PositiveSmallIntegerField("连续失败次数", default=0)
    last_error = models.CharField("最近一次失败", max_length=200, blank=True)
    last_sent_at = models.DateTimeField("最近送达时间", null=True, blank=True)
    due_at = models.DateTimeField("待送时间", null=True, blank=True)
    created_at = models.DateTimeField("订阅时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "变更通知订阅"
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.consumer} → {self.address}"
