"""What a warning says: kept and read alike, proposed whole, marked as a drill, drawn as CAP."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from shapely import MultiPolygon, Polygon, box

from spatial.alerts.rules.documents import read, write
from spatial.alerts.rules.faults import faults
from spatial.hazard_warnings.rules.contents import (
    ACTUAL,
    ALERT,
    CANCEL,
    DAILY,
    EXERCISE,
    WARNING,
    LevelTerms,
    ResponseMeasure,
    WarnedTown,
    WarningContent,
    content_faults,
    content_of,
    marked_exercise,
    values_of,
)
from spatial.hazard_warnings.rules.messages import Envelope, alert_of, rings_of
from spatial.hazard_warnings.rules.wordings import Voice, proposed
from spatial.hazards.rules.levels import WarningLevel

ZONE = ZoneInfo("Asia/Shanghai")
NIGHT = datetime(2026, 6, 17, 20, tzinfo=ZONE)
TERMS = {
    code: LevelTerms(code, is_joint, is_joint, severity, "Expected", "Likely", ("Monitor",), zh, en)
    for code, is_joint, severity, zh, en in (
        ("III", True, "Moderate", "风险较高", "considerable risk"),
        ("II", True, "Severe", "风险高", "high risk"),
    )
}
VOICE = Voice(
    "涟源市", "Lianyuan", "市自然资源局", "The bureau", ZONE, "地质灾害气象风险预警",
    "Geological hazard risk", TERMS, {"II": (ResponseMeasure("转移", "Move"),)},
)  # fmt: skip
TOWNS = (
    WarnedTown("431382102", "安平镇", "II", "安平镇东南部", "the southeast of 安平镇"),
    WarnedTown("431382103", "湄江镇", "III"),
)
PLAIN = WarningContent(
    ALERT, WARNING, ACTUAL, TOWNS, NIGHT, NIGHT + timedelta(days=1), "", "", partner="agreed"
)


def test_what_is_kept_is_read_alike():
    content = replace(proposed(PLAIN, VOICE), shape={"type": "Polygon", "coordinates": []})
    assert content_of(values_of(content) | {"drafters": ["duty"]}) == content


def test_the_proposed_text_names_all_that_a_warning_must():
    content = proposed(PLAIN, VOICE)
    assert content.headline == "涟源市地质灾害气象风险橙色预警"
    assert content.text == (
        "市自然资源局与气象部门联合发布：预计6月17日20时至6月18日20时，安平镇东南部发生地质灾害的气象"
        "风险高（橙色预警）；湄江镇发生地质灾害的气象风险较高（黄色预警）。请有关乡镇和部门：转移。"
    )
    assert content.text_en.startswith(
        "The bureau jointly with the weather bureau: 20:00 on 17 June to 20:00 on 18 June, orange"
    )
    assert content_faults(content, TERMS, NIGHT) == []
    assert (content.gravest, content.levels) == (WarningLevel.ORANGE, ("II", "III"))


def test_a_day_without_a_warning_says_so():
    content = proposed(replace(PLAIN, towns=(), product=DAILY), VOICE)
    assert "风险较低" in content.text
    assert content.is_bulletin
    assert content_faults(content, TERMS, NIGHT) == []


def test_a_cancel_names_what_it_ends():
    ended = tuple(replace(town, level="") for town in TOWNS)
    content = proposed(replace(PLAIN, kind=CANCEL, towns=ended, about="x"), VOICE)
    assert "起解除安平镇东南部、湄江镇的" in content.text


@pytest.mark.parametrize("headline", ["橙色", "【演练】橙色", "【演练】【演练】橙色"])
def test_a_drill_is_marked_once_and_what_is_real_never(headline):
    drill = marked_exercise(replace(PLAIN, headline=headline, status=EXERCISE))
    assert drill.headline == "【演练】橙色"
    assert marked_exercise(replace(drill, status=ACTUAL)).headline == "橙色"


def test_a_message_is_written_without_a_fault():
    content = proposed(PLAIN, VOICE)
    envelope = Envelope("43138241600000_20260617200000_0", "43138241600000", NIGHT, is_public=True)
    areas = {"II": box(111.6, 27.6, 111.7, 27.7), "III": box(111.7, 27.6, 111.8, 27.7)}
    alert = alert_of(content, envelope, VOICE, "11D", areas)
    assert faults(alert) == []
    assert read(write(alert)) == alert
    assert [one.severity for one in alert.infos] == ["Severe"] * 2 + ["Moderate"] * 2
    assert alert.infos[0].areas[0].description == "安平镇东南部 (橙色)"


def test_rings_are_closed_and_what_lies_in_a_hole_is_warned_too():
    holed = Polygon(box(0, 0, 4, 4).exterior, [box(1, 1, 2, 2).exterior])
    rings = rings_of(MultiPolygon([holed, box(5, 5, 6, 6)]))
    assert [ring[0] == ring[-1] for ring in rings] == [True, True]
    assert Polygon(rings[0]).area == 16
    assert rings_of(Polygon([(0, 0), (1e-9, 0), (0, 1e-9)])) == ()
