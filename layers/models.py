"""What sharing is about: consumers, keys, grants; who read what; and words of the search."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from spatial.versions.append_only import AppendOnly, Audited, RecordedAt


class PersonalRead(AppendOnly):
    """One reading of personal data in full, or a search (no code). Rows are only ever added."""

    audited: ClassVar = Audited("personal-read", subject="layer", code="code", details=("fields",))

    at = RecordedAt("时间")
    who = models.CharField("查阅人", max_length=150)
    layer = models.CharField("图层", max_length=40)
    code = models.CharField("编码", max_length=40)
    fields = models.CharField("字段", max_length=200)
    reason = models.CharField("事由", max_length=200, blank=True)

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


class RefusedWrite(AppendOnly):
    """One attempt of somebody known to write without the right to. Rows are only ever added."""

    audited: ClassVar = Audited(
        "refused-write",
        subject="layer",
        code="target",
        details=("operation", "status", "reason"),
    )

    at = RecordedAt("时间")
    who = models.CharField("使用者", max_length=150)
    key = models.BigIntegerField("密钥", default=0)  # of a system; 0: a person
    operation = models.CharField("操作", max_length=10)  # a method of HTTP; import, undo of a job
    target = models.CharField("对象", max_length=300, blank=True)  # the address, without its query
    layer = models.CharField("图层", max_length=40, blank=True)
    status = models.PositiveSmallIntegerField("答复")  # as an HTTP status
    reason = models.CharField("理由", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "被拒绝的写入"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["at"], name="refused_write_at"),
            models.Index(fields=["who", "at"], name="refused_write_who"),
        ]

    def __str__(self) -> str:
        return f"{self.who} {self.operation} {self.target or self.layer}"


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
    """A system that asked to be told when collections change; see ``layers.webhooks.webhooks``."""

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


class LayerState(AppendOnly):
    """A layer taken off, or put on again. Rows are only ever added; the last one stands."""

    audited: ClassVar = Audited(
        "layer-state", subject="layer", code="layer", details=("is_published",)
    )

    layer = models.CharField("图层", max_length=40)
    is_published = models.BooleanField("发布")
    who = models.CharField("经办人", max_length=150)
    at = RecordedAt("时间")
    why = models.CharField("事由", max_length=500)

    class Meta:
        verbose_name = verbose_name_plural = "图层上下架"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["layer", "-id"], name="layer_state_last")]

    def __str__(self) -> str:
        return f"{self.layer} {'发布' if self.is_published else '停止发布'}"

    @classmethod
    def withdrawn(cls) -> frozenset[str]:
        """The layers that are off."""
        last = cls.objects.order_by("layer", "-id").distinct("layer")
        return frozenset(state.layer for state in last if not state.is_published)


class ProcessJob(models.Model):
    """An execution of a process that a worker makes; its result is kept for some days."""

    class State(models.TextChoices):
        ACCEPTED = "accepted", "排队中"
        RUNNING = "running", "计算中"
        SUCCESSFUL = "successful", "已完成"
        FAILED = "failed", "未成功"
        DISMISSED = "dismissed", "已取消"

    id = models.UUIDField("任务编号", primary_key=True, default=uuid.uuid4, editable=False)
    process = models.CharField("处理", max_length=60)
    inputs = models.JSONField("输入")
    form = models.CharField("结果形式", max_length=10)
    owner = models.CharField("所有者", max_length=160, blank=True)  # none: the open internet
    asked_from = models.CharField("来处", max_length=32, blank=True)  # of nobody's: a digest
    key = models.BigIntegerField("密钥", default=0)
    state = models.CharField("状态", max_length=12, choices=State, default=State.ACCEPTED)
    message = models.CharField("说明", max_length=300, blank=True)
    result = models.JSONField("结果", null=True)
    used = models.JSONField("所用图层", default=dict)  # id: key of the share
    created_at = models.DateTimeField("提交时间", auto_now_add=True)
    started_at = models.DateTimeField("开始时间", null=True)
    finished_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "处理任务"
        ordering: ClassVar = ["-created_at"]
        indexes: ClassVar = [
            models.Index(fields=["owner", "-created_at"], name="process_job_owner"),
            models.Index(fields=["created_at"], name="process_job_created"),
        ]

    def __str__(self) -> str:
        return f"{self.process} {self.pk}"


class AccessCount(models.Model):
    """How often somebody read a layer within an hour; see ``layers.sharing.metering``."""

    hour = models.DateTimeField("小时")
    who = models.CharField("使用者", max_length=150, blank=True)  # none: the open internet
    key = models.BigIntegerField("密钥", default=0)  # of a system; 0: a person or nobody known
    layer = models.CharField("图层", max_length=40, blank=True)
    operation = models.CharField("操作", max_length=30)
    requests = models.BigIntegerField("次数")
    bytes = models.BigIntegerField("字节")

    class Meta:
        verbose_name = verbose_name_plural = "访问统计"
        ordering: ClassVar = ["-hour", "who", "layer"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["hour", "who", "key", "layer", "operation"], name="one_access_count"
            )
        ]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H} {self.who} {self.layer} {self.requests}"


class RequestMinute(models.Model):
    """How many requests a consumer made within a minute, at all processes together."""

    consumer = models.CharField("使用系统", max_length=100)
    minute = models.BigIntegerField("分钟")  # since 1970
    requests = models.BigIntegerField("次数")

    class Meta:
        verbose_name = verbose_name_plural = "每分钟请求数"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["consumer", "minute"], name="one_request_minute")
        ]

    def __str__(self) -> str:
        return f"{self.consumer} {self.minute}"


class SearchWord(models.Model):
    """A word of the searched texts by its pinyin, so that it is found by letters.

    ``word`` begins at a character of a text and goes on as the text does; ``spelling`` has
    its syllables, one for each character. ``sources`` are the fields that hold it, as
    ``layer.field``. What no longer stands stays: it leads to nothing.
    """

    word = models.CharField("词", max_length=12)
    spelling = models.CharField("拼音", max_length=100)
    pinyin = models.CharField("连写", max_length=100, db_collation="C")
    initials = models.CharField("首字母", max_length=12, db_collation="C")
    sources = ArrayField(models.TextField(), verbose_name="出处")

    class Meta:
        verbose_name = verbose_name_plural = "检索词"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["word", "spelling"], name="one_search_word")
        ]
        indexes: ClassVar = [
            models.Index(fields=["pinyin"], name="search_word_pinyin"),
            models.Index(fields=["initials"], name="search_word_initials"),
        ]

    def __str__(self) -> str:
        return self.word


class SearchState(models.Model):
    """Up to which revision of its register the words of a layer have been read."""

    layer = models.CharField("图层", max_length=40, primary_key=True)
    fields = models.TextField("字段")  # as they were then; others are read from the beginning
    number = models.BigIntegerField("修订号")

    class Meta:
        verbose_name = verbose_name_plural = "检索词进度"

    def __str__(self) -> str:
        return f"{self.layer} {self.number}"
