"""The identifier that the national rules give as their example."""

from datetime import datetime
from zoneinfo import ZoneInfo

from spatial.alerts.rules.identifiers import identifier, is_identifier

EXAMPLE = "43138241600000_20260617093000_0"


def test_the_example_of_the_rules():
    entered = datetime(2026, 6, 17, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert identifier("43138241600000", entered) == EXAMPLE
    assert is_identifier(EXAMPLE)
    assert len(EXAMPLE) == 31
