"""The roles of warnings beside the officer on duty; each is a group of that name."""

from enum import StrEnum


class WarningRole(StrEnum):
    """Who examines and who signs a warning."""

    REVIEWER = "地灾审核"
    SIGNER = "地灾签发"
