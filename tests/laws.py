"""How many examples a law is held against: few and always the same ones to land, many by night."""

import os

from hypothesis import settings

NIGHT = "night"
LANDING_EXAMPLES = 20
NIGHT_EXAMPLES = 300


def is_night() -> bool:
    """Whether the profile of the night was asked for."""
    return os.environ.get("HYPOTHESIS_PROFILE") == NIGHT


def examples(by_night: int) -> int:
    """The examples of a law that sets their number itself: a quarter of them to land."""
    return by_night if is_night() else max(by_night // 4, min(by_night, 10))


def load() -> None:
    """Laws are held against the code, not against how busy the machine is: no deadline."""
    settings.register_profile(NIGHT, deadline=None, max_examples=NIGHT_EXAMPLES)
    settings.register_profile(
        "landing", deadline=None, max_examples=LANDING_EXAMPLES, derandomize=True
    )
    settings.load_profile(NIGHT if is_night() else "landing")
