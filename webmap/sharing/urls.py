"""The addresses of the sharing catalogue."""

from django.urls import path

from webmap.sharing import audit, catalogue, events, mine, people, steward

urlpatterns = [
    path("sharing/", catalogue.index, name="sharing"),
    path("sharing/mine", mine.mine, name="sharing-mine"),
    path("sharing/people", people.people, name="sharing-people"),
    path("sharing/steward", steward.steward, name="sharing-steward"),
    path("sharing/audit", audit.audit, name="sharing-audit"),
    path("sharing/audit.csv", audit.audit_csv, name="sharing-audit-csv"),
    path("sharing/events", events.events, name="sharing-events"),
    path("sharing/events.csv", events.events_csv, name="sharing-events-csv"),
    path("sharing/events/verify", events.verify, name="sharing-events-verify"),
    path("sharing/consumers/<int:number>", mine.consumer, name="sharing-consumer"),
    path("sharing/consumers/<int:number>/keys", mine.issue, name="sharing-issue"),
    path(
        "sharing/consumers/<int:number>/keys/<int:key>/rotate", mine.rotate, name="sharing-rotate"
    ),
    path(
        "sharing/consumers/<int:number>/keys/<int:key>/revoke", mine.revoke, name="sharing-revoke"
    ),
    path("sharing/consumers/<int:number>/terms", steward.terms, name="sharing-terms"),
    path("sharing/applications/<str:code>/decide", steward.decide, name="sharing-decide"),
    path("sharing/applications/<str:code>/take-back", mine.take_back, name="sharing-take-back"),
    path("sharing/grants/<int:number>/withdraw", steward.withdraw, name="sharing-withdraw"),
    path("sharing/layers/<str:layer_id>/publish", steward.publish, name="sharing-publish"),
    path("sharing/<str:layer_id>", catalogue.one, name="sharing-layer"),
    path("sharing/<str:layer_id>/apply", mine.apply, name="sharing-apply"),
]
