"""Warnings from draft to end: four eyes, one winner, what stands in each town, drills apart."""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from spatial.alerts.rules.documents import read
from spatial.alerts.rules.identifiers import is_identifier
from spatial.alerts.rules.signatures import verified
from spatial.casework.actions import take
from spatial.casework.actors import CLOCK, Actor
from spatial.casework.errors import InvalidInput, MatterConflict, NotResponsible
from spatial.casework.models import Matter
from spatial.hazard_warnings.actions import draft_warning, redraft_warning
from spatial.hazard_warnings.models import WarningLevelRule, WarningMessage
from spatial.hazard_warnings.procedure import GEO_WARNING, OFFICER, SIGNER
from spatial.hazard_warnings.queries import public_messages, standing_warnings
from spatial.hazard_warnings.rules.contents import CANCEL, DAILY, EXERCISE, UPDATE
from spatial.hazard_warnings.settling import settle_warnings
from spatial.hazards.models import HazardWarning
from spatial.workflow import RoleNotAllowed
from tests.spatial.hazard_warnings.warnings import (
    DUTY,
    EAST,
    EXAMINER,
    LEADER,
    SOUTH,
    WEST,
    act,
    content,
    issued,
    to_signing,
    towns,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def county(db):
    towns()


def step(message):
    return Matter.objects.current().get(code=message.matter_code).step


def features():
    found = HazardWarning.objects.current()
    return {(w.level, round(w.geom.area / 1e8)) for w in found}


def stands(moment=None):
    return {one.town: one.level for one in standing_warnings(moment or timezone.now())}


def test_a_warning_is_a_message_a_document_and_a_feature():
    message = issued(content({WEST: "II", EAST: "III"}))
    alert = read(message.document.encode())
    assert is_identifier(message.identifier)
    assert (alert.sender, alert.kind, alert.scope) == ("43138241600000", "Alert", "Public")
    assert {(i.severity, i.language) for i in alert.infos} == {
        (severity, language)
        for severity in ("Severe", "Moderate")
        for language in ("zh-CN", "en-US")
    }
    assert alert.infos[0].areas[0].geocodes == (("GB/T 2260", WEST),)
    assert "镇1发生地质灾害的气象风险高（橙色预警）" in alert.infos[0].description
    assert message.is_public
    assert not message.is_signed
    assert features() == {("II", 1), ("III", 1)}
    assert stands() == {WEST: "II", EAST: "III"}
    assert {one["source"] for one in message.content["measures"]}


def test_what_was_sent_is_never_changed():
    message = issued(content({WEST: "II"}))
    with pytest.raises(DatabaseError), transaction.atomic():
        WarningMessage.objects.filter(pk=message.pk).update(sent=timezone.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        message.delete()


def test_whoever_wrote_some_of_it_never_signs_it():
    both = Actor("duty", frozenset({OFFICER, SIGNER}))
    matter = to_signing(content({WEST: "II"}))
    with pytest.raises(NotResponsible, match="另一人签发"):
        act(matter, both, "sign")
    stand_in = Actor("duty", frozenset({OFFICER}), principals=(LEADER,))
    with pytest.raises(InvalidInput, match="另一人签发"):
        act(matter, stand_in, "sign")
    given = {"signer": "duty", "spoken_at": timezone.now(), "call": "1"}
    with pytest.raises(InvalidInput, match="另一人签发"):
        act(matter, DUTY, "sign_by_phone", **given)
    with pytest.raises(RoleNotAllowed):
        act(matter, CLOCK, "sign")
    assert act(matter, LEADER, "sign").step == "signed"


def test_who_revises_is_a_drafter_too():
    matter = act(draft_warning(DUTY, content({WEST: "II"})), DUTY, "submit")
    reviser = Actor("leader", frozenset({*LEADER.roles, *EXAMINER.roles}))
    revised = redraft_warning(reviser, matter.code, content({WEST: "I"}), expected=matter.pk)
    assert revised.values["drafters"] == ["duty", "leader"]
    matter = act(revised, EXAMINER, "approve")
    with pytest.raises(NotResponsible):
        act(matter, LEADER, "sign")


def test_of_two_who_sign_at_once_one_wins():
    matter = to_signing(content({WEST: "II"}))
    other = Actor("second", LEADER.roles)
    take(GEO_WARNING, LEADER, matter.code, "sign", expected=matter.pk)
    with pytest.raises(MatterConflict, match="leader"):
        take(GEO_WARNING, other, matter.code, "sign", expected=matter.pk)


def test_of_two_who_issue_at_once_one_message_goes_out():
    matter = act(to_signing(content({WEST: "II"})), LEADER, "sign")
    take(GEO_WARNING, DUTY, matter.code, "issue", expected=matter.pk)
    with pytest.raises(MatterConflict):
        take(GEO_WARNING, EXAMINER, matter.code, "issue", expected=matter.pk)
    assert WarningMessage.objects.count() == 1


def test_a_signature_by_telephone_is_owed_within_a_day():
    matter = to_signing(content({WEST: "II"}))
    spoken_at = timezone.now().replace(microsecond=0) + timedelta(milliseconds=1)
    given = {"signer": "leader", "spoken_at": spoken_at, "call": "录音 0617-02"}
    matter = act(matter, DUTY, "sign_by_phone", **given)
    assert matter.values["signature"] == {
        "by": "leader",
        "at": spoken_at.isoformat(),
        "channel": "电话",
        "call": "录音 0617-02",
        "entered_by": "duty",
    }
    matter = act(matter, DUTY, "issue_spoken")
    assert (matter.step, matter.assignee) == ("owed", "leader")
    assert matter.step_due_at == spoken_at + timedelta(hours=24)
    assert stands() == {WEST: "II"}
    matter = act(matter, LEADER, "countersign")
    assert (matter.step, matter.values["signature"]["written_by"]) == ("issued", "leader")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"signer": "examiner"}, "signer"),
        ({"spoken_at": timezone.now() + timedelta(days=400)}, "spoken_at"),
        ({"spoken_at": timezone.now() - timedelta(days=2)}, "spoken_at"),
    ],
)
def test_a_call_that_cannot_have_been_is_refused(given, field):
    matter = to_signing(content({WEST: "II"}))
    call = {"signer": "leader", "spoken_at": timezone.now(), "call": "1"} | given
    with pytest.raises(InvalidInput) as refused:
        act(matter, DUTY, "sign_by_phone", **call)
    assert refused.value.field == field


