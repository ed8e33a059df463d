"""``manage.py demo_accounts``: the demo accounts and a working day of theirs, made, listed or removed."""

import os
import unicodedata
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from webmap.demo.accounts import (
    DemoAccount,
    create_demo_accounts,
    demo_accounts,
    remove_demo_accounts,
)
from webmap.demo.working_day import make_demo_day


class Command(BaseCommand):
    """Print the demo accounts that exist; ``--create`` makes them, ``--remove`` removes them."""

    help = "列出演示账号；--create 建立（可重复执行），--remove 全部删除"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read the options."""
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--create", action="store_true", help="每个角色建一个，另建管理员")
        choice.add_argument("--remove", action="store_true", help="删除全部演示账号")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked, then print what is there."""
        if options["remove"]:
            self.stdout.write(f"已删除 {remove_demo_accounts()} 个演示账号")
            return
        if options["create"]:
            for name in create_demo_accounts():
                self.stdout.write(f"{name}：已有同名的正式账号，未改动")
            make_demo_day()
        accounts = demo_accounts()
        if accounts:
            self.stdout.write(table(accounts))


def table(accounts: list[DemoAccount]) -> str:
    """The accounts as aligned plain text, with the address to sign in."""
    port = os.environ.get("PORT", "8000")
    lines = [f"演示账号，登录地址 http://127.0.0.1:{port}{settings.LOGIN_URL}"]
    rows = [("用户名", "密码", "角色")]
    rows += [(a.username, a.password or "（已修改）", a.role) for a in accounts]
    widths = [max(width(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        cells = [cell + " " * (widths[i] - width(cell)) for i, cell in enumerate(row)]
        lines.append(("  " + "  ".join(cells)).rstrip())
    return "\n".join(lines)


def width(text: str) -> int:
    """Columns that a terminal needs for the text; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
