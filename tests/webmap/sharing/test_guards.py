"""What does not fit is said on the page that follows; what is not one's own is refused."""

import pytest

from layers.sharing.actions import InvalidApplication, NotSteward
from webmap.sharing.guards import attempted


def raising(error):
    def act():
        raise error

    return act


def test_an_act_gives_its_result_or_why_it_does_not_fit():
    assert attempted(lambda: 7) == (7, "")
    assert attempted(raising(InvalidApplication("名称已有"))) == (None, "名称已有")


def test_what_is_not_ones_own_is_no_message():
    with pytest.raises(NotSteward):
        attempted(raising(NotSteward("x")))
