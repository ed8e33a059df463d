"""Reads of applications for data, with their consumers and grants."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime

from layers.models import Consumer, LayerGrant
from layers.sharing.applications import DATA_APPLICATION, OPEN, STATES, until_of
from spatial.casework.models import Matter, MatterRequest
from spatial.casework.titles import title_shown


@dataclass(frozen=True)
class Application:
    """A request for a layer that needs a grant: what is wanted, why, and what was answered."""

    code: str
    consumer: Consumer
    layer: str
    fields: list[str]
    districts: list[str]
    purpose: str
    legal_basis: str
    until: datetime | None
    asked_by: str
    asked_at: datetime
    state: str
    decided_by: str
    decided_at: datetime | None
    answer: str
    grant: LayerGrant | None
    renewal: MatterRequest | None  # that waits for an answer

    @property
    def title(self) -> str:
        """The state as a title."""
        return title_shown(STATES[self.state])

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return self.state in OPEN


def applications() -> QuerySet[Matter]:
    """Every application as it stands, the newest first."""
    found = Matter.objects.current().filter(procedure=DATA_APPLICATION.id)
    return found.order_by("-accepted_at", "-code")


def applications_of(consumers: Collection[int]) -> QuerySet[Matter]:
    """The applications for these systems."""
    return applications().filter(values__consumer__in=list(consumers))


def applications_for(layers: Collection[str]) -> QuerySet[Matter]:
    """The applications for these layers."""
    return applications().filter(values__layer__in=list(layers))


def to_renew(found: QuerySet[Matter]) -> QuerySet[Matter]:
    """Those with a request for renewal that waits for an answer."""
    waiting = MatterRequest.objects.filter(granted=None, department="").values("matter_code")
    return found.filter(code__in=waiting)


def with_details(found: QuerySet[Matter]) -> list[Application]:
    """Applications with what belongs to them, in their order."""
    matters = list(found)
    wanted: dict[str, set[Any]] = {"consumer": set(), "grant": set()}
    for matter in matters:
        for name, known in wanted.items():
            known.add(matter.values.get(name))
    consumers = Consumer.objects.in_bulk([pk for pk in wanted["consumer"] if pk])
    grants = LayerGrant.objects.in_bulk([pk for pk in wanted["grant"] if pk])
    codes = [matter.code for matter in matters]
    requests = MatterRequest.objects.filter(granted=None, department="", matter_code__in=codes)
    renewals = {one.matter_code: one for one in requests}
    return [
        _application(
            m, consumers[m.values["consumer"]], grants.get(m.values.get("grant")), renewals
        )
        for m in matters
    ]


def application_of(matter: Matter) -> Application:
    """One application with what belongs to it."""
    return with_details(Matter.objects.filter(pk=matter.pk))[0]


def _application(
    matter: Matter,
    consumer: Consumer,
    grant: LayerGrant | None,
    renewals: dict[str, MatterRequest],
) -> Application:
    values = matter.values
    return Application(
        code=matter.code,
        consumer=consumer,
        layer=values["layer"],
        fields=values["fields"],
        districts=values["districts"],
        purpose=values["purpose"],
        legal_basis=values["legal_basis"],
        until=until_of(matter),
        asked_by=matter.applicant,
        asked_at=matter.accepted_at,
        state=matter.step,
        decided_by=values.get("decided_by", ""),
        decided_at=parse_datetime(values.get("decided_at") or ""),
        answer=values.get("answer", ""),
        grant=grant,
        renewal=renewals.get(matter.code),
    )
