"""Who may open the pages of casework."""

from django.utils.translation import gettext_noop

from grid.cases.policies import can_register, can_see_cells, can_see_patrols
from layers.access.access import Role
from webmap.web.callers import groups_of
from webmap.web.guards import StaffRequest, signed_in, with_roles

__all__ = [
    "StaffRequest",
    "casework",
    "cell_readers",
    "patrol_readers",
    "registrars",
    "signed_in_as_staff",
    "stock_readers",
]

signed_in_as_staff = signed_in


def _has_role(request: StaffRequest) -> bool:
    return bool(request.actor.all_roles)


def _may_register(request: StaffRequest) -> bool:
    return can_register(request.actor)


def _may_see_patrols(request: StaffRequest) -> bool:
    return can_see_patrols(request.actor)


def _may_see_cells(request: StaffRequest) -> bool:
    return can_see_cells(request.actor) or Role.STEWARD in groups_of(request)


def _may_see_stock(request: StaffRequest) -> bool:
    groups = groups_of(request)
    return bool(request.actor.all_roles) or bool(groups & {Role.STEWARD, Role.AUDITOR})


casework = with_roles(_has_role, gettext_noop("案件办理只对城管中心、专业部门和监督员开放。"))
registrars = with_roles(_may_register, gettext_noop("只有受理员可以登记案件。"))
patrol_readers = with_roles(
    _may_see_patrols, gettext_noop("巡查轨迹只对值班长、派遣员和监督员本人开放。")
)
cell_readers = with_roles(
    _may_see_cells, gettext_noop("网格校验只对派遣员、值班长和数据管理员开放。")
)
stock_readers = with_roles(
    _may_see_stock, gettext_noop("部件清查只对城管中心、专业部门和数据管理员开放。")
)