def test_nobody_enters_a_call_with_oneself():
    matter = to_signing(content({WEST: "II"}))
    both = Actor("leader", frozenset({OFFICER, SIGNER}))
    given = {"signer": "leader", "spoken_at": timezone.now(), "call": "1"}
    with pytest.raises(InvalidInput, match="直接签发"):
        act(matter, both, "sign_by_phone", **given)


def test_what_goes_back_is_signed_by_nobody():
    matter = act(to_signing(content({WEST: "II"})), LEADER, "sign")
    back = act(matter, DUTY, "send_back", reason="雨势变化")
    assert "signature" not in back.values


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": "没有写乡镇"}, "text"),
        ({"headline": " "}, "headline"),
        ({"partner": ""}, "partner"),
        ({"partner": "differs"}, "partner_text"),
        ({"kind": UPDATE}, "about"),
        ({"towns": ()}, "towns"),
        ({"expires": datetime(2020, 1, 1, tzinfo=timezone.get_default_timezone())}, "expires"),
    ],
)
def test_what_a_warning_lacks_keeps_it_a_draft(changes, field):
    made = content({WEST: "II"})
    made = made.__class__(**{**made.__dict__, **changes})
    matter = draft_warning(DUTY, made)
    with pytest.raises(InvalidInput) as refused:
        act(matter, DUTY, "submit")
    assert refused.value.field == field


def test_lowering_two_towns_leaves_the_rest():
    first = issued(content({WEST: "II", EAST: "II", SOUTH: "II"}))
    lower = content({WEST: "III", EAST: "III"}, kind=UPDATE, about=first.identifier)
    second = issued(lower)
    assert stands() == {WEST: "III", EAST: "III", SOUTH: "II"}
    assert features() == {("III", 2), ("II", 1)}
    assert (step(first), step(second)) == ("issued", "issued")
    references = read(second.document.encode()).references
    assert [one.identifier for one in references] == [first.identifier]
    rest = content({SOUTH: "IV"}, kind=UPDATE, about=second.identifier)
    third = issued(rest)
    assert step(first) == "replaced"
    assert stands() == {WEST: "III", EAST: "III", SOUTH: "IV"}
    # Whoever was warned hears that it is less now, below the level that is public.
    assert third.is_public


