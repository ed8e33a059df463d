"""Why a layer may not be delivered, written or undone, in words that say what to do instead."""

from django.utils.translation import gettext as _

from layers.declarations.declarations import Layer


def why_not_delivered(layer: Layer) -> str:
    """Why somebody may not take deliveries of a layer in."""
    if layer.by_steps:
        return only_by_steps(layer)
    said = _("您不能交付、改写或撤销“%(layer)s”；请交由数据管理员或其主管部门办理")
    return said % {"layer": layer.title_shown}


def only_by_steps(layer: Layer) -> str:
    """That a layer is written by its steps alone."""
    said = _("“%(layer)s”只能按办理步骤变更，不能导入、编辑或撤销；请在办理页面按步骤操作")
    return said % {"layer": layer.title_shown}
