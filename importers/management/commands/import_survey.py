"""``manage.py import_survey FILE... --layer LAYER [--crs EPSG:N] [--commit]``."""

import contextlib
import getpass
import json
import re
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.db import Error

from importers.errors import DeliveryRefused
from importers.reading.delivery import Reading
from importers.runs import recovery, report
from importers.runs.outcome import Terms
from importers.runs.progress import Progress
from importers.runs.rights import check_may_deliver
from importers.runs.run import start
from importers.values.cells import UnreadableCell, read_datetime
from spatial.city import city


class Command(BaseCommand):
    """Takes survey files into a register: a dry run unless --commit."""

    help = "将测绘成果（Shapefile、GeoPackage、DXF、VCT、勘测定界 TXT、表格等）入库；默认只试运行，加 --commit 才写入。"

    requires_system_checks = ()  # they load the whole site: two seconds before a file is opened

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The files, how to read them, and on which terms."""
        add = parser.add_argument
        add("files", nargs="+", type=Path, metavar="FILE", help="同一图层的一个或多个文件")
        add("--layer", required=True, help="图层编号，如 parcels")
        add("--crs", default="", help=f"坐标系，如 EPSG:{city().projected}（文件未声明时）")
        add("--shift", choices=["none", "gcj02", "bd09"], default="", help="确认坐标偏移")
        add("--commit", action="store_true", help="写入登记簿")
        add("--at", default="", help="生效时间（默认现在），如 2024-05-31")
        add("--why", default="", help="事由")
        add("--document", default="", help="依据文件")
        add("--who", default="", help="经办人（默认当前系统用户）；若有此账号，须有相应权限")
        add("--encoding", default="", help="文字编码（默认自动识别）")
        add("--partial", action="store_true", help="文件只是一部分：缺少的要素不终止")
        add("--allow-ending", action="store_true", help="允许终止三分之一以上的要素")
        add("--without-wal", action="store_true", help="确认 GeoPackage 没有缺少 -wal 文件")
        add("--code-field", default="", help="作为编码的列名")
        add("--table", default="", help="文件内的图层名")
        add("--source", default="", help="来源声明的名称（默认按列名识别）")
        add("--set", action="append", default=[], metavar="FIELD=VALUE", help="文件没有的列取此值")
        add("--limit-issues", type=int, default=20, metavar="N", help="显示的问题条数（默认 20）")
        add("--json", action="store_true", help="以 JSON 输出结果")

    def handle(self, *args: Any, **given: Any) -> None:
        """Run, report, and fail with one line when refused."""
        with contextlib.suppress(Error):  # the files come first: they may be wrong as well
            recovery.settle_abandoned()
        try:
            if given["who"]:
                check_may_deliver(given["who"], given["layer"])
            outcome = start(
                given["files"],
                given["layer"],
                _reading(given),
                _terms(given),
                commit=given["commit"],
                progress=Progress("打开"),
            )
        except DeliveryRefused as error:
            if given["json"]:
                self.stdout.write(json.dumps({"refused": str(error)}, ensure_ascii=False))
            raise CommandError(str(error)) from None
        limit = given["limit_issues"]
        if given["json"]:
            told = report.as_json(outcome, limit)
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))
        else:
            self.stdout.write("\n".join(report.lines(outcome, limit)))
        if outcome.refusal:
            raise CommandError(outcome.refusal)


def _reading(given: dict[str, Any]) -> Reading:
    return Reading(
        epsg=_epsg(given["crs"]),
        encoding=given["encoding"],
        code_field=given["code_field"],
        source=given["source"],
        table=given["table"],
        shift=given["shift"],
        constants=dict(_setting(text) for text in given["set"]),
    )


def _terms(given: dict[str, Any]) -> Terms:
    return Terms(
        who=given["who"] or getpass.getuser(),
        why=given["why"],
        document=given["document"],
        at=_moment(given["at"]),
        partial=given["partial"],
        allow_ending=given["allow_ending"],
        without_wal=given["without_wal"],
    )


def _epsg(text: str) -> int | None:
    if not text:
        return None
    found = re.fullmatch(r"(?i:epsg:)?(\d{4,6})", text.strip())
    if not found:
        raise CommandError(f"坐标系“{text}”应写成 EPSG:{city().projected} 的样子")
    return int(found.group(1))


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise CommandError(f"--set 应写成 字段=值：{text}")
    return name.strip(), value


def _moment(text: str) -> datetime | None:
    try:
        moment = read_datetime(text)
    except UnreadableCell:
        raise CommandError(f"生效时间“{text}”应写成 2024-05-31 或 2024-05-31 08:00") from None
    if moment and moment > datetime.now(ZoneInfo(city().time_zone)):
        raise CommandError(f"生效时间 {text} 晚于现在")
    return moment
