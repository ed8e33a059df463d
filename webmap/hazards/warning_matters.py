"""A warning's matter as the pages of matters show it: text, area, measures, reason, signature."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from spatial.calendars.queries import day_of as city_day
from spatial.casework.policies import can_begin
from spatial.codes import scheme
from spatial.hazard_warnings.issuing import refusal_of
from spatial.hazard_warnings.models import WarningMessage
from spatial.hazard_warnings.policies import drafters_of
from spatial.hazard_warnings.procedure import GEO_WARNING, SIGNER
from spatial.hazard_warnings.queries import standing_warnings
from spatial.hazard_warnings.rulebook import rules_on
from spatial.hazard_warnings.rules.contents import CANCEL, UPDATE, WarningContent, content_of
from spatial.parties.queries import holders_of
from spatial.risk_levels.models import RiskLevel
from webmap.hazards.risk import reason_of
from webmap.hazards.warning_views import FIRST, KINDS, colour_of, drawn
from webmap.web.callers import matter_actor
from webmap.web.procedure_pages import FieldKind, FormField, ProcedurePages, named_people


def signer_choices() -> Sequence[tuple[str, str]]:
    """The accounts that may sign."""
    return named_people(holders_of(SIGNER, timezone.now()))


CALL = (
    FormField("signer", _("签发人"), FieldKind.CHOICE, is_needed=True, choices=signer_choices),
    FormField("spoken_at", _("通话时间"), FieldKind.MOMENT, is_needed=True),
    FormField("call", _("录音编号"), is_needed=True, most=60, hint=_("录音电话的编号或文件名")),
)


def shown(matter: Any, request: HttpRequest) -> Mapping[str, Any]:
    """What the fragment of a warning's matter is rendered with."""
    content = content_of(matter.values)
    now = timezone.now()
    message = WarningMessage.objects.filter(matter_code=matter.code).first()
    is_open = matter.step in GEO_WARNING.waits_for and message is None
    may_draft = can_begin(GEO_WARNING, matter_actor(request))
    stands = message and any(
        one.message.chain == message.chain for one in standing_warnings(now, message.status)
    )
    signature = matter.values.get("signature", {})
    return {
        "content": content,
        "kind_shown": KINDS.get(content.kind, FIRST),
        "levels": [
            (scheme("warning_levels").name(code), colour_of(code)) for code in content.levels
        ],
        "fault": refusal_of(content, now) if is_open else "",
        "drawing": drawn(content, message.sent if message else now),
        "measures": _measures(content, message),
        "reasons": _reasons(content),
        "reason_at": parse_datetime(content.reason.get("cycle", "")),
        "drafters": sorted(drafters_of(matter)),
        "signature": signature,
        "signed_at": parse_datetime(signature.get("at", "")),
        "written_at": parse_datetime(signature.get("written_at", "")),
        "message": message,
        "may_revise": may_draft and matter.step in GEO_WARNING.workflow.of("redraft").sources,
        "may_follow": bool(may_draft and stands),
        "update": UPDATE,
        "cancel": CANCEL,
    }


def _measures(content: WarningContent, message: WarningMessage | None) -> list[Mapping[str, str]]:
    """The measures as they were issued, else as the rows of today have them."""
    if message:
        return list(message.content.get("measures", ()))
    rows = rules_on(city_day(timezone.now())).measures
    return [
        {"level": level, "zh": one.zh, "en": one.en, "mark": one.mark, "source": one.source}
        for level in content.levels
        for one in rows.get(level, ())
    ]


def _reasons(content: WarningContent) -> list[tuple[str, str]]:
    """(town, sentence) of the computation that the draft was begun from."""
    names = {town.code: town.name for town in content.towns}
    found = []
    for kept in content.reason.get("levels", ()):
        row = RiskLevel(**kept)
        found.append((names.get(row.place, row.place), reason_of(row)))
    return found


GEO_WARNING_PAGES = ProcedurePages(
    GEO_WARNING.id,
    {"sign_by_phone": CALL, "amend_call": CALL},
    begins_at="/hazards/warnings/new",
    template="hazards/_matter.html",
    context=shown,
)
