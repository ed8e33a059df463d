"""Applications that no form would make: for a layer that is gone, say."""

from layers.models import Consumer
from layers.sharing.application_queries import Application, application_of
from layers.sharing.applications import APPLICANT, DATA_APPLICATION
from spatial.casework.actors import Actor
from spatial.casework.beginning import open_matter


def applied_for(consumer: Consumer, layer: str, who: str, **more) -> Application:
    """An application for a layer as it comes, by somebody."""
    values = {"consumer": consumer.pk, "layer": layer, "fields": [], "districts": []}
    values |= {"purpose": "办件", "legal_basis": "三定", "until": None, **more}
    actor = Actor(who, frozenset({APPLICANT}))
    return application_of(open_matter(DATA_APPLICATION, actor, title="申请", values=values))
