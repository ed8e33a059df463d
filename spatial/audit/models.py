"""The audit: what was done, by whom, from where; and the seals that chain it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from spatial.versions.append_only import AppendOnly, RecordedAt


class Kind(models.TextChoices):
    """What an event is about."""

    CASE_STEP = "case-step", _("办理步骤")
    CASE_PHOTO = "case-photo", _("案件照片")
    MATTER_STEP = "matter-step", _("事项办理步骤")
    MATTER_FILE = "matter-file", _("事项附件")
    AMENDMENT = "amendment", _("更正")
    RAIN_TYPED = "rain-typed", _("人工录入雨量")
    FIGURES_FILED = "figures-filed", _("报送数据")
    PUBLICATION = "publication", _("公开决定")
    CHANGE = "change", _("变更")
    PERSONAL_READ = "personal-read", _("查阅个人信息")
    REFUSED_WRITE = "refused-write", _("被拒绝的写入")
    SIGNED_IN = "signed-in", _("登录")
    SIGN_IN_FAILED = "sign-in-failed", _("登录失败")
    CODE_REFUSED = "code-refused", _("验证码错误")
    SIGNED_OUT = "signed-out", _("退出")
    PASSWORD_CHANGED = "password-changed", _("修改密码")  # noqa: S105
    PASSWORD_RESET = "password-reset", _("重置密码")  # noqa: S105
    FACTOR_ADDED = "factor-added", _("启用两步验证")
    FACTOR_REMOVED = "factor-removed", _("解除两步验证")
    CODES_RENEWED = "codes-renewed", _("更换恢复码")
    ACCOUNT_CREATED = "account-created", _("建立账号")
    ACCOUNT_CHANGED = "account-changed", _("修改账号")
    ACCOUNT_REMOVED = "account-removed", _("删除账号")
    ROLES_CHANGED = "roles-changed", _("角色变动")
    ABSENCE_ENTERED = "absence-entered", _("登记请假")
    ABSENCE_ENDED = "absence-ended", _("结束请假")
    DEPUTY_NAMED = "deputy-named", _("委托代理")
    DEPUTY_WITHDRAWN = "deputy-withdrawn", _("撤销代理")
    DOCUMENT_ISSUED = "document-issued", _("出具文档")
    DOCUMENT_WITHDRAWN = "document-withdrawn", _("撤回文档")
    ADMINISTRATION = "administration", _("系统管理")
    CONSUMER_REGISTERED = "consumer-registered", _("登记使用系统")
    CONSUMER_TERMS = "consumer-terms", _("设置使用系统")
    KEY_ISSUED = "key-issued", _("签发密钥")
    KEY_REPLACED = "key-replaced", _("更换密钥")
    KEY_REVOKED = "key-revoked", _("吊销密钥")
    GRANT_GIVEN = "grant-given", _("授权")
    GRANT_WITHDRAWN = "grant-withdrawn", _("收回授权")
    APPLICATION_DECIDED = "application-decided", _("审批申请")
    LAYER_STATE = "layer-state", _("图层上下架")
    AUDIT_READ = "audit-read", _("查阅审计记录")
    AUDIT_VERIFIED = "audit-verified", _("校验审计链")
    AUDIT_DROPPED = "audit-dropped", _("清除到期的审计记录")


class AuditShape(AppendOnly):
    """Which columns of a table a digest is made of; a table that gains a column has a new shape."""

    by_owner: ClassVar = True

    table = models.CharField("表", max_length=63)
    columns = models.JSONField("列")

    class Meta:
        verbose_name = verbose_name_plural = "审计摘要的构成"

    def __str__(self) -> str:
        return f"{self.table} {self.pk}"


class AuditEvent(AppendOnly):
    """One thing that was done. Partitioned by month of ``recorded_at``; only the owner drops months.

    An event about a row of an audited table names it (``source``, ``source_id``) and holds its
    digest; that row, not the event, holds the content. No personal values stand in ``details``.
    """

    recorded_at = RecordedAt("时间")
    kind = models.CharField("事项", max_length=40)  # of Kind
    who = models.CharField("操作人", max_length=150, db_default="")
    on_behalf = models.CharField("代表", max_length=150, db_default="")
    address = models.CharField("来源地址", max_length=45, db_default="")
    request_id = models.CharField("请求编号", max_length=64, db_default="")
    subject = models.CharField("对象", max_length=63, db_default="")  # a layer or a table
    code = models.CharField("编码", max_length=200, db_default="")
    details = models.JSONField("说明", db_default={})
    source = models.CharField("来源表", max_length=63, db_default="")
    source_id = models.CharField("来源行", max_length=40, db_default="")
    shape_id = models.BigIntegerField("构成", null=True)
    digest = models.CharField("摘要", max_length=64, db_default="")

    class Meta:
        verbose_name = verbose_name_plural = "审计记录"
        ordering: ClassVar = ["-recorded_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["recorded_at", "id"], name="audit_event_at"),
            models.Index(fields=["who", "recorded_at", "id"], name="audit_event_who"),
            models.Index(fields=["kind", "recorded_at", "id"], name="audit_event_kind"),
            models.Index(fields=["code", "recorded_at", "id"], name="audit_event_code"),
        ]

    def __str__(self) -> str:
        return f"{self.recorded_at:%Y-%m-%d %H:%M:%S} {self.who} {self.kind} {self.code}"


class AuditSeal(AppendOnly):
    """One link of the chain: ``hash`` is over the link before and everything that stands here.

    ``id`` is the place in the chain, without gaps, in the order of sealing: an event that is
    committed late comes later. Seals are kept when events are dropped, so the chain still
    verifies, and rows of audited tables are held against them for ever.
    """

    by_owner: ClassVar = True

    id = models.BigIntegerField("序号", primary_key=True)
    sealed_at = models.DateTimeField("封存时间")
    event_id = models.BigIntegerField("记录", unique=True)
    event_at = models.DateTimeField("记录时间")
    event_shape_id = models.BigIntegerField("记录构成")
    event_hash = models.CharField("记录摘要", max_length=64)
    source = models.CharField("来源表", max_length=63, blank=True)
    source_id = models.CharField("来源行", max_length=40, blank=True)
    shape_id = models.BigIntegerField("构成", null=True)
    digest = models.CharField("摘要", max_length=64, blank=True)
    hash = models.CharField("链值", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "审计封存"
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.pk} {self.hash[:12]}"
