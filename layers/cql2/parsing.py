"""From a filter's characters to its tree, in the shape of the JSON encoding."""

import json
import re
from typing import Any

import cql2

from layers.cql2.errors import FilterError
from layers.cql2.limits import check_json, check_text, check_tree

_PLACE = re.compile(r"-->\s*\d+:(\d+)")


def parse(text: str, language: str) -> Any:
    """The tree of a filter in the JSON encoding's shape.

    JSON is read here and not by the CQL2 parser, which turns integers into doubles.

    Raises:
        FilterError: not CQL2, too long or too deep, or an unknown language.
    """
    if language == "cql2-text":
        check_text(text)
        tree = _from_text(text)
    elif language == "cql2-json":
        check_json(text)
        tree = _from_json(text)
    else:
        raise FilterError(f"filter-lang 不支持 {language}；可用：cql2-text、cql2-json")
    check_tree(tree)
    return tree


def _from_text(text: str) -> Any:
    try:
        return cql2.parse_text(text).to_json()
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of the parser is no Exception
        found = _PLACE.search(str(error))
        where = f"第 {found[1]} 个字符附近" if found else ""
        raise FilterError(
            f"filter {where}不符合 CQL2 文本语法；写法如 name = '甲' AND area > 5"
            "（字符串用单引号，字段名照字段表）"
        ) from None


def _from_json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_object)
    except FilterError:
        raise
    except (ValueError, RecursionError) as error:
        where = f"第 {error.pos + 1} 个字符处" if isinstance(error, json.JSONDecodeError) else ""
        raise FilterError(f"filter {where}不是有效的 JSON") from None


def _no_constant(name: str) -> None:
    raise FilterError(f"filter 中的 {name} 不是 JSON 的数")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise FilterError("filter 的 JSON 对象中有重复的名字")
    return found
