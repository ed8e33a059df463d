"""What is said of how a layer is checked, where no rule names it."""

from django.utils.translation import gettext as _

from importers.checks.catalogue import has_own_rules
from layers.declarations.declarations import Layer


def notice_of(layer: Layer) -> str:
    """That a layer is held to the general rules of its geometry alone; '' if it is not.

    Raises:
        RulesError: the table of rules cannot be read.
    """
    if has_own_rules(layer.id):
        return ""
    text = _("这个图层没有登记检查规则，只做通用检查")
    return f"{text}（{_(layer.unchecked_because)}）" if layer.unchecked_because else text
