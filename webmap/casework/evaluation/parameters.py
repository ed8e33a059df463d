"""What a page of the evaluation is asked for, and who may ask it."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from grid.cases.actors import Actor
from grid.evaluation.evaluation import Period, rules_day
from grid.evaluation.filing import Figures, as_filed, counted, filed_month
from grid.roles import CENTRE, GridRole
from grid.rules import rulebook
from grid.rules.indicators import INDICATORS, SHOWN, Subject
from layers.roles import Role
from spatial.casework.models import FiledFigures
from spatial.city import city
from webmap.web.callers import groups_of
from webmap.web.errors import AccessDenied
from webmap.web.forms import ParsedField, RequestForm, invalid
from webmap.web.parsing import day_in

OVERSEERS = {Role.STEWARD, Role.AUDITOR}
LONGEST = timedelta(days=3 * 366)
SCORE, LIVE = "score", "now"
# By what a subject without a score is ranked.
INSTEAD = {Subject.STREET: "handle_in_time_rate", Subject.CELL: "filed"}
EARLIEST = date(2000, 1, 1)
NOT_YOURS = gettext_noop("您不能查看这项评价。")


class DaysForm(RequestForm):
    """The days of a period; this month without any."""

    from_ = ParsedField(day_in)
    to = ParsedField(day_in)

    def clean(self) -> dict[str, date]:
        """Two days in order, neither too far apart nor beyond next year."""
        today = timezone.localdate()
        first = self.cleaned_data.get("from_") or today.replace(day=1)
        last = self.cleaned_data.get("to") or today
        if not EARLIEST <= first <= last or last - first > LONGEST or last.year > today.year + 1:
            raise invalid(_("起止日期应先后有序，且不超过三年"), "from")
        return {"from_": first, "to": last}


@dataclass(frozen=True)
class Sight:
    """What one may see of a subject: whose rows, and the cases behind whose figures.

    ``None`` is everybody's.
    """

    rows: str | None = None
    cases: frozenset[str] | None = None

    def may_open(self, key: str) -> bool:
        """Whether the cases behind that one's figures may be looked at; '' is everybody."""
        return self.cases is None or (bool(key) and key in self.cases)


@dataclass(frozen=True)
class EvaluationParameters:
    """Of whom, when, ranked by which figure; ``first`` and ``last`` are days, both counted."""

    subject: Subject
    first: date
    last: date
    sight: Sight
    figure: str = ""
    is_corrected: bool = False  # the days asked for were none
    is_live: bool = False  # as the cases stand now, also where the figures were filed

    @property
    def period(self) -> Period:
        """The days as moments."""
        zone = ZoneInfo(city().time_zone)
        start, end = (
            datetime.combine(day, time.min, zone)
            for day in (self.first, self.last + timedelta(days=1))
        )
        return Period(start, end)

    @property
    def rules_day(self) -> date:
        """The day whose weights, bands and grades hold: the period's last, or today."""
        return rules_day(self.period)

    @property
    def query(self) -> str:
        """The page's own parameters."""
        given = {"by": self.subject.value, "from": str(self.first), "to": str(self.last)}
        given |= {"figures": LIVE} if self.is_live else {}
        return urlencode({**given, "figure": self.figure} if self.figure else given)

    @property
    def is_month(self) -> bool:
        """Whether the period is a whole month, whose figures can be filed."""
        return (self.first, self.last) == month_of(self.first)

    @cached_property
    def filed(self) -> FiledFigures | None:
        """The figures of the month as they were filed."""
        return filed_month(self.subject, self.first) if self.is_month else None

    @cached_property
    def counted(self) -> Figures:
        """The figures that are shown: the filed ones, where they were, unless those of now are
        asked for."""
        if self.filed and not self.is_live:
            return as_filed(self.filed, self.period)
        return counted(self.subject, self.period)

    @property
    def shows_filed(self) -> bool:
        """Whether the figures shown are the filed ones."""
        return bool(self.filed) and not self.is_live

    def of_month(self, first: date, last: date) -> "EvaluationParameters":
        """The same of a month."""
        return replace(self, first=first, last=last, is_corrected=False)

    @cached_property
    def has_score(self) -> bool:
        """Whether there are weights for a score of the subject."""
        return bool(rulebook.score_rules(self.subject, self.rules_day)[0])

    @property
    def figures(self) -> list[str]:
        """What can be ranked by: the score if there is one, shares, counts."""
        counts, shares = SHOWN[self.subject]
        return [*([SCORE] if self.has_score else []), *shares, *counts]


def evaluation_parameters(request: HttpRequest, actor: Actor) -> EvaluationParameters:
    """The subject, the period and the figure asked for; this month without any.

    Raises:
        AccessDenied: a subject whose figures are not this one's to see.
    """
    allowed = sights_of(request, actor)
    wanted = request.GET.get("by", "")
    subject = Subject(wanted) if wanted in list(Subject) else next(iter(allowed), None)
    if subject is None or subject not in allowed:
        raise AccessDenied(_(NOT_YOURS))
    first, last, is_corrected = _days(request)
    is_live = request.GET.get("figures") == LIVE
    asked = EvaluationParameters(
        subject, first, last, allowed[subject], is_corrected=is_corrected, is_live=is_live
    )
    figures = asked.figures
    otherwise = SCORE if SCORE in figures else INSTEAD.get(asked.subject, figures[0])
    figure = request.GET.get("figure", "")
    return replace(asked, figure=figure if figure in figures else otherwise)


def counts_in(subject: Subject) -> list[str]:
    """Every count that a subject's figures are made of."""
    counts, shares = SHOWN[subject]
    names = [*counts]
    for share in shares:
        names += [*INDICATORS[share].above, *INDICATORS[share].off, *INDICATORS[share].below]
    return list(dict.fromkeys(names))


def sights_of(request: HttpRequest, actor: Actor) -> dict[Subject, Sight]:
    """The rankings that this one may open, and how much of each.

    The centre and those who oversee it see all; a department the ranking of departments
    and the cases behind its own row; an inspector the own row.
    """
    if actor.all_roles & CENTRE or groups_of(request) & OVERSEERS:
        return dict.fromkeys(Subject, Sight())
    found: dict[Subject, Sight] = {}
    if GridRole.HANDLER in actor.all_roles:
        handlers = [one for one in actor.capacities if GridRole.HANDLER in one.roles]
        names = {name for one in handlers for name in (one.department, *one.other_names)}
        found[Subject.DEPARTMENT] = Sight(cases=frozenset(names))
    if GridRole.INSPECTOR in actor.roles:
        found[Subject.INSPECTOR] = Sight(actor.name, frozenset({actor.name}))
    return found


def spans() -> list[tuple[str, date, date]]:
    """The periods that one asks for most."""
    today = timezone.localdate()
    month, quarter = today.replace(day=1), _quarter(today)
    day = timedelta(days=1)
    return [
        (_("本月"), month, today),
        (_("上月"), (month - day).replace(day=1), month - day),
        (_("本季度"), quarter, today),
        (_("上季度"), _quarter(quarter - day), quarter - day),
        (_("本年"), today.replace(month=1, day=1), today),
    ]


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of a day's month."""
    first = day.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    return first, after - timedelta(days=1)


def _quarter(day: date) -> date:
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def _days(request: HttpRequest) -> tuple[date, date, bool]:
    """First and last day, and whether those asked for had to be given up."""
    form = DaysForm(request.GET)
    if form.is_valid():
        return form.cleaned_data["from_"], form.cleaned_data["to"], False
    today = timezone.localdate()
    return today.replace(day=1), today, True
