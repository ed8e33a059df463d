"""Notices for the administrator: what failed, with a way to send it again; what reached nobody."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from spatial.audit.actions import record_event
from spatial.audit.models import Kind
from spatial.outbox.actions import resend
from spatial.outbox.models import Notice, NoticeDelivery, QuietHours
from spatial.parties.policies import can_keep_parties
from webmap.admin.casework import RuleAdmin
from webmap.admin.reading import ReadOnly


class Reach(admin.SimpleListFilter):
    """Orders by whom they reach."""

    title = gettext_lazy("收件人")
    parameter_name = "reach"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Nobody, or not all."""
        return [("nobody", _("无人接收")), ("some", _("有人没有账号"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Notice]) -> QuerySet[Notice]:
        """Those chosen."""
        if self.value() == "nobody":
            return queryset.filter(number=0)
        return queryset.exclude(unreached=[]) if self.value() == "some" else queryset


@admin.register(Notice)
class NoticeAdmin(ReadOnly):
    """Orders of notices."""

    list_display = ("at", "topic", "about_code", "urgent", "number", "unreached", "level")
    list_filter = (Reach, "topic", "urgent")
    search_fields = ("about_code__startswith",)


@admin.register(NoticeDelivery)
class NoticeDeliveryAdmin(ReadOnly):
    """Deliveries; what was given up can be sent again."""

    list_display = ("recipient", "channel", "state", "attempts", "due_at", "error", "delivered_at", "read_at")  # fmt: skip
    list_filter = ("state", "channel")
    search_fields = ("recipient__startswith",)
    show_full_result_count = False
    actions = ("send_again",)

    def has_resend_permission(self, request: HttpRequest) -> bool:
        """Administrators may."""
        return can_keep_parties(request.user)

    @admin.action(description=gettext_lazy("重新发送失败的"), permissions=["resend"])
    def send_again(self, request: HttpRequest, found: QuerySet[NoticeDelivery]) -> None:
        """Queue what failed among the chosen."""
        number = resend(found.values_list("pk", flat=True), timezone.now())
        table, details = NoticeDelivery._meta.db_table, {"act": "resent", "number": number}
        who = request.user.get_username()
        record_event(Kind.ADMINISTRATION, who, subject=table, details=details)
        text = ngettext("已重新排队 %(n)d 条", "已重新排队 %(n)d 条", number) % {"n": number}
        self.message_user(request, text)


@admin.register(QuietHours)
class QuietHoursAdmin(RuleAdmin):
    """When nothing is sent that may wait."""

    list_display = ("starts", "ends", "valid_from", "valid_to", "source")
