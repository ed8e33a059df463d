"""The roles of casework (CJJ/T 106, GB/T 30428.8); each is a group of that name."""

from enum import StrEnum

from spatial.casework.roles import SYSTEM

__all__ = ["CENTRE", "PUBLIC", "SUPERVISORS", "SYSTEM", "GridRole"]


class GridRole(StrEnum):
    """Who acts on a case."""

    INSPECTOR = "监督员"
    INTAKE = "受理员"
    CHIEF = "值班长"
    DISPATCHER = "派遣员"
    HANDLER = "专业部门"


PUBLIC = "公众"  # anybody, without an account
# Who see every case, and who watch over those that work outside.
CENTRE = frozenset({GridRole.INTAKE, GridRole.CHIEF, GridRole.DISPATCHER})
SUPERVISORS = frozenset({GridRole.CHIEF, GridRole.DISPATCHER})
