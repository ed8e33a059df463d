"""``manage.py layer_checks [--check]``: which layers have rules of their own, which have not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from importers.checks.catalogue import has_own_rules, rules_for
from layers.declarations.registry import all_layers


class Command(BaseCommand):
    """List the layers that can be delivered with the number of rules that each is held to."""

    help = "列出各图层的入库检查规则；--check：没有规则又没有说明缘由的图层算错误"

    def add_arguments(self, parser: CommandParser) -> None:
        """Only ``--check``."""
        parser.add_argument("--check", action="store_true", help="有未说明的图层则失败")

    def handle(self, *args: Any, **options: Any) -> None:
        """List them, or fail with the names of those that say nothing."""
        silent = []
        for layer in all_layers():
            if layer.by_steps:
                continue
            is_general = not has_own_rules(layer.id)
            number = len(rules_for(layer.id, geometry=layer.geometry))
            why = layer.unchecked_because if is_general else ""
            kind = "通用 general" if is_general else "专用 own"
            if not options["check"]:
                self.stdout.write(f"{layer.id}: {kind} {number} {why}".rstrip())
            if is_general and not why:
                silent.append(layer.id)
        if options["check"] and silent:
            raise CommandError(
                f"没有检查规则，也没有说明缘由（unchecked_because）：{'、'.join(silent)}"
                f" / neither rules nor a reason: {', '.join(silent)}"
            )
