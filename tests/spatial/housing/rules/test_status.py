import pytest

from spatial.housing.rules.status import states_in_order, unit_state


@pytest.mark.parametrize(
    ("kinds", "title"),
    [
        ([], "未登记"),
        (["residence"], "未登记"),
        (["ownership"], "已登记"),
        (["ownership", "notice"], "预告"),
        (["ownership", "notice", "mortgage"], "抵押"),
        (["mortgage", "objection", "ownership"], "异议"),
        (["ownership", "mortgage", "objection", "seizure"], "查封"),
    ],
)
def test_what_binds_most_gives_the_state(kinds, title):
    assert unit_state(kinds).title == title
    assert unit_state(reversed(kinds)).title == title


def test_the_legend_lists_every_state_once():
    titles = [state.title for state in states_in_order()]
    assert titles == ["查封", "异议", "抵押", "预告", "已登记", "未登记"]
