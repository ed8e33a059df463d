"""Whether codes are written as their standard says; what stands on the ground is elsewhere."""

import re

from importers.checks.catalogue import Rule
from importers.checks.shapes import flag
from importers.values.batch import Batch
from importers.values.columns import CODE
from spatial.city import city

DIGITS_OF_LEVEL = {"county": 6, "town": 9, "village": 12}  # 统计用区划代码
CLASS = slice(6, 10)  # of the 16 digits of a component


def check_codes(batch: Batch, rules: dict[str, Rule]) -> Batch:
    """Flag codes of a wrong form, of another county, or with letters that exclude each other."""
    codes = batch.columns.get(CODE)
    if codes is None:
        return batch
    texts = codes.tolist()
    wrong = _formed(batch, texts, rules.get("code-syntax"))
    if rule := rules.get("code-county"):
        _flag_county(batch, texts, rule, city().adcode, wrong)
    if rule := rules.get("code-letters"):
        _flag_letters(batch, texts, rule, wrong)
    if (rule := rules.get("code-level")) and "level" in batch.columns:
        _flag_level(batch, texts, rule)
    if (rule := rules.get("code-class")) and "class_code" in batch.columns:
        _flag_class(batch, texts, rule, wrong)
    return batch


def _formed(batch: Batch, texts: list[str], rule: Rule | None) -> set[int]:
    if not rule:
        return set()
    fits = re.compile(rule.pattern).fullmatch
    wrong = [i for i, text in enumerate(texts) if text and not fits(text)]
    for position in wrong:
        text = texts[position]
        message = f"{rule.title}：{text}（{len(text)}位）"
        flag(batch, position, rule, message, field=CODE)
    return set(wrong)


def _flag_county(batch: Batch, texts: list[str], rule: Rule, own: str, wrong: set[int]) -> None:
    strange = [i for i, text in enumerate(texts) if text and not text.startswith(own)]
    for position in sorted(set(strange) - wrong):
        found = texts[position][:6]
        flag(batch, position, rule, f"{rule.title}：前6位是 {found}，应为 {own}", field=CODE)


def _flag_letters(batch: Batch, texts: list[str], rule: Rule, wrong: set[int]) -> None:
    fits = re.compile(rule.pattern).fullmatch
    for position, text in enumerate(texts):
        if text and position not in wrong and not fits(text):
            flag(batch, position, rule, f"{rule.title}：{text[12:14]}（{text}）", field=CODE)


def _flag_level(batch: Batch, texts: list[str], rule: Rule) -> None:
    for position, level in enumerate(batch.columns["level"].tolist()):
        digits = DIGITS_OF_LEVEL.get(level)
        if digits and texts[position] and len(texts[position]) != digits:
            message = (
                f"{rule.title}：{texts[position]} 有 {len(texts[position])} 位，应为 {digits} 位"
            )
            flag(batch, position, rule, message, field=CODE)


def _flag_class(batch: Batch, texts: list[str], rule: Rule, wrong: set[int]) -> None:
    """A component's code has its class in it, two digits each of the major and the minor."""
    for position, said in enumerate(batch.columns["class_code"].tolist()):
        text = texts[position]
        if text and said and position not in wrong and text[CLASS] != said:
            message = f"{rule.title}：第7至10位是 {text[CLASS]}，类别填 {said}"
            flag(batch, position, rule, message, field=CODE)
