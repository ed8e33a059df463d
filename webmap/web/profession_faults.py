"""What is wrong with the professions taken together: refused by name at the start."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from django.core.checks import Error
from django.core.exceptions import ImproperlyConfigured
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template
from django.urls import Resolver404, resolve

from importers.checks.catalogue import rules_fault
from layers.declarations.declarations import Layer
from layers.declarations.faults import faults
from layers.declarations.known_roles import check_roles, known_roles
from layers.declarations.registry import all_layers, modules_of
from layers.declarations.registry import declared as declared_layers
from spatial.casework.models import Matter
from spatial.casework.procedures import procedure_named
from webmap.web.procedure_pages import RESERVED
from webmap.web.professions import Profession, declared


def check_professions(**_: Any) -> list[Error]:
    """The faults as a system check."""
    found = profession_faults(declared(), all_layers())
    return [Error(fault, id="webmap.E001") for fault in found]


def refuse_faults() -> None:
    """Refuse to serve with declarations that contradict each other, or a wrong table of checks.

    Raises:
        ImproperlyConfigured: they do; the message names each fault.
    """
    all_layers()
    found = [str(fault) for fault in faults(declared_layers(), modules_of())]
    found += [str(fault.msg) for fault in check_roles()]
    found += profession_faults(declared(), all_layers())
    found += filter(None, [rules_fault()])
    if found:
        raise ImproperlyConfigured("\n".join(found))


def profession_faults(every: Iterable[Profession], layers: Iterable[Layer]) -> list[str]:
    """Every fault, in Chinese and in English."""
    every = list(every)
    return [
        *_doubles(every),
        *_unknown_templates(every),
        *_unknown_addresses(every),
        *_unknown_layers(every, {layer.id for layer in layers}),
        *_unknown_roles(every),
        *_wrong_procedures(every),
    ]


def _doubles(every: list[Profession]) -> Iterator[str]:
    """Ids, entrances, addresses and demo accounts that two professions claim."""
    claims: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for one in every:
        claims["业务", "profession", one.id].append(one.module or one.id)
        if one.entrance:
            claims["入口", "entrance", one.entrance.id].append(one.id)
        for user in one.demo:
            claims["演示账号", "demo account", user.username].append(one.id)
        for pages in one.procedures:
            claims["业务程序", "procedure", pages.procedure].append(one.id)
        for path in paths_of(one):
            claims["地址", "path", path].append(one.id)
    for (kind, kind_en, name), owners in claims.items():
        if len(owners) > 1:
            yield (
                f"{kind} {name} 声明了两次（{'、'.join(owners)}）"
                f" / {kind_en} {name} is declared twice ({', '.join(owners)})"
            )


def paths_of(one: Profession) -> list[str]:
    """The addresses that a profession claims: of its entrance and of its pages."""
    found = [one.entrance.path.lstrip("/")] if one.entrance else []
    for urls in one.urls:
        patterns = import_module(urls.module).urlpatterns
        found += [urls.prefix + str(pattern.pattern) for pattern in patterns]
    return list(dict.fromkeys(found))


def _unknown_templates(every: list[Profession]) -> Iterator[str]:
    """Fragments whose template is not there, or cannot be read."""
    for one in every:
        named = [fragment.template for fragment in one.fragments]
        named += [pages.template for pages in one.procedures if pages.template]
        for name in dict.fromkeys(named):
            try:
                get_template(name)
            except (TemplateDoesNotExist, TemplateSyntaxError) as error:
                yield (
                    f"业务 {one.id} 的片段模板 {name} 不存在或有误（{error}）"
                    f" / profession {one.id}: the template {name} of its fragment is not there"
                    f" or wrong ({error})"
                )


def _unknown_addresses(every: list[Profession]) -> Iterator[str]:
    """Addresses to which a profession leads and at which no page is."""
    for one in every:
        for path in dict.fromkeys(_targets(one)):
            try:
                resolve(urlsplit(path).path)
            except Resolver404:
                yield (
                    f"业务 {one.id} 指向不存在的地址 {path}"
                    f" / profession {one.id} leads to the address {path}, which is not there"
                )


def _targets(one: Profession) -> Iterator[str]:
    if one.entrance:
        yield one.entrance.path
        if one.entrance.fragment:
            yield one.entrance.fragment
        for _layer, path in one.entrance.records:
            yield f"{path}0"  # the code of a feature follows
    yield from (tab.path for tab in one.tabs)
    yield from (link.path for link in one.menu)
    yield from (task.path for task in one.tasks)


def _unknown_layers(every: list[Profession], known: set[str]) -> Iterator[str]:
    for one in every:
        named = [part.layer for part in one.fragments] + [each.layer for each in one.readings]
        named += [part.layer for part in one.tables]
        named += [part.layer for part in one.finders]
        if one.entrance:
            named += one.entrance.layers
            named += [layer for layer, _ in (*one.entrance.muted, *one.entrance.records)]
        for layer in dict.fromkeys(named):
            if layer not in known:
                yield (
                    f"业务 {one.id} 指向不存在的图层 {layer}"
                    f" / profession {one.id} names the layer {layer}, which is not there"
                )


def _unknown_roles(every: list[Profession]) -> Iterator[str]:
    """Demo accounts with a role that no app declares."""
    known = {role.value for role in known_roles().values()}
    for one in every:
        for user in one.demo:
            if str(user.role) not in known:
                yield (
                    f"业务 {one.id} 的演示账号用了不存在的角色 {user.role}"
                    f" / profession {one.id}: the role {user.role} of its demo account is not there"
                )


def _wrong_procedures(every: list[Profession]) -> Iterator[str]:
    """Pages of procedures that are not there or have a register of their own; fields' names."""
    for one in every:
        for pages in one.procedures:
            procedure = procedure_named(pages.procedure)
            if procedure is None or procedure.matter_model is not Matter:
                yield (
                    f"业务 {one.id} 的页面指向不存在或自有登记库的业务程序 {pages.procedure}"
                    f" / profession {one.id}: the procedure {pages.procedure} of its pages is not"
                    " there, or has a register of its own"
                )
                continue
            actions = {t.action for t in procedure.workflow.transitions}
            wrong = sorted(pages.forms.keys() - actions)
            wrong += sorted({f.name for form in pages.forms.values() for f in form} & RESERVED)
            if wrong:
                yield (
                    f"业务程序 {pages.procedure} 的表单用了没有的操作或保留的名称：{'、'.join(wrong)}"
                    f" / procedure {pages.procedure}: its forms name actions that are not there, or"
                    f" fields by reserved names: {', '.join(wrong)}"
                )