def test_a_cancel_ends_the_towns_that_it_names():
    first = issued(content({WEST: "II", EAST: "II"}))
    part = issued(content({WEST: ""}, kind=CANCEL, about=first.identifier))
    assert stands() == {EAST: "II"}
    assert step(first) == "issued"
    issued(content({EAST: ""}, kind=CANCEL, about=part.identifier))
    assert stands() == {}
    assert features() == set()
    assert step(first) == "lifted"


def test_a_draft_that_was_overtaken_is_not_issued():
    first = issued(content({WEST: "II", EAST: "II"}))
    late = to_signing(content({EAST: "III"}, kind=UPDATE, about=first.identifier))
    late = act(late, LEADER, "sign")
    issued(content({EAST: "I"}, kind=UPDATE, about=first.identifier))
    with pytest.raises(InvalidInput, match="此后已发布"):
        act(late, DUTY, "issue")
    assert stands() == {WEST: "II", EAST: "I"}


def test_a_town_that_is_warned_gets_no_second_warning():
    issued(content({WEST: "II"}))
    with pytest.raises(InvalidInput, match="请对它发更新"):
        act(draft_warning(DUTY, content({WEST: "I"})), DUTY, "submit")


def test_the_clock_ends_what_has_run_out(monkeypatch):
    message = issued(content({WEST: "II"}))
    assert settle_warnings(timezone.now()) == 0
    assert features() == {("II", 1)}
    later = message.expires_at + timedelta(seconds=1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    assert settle_warnings(later) == 1
    assert settle_warnings(later) == 0
    assert features() == set()
    assert step(message) == "expired"


def test_below_the_public_level_nothing_is_public():
    message = issued(content({WEST: "IV"}, partner=""))
    assert not message.is_public
    assert features() == set()
    assert stands() == {WEST: "IV"}
    assert read(message.document.encode()).scope == "Restricted"


def test_the_row_decides_from_which_level_it_is_public():
    WarningLevelRule.objects.filter(level="IV").update(is_public=True)
    assert issued(content({WEST: "IV"}, partner="")).is_public


def test_a_drill_is_never_mistaken():
    message = issued(content({WEST: "I"}, status=EXERCISE))
    alert = read(message.document.encode())
    assert (alert.status, alert.scope) == ("Exercise", "Restricted")
    for info in alert.infos:
        mark = "【演练】" if info.language == "zh-CN" else "[EXERCISE]"
        assert all(
            text.startswith(mark) for text in (info.headline, info.description, info.instruction)
        )
    assert features() == set()
    assert stands() == {}
    assert not public_messages().exists()
    real = draft_warning(DUTY, content({WEST: "II"}, kind=UPDATE, about=message.identifier))
    with pytest.raises(InvalidInput, match="演练"):
        act(real, DUTY, "submit")


def test_a_day_without_a_warning_is_signed_and_sent_nowhere():
    made = content({}, product=DAILY, partner="differs", partner_text="局地可能有短时强降雨")
    message = issued(made)
    assert message.document == ""
    assert message.content["partner_text"] == "局地可能有短时强降雨"
    assert not public_messages().exists()


def test_a_crossing_or_empty_area_is_refused():
    bow = [[111.6, 27.6], [111.7, 27.7], [111.8, 27.6], [111.6, 27.75], [111.6, 27.6]]
    for ring, words in ((bow, "自相交"), ([bow[0]] * 4, "面积")):
        shape = {"type": "Polygon", "coordinates": [ring]}
        with pytest.raises(InvalidInput, match=words):
            act(draft_warning(DUTY, content({WEST: "II"}, shape=shape)), DUTY, "submit")


def test_with_a_key_the_message_is_signed(settings, tmp_path):
    key, certificate = certified(tmp_path)
    settings.CAP_KEY, settings.CAP_CERTIFICATE = key, certificate
    message = issued(content({WEST: "II"}))
    assert message.is_signed
    part = verified(message.document.encode(), certificate.read_bytes())
    assert message.identifier.encode() in part


def certified(folder):
    """A key and its certificate, made for the test."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    secret = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = timezone.now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(secret, hashes.SHA256())
    )
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    pem = serialization.Encoding.PEM
    key.write_bytes(
        secret.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    certificate.write_bytes(made.public_bytes(pem))
    return key, certificate
