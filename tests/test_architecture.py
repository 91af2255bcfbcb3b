"""The direction of imports and a few habits of the house, checked on the source itself (ARCHITECTURE.md tells why).

Nothing is imported here: modules are read with `ast`, their top-level imports and the ones inside functions alike.
"""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Downward: an app may use the ones with a lower number. `filmsite` apart from `lib` composes them all.
LEVEL = {"filmsite.lib": 0, "accounts": 1, "films": 2, "reviews": 3, "filmsite": 4}
INTERFACE = re.compile(
    r"(\w+_)?(?P<kind>views|urls|admin|feeds|sitemaps|templatetags|management|context_processors|middleware|apps)(_\w+)?"
)
# Who may import an interface module, by kind: (the importer's kind, what it imports) -> only from the same app?
SHARED_INTERFACE = {
    ("urls", "views"): False,  # the moderators' addresses are one guarded map, whatever they are about
    ("urls", "urls"): True,  # one map of addresses, several files
    ("views", "views"): True,  # one page family, several files
    ("views", "templatetags"): False,  # a fragment is drawn alike inside a page and as an answer of its own
    ("templatetags", "templatetags"): False,
    ("admin", "templatetags"): False,  # the staff's lists say stars as the pages do
    ("admin", "admin"): False,  # one look for every app's admin
}
# These know text and language codes, and nothing of the site: another site could lift them out as they are.
SELF_CONTAINED = ("reviews.translation", "reviews.copydetect")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# What a queryset or a related manager answers to. A chart's column and a list may have a count of their own.
QUERY_WORDS = re.compile(
    r"\w+_set\b|\.(all|exists|filter|exclude|first|last|latest|iterator|aggregate|count)\b"
)
NO_QUERY = {"column.count", "facet.count", "forloop.first", "forloop.last"}


class Import(NamedTuple):
    """`source` imports `target` (dotted names of modules); `inner` when the import stands inside a function."""

    source: str
    target: str
    line: int
    inner: bool

    def __str__(self) -> str:
        return f"{self.source} (line {self.line}) imports {self.target}"


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def modules() -> dict[str, Path]:
    """Every module of ours but the migrations, which are history and stand still."""
    paths = (
        path for top in ("accounts", "films", "reviews", "filmsite") for path in (ROOT / top).rglob("*.py")
    )
    return {module_name(path): path for path in paths if "migrations" not in path.parts}


@cache
def imports() -> list[Import]:
    return [
        found for name, path in modules().items() for found in imports_of(name, ast.parse(path.read_text()))
    ]


def imports_of(source: str, tree: ast.AST, inner: bool = False) -> Iterator[Import]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (Import(source, alias.name, node.lineno, inner) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{source}: imports are written with the full name of the module"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            targets = {name if name in modules() else str(node.module) for name in names}
            yield from (Import(source, target, node.lineno, inner) for target in sorted(targets))
        is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield from imports_of(source, node, inner or is_function)


def area(module: str) -> str | None:
    """The part of the house: an app, "filmsite.lib", "filmsite", or None for somebody else's module."""
    return next((name for name in LEVEL if f"{module}.".startswith(f"{name}.")), None)


def kind(module: str) -> str | None:
    """What kind of interface module this is, or None for a domain module."""
    parts = module.split(".")[1:]
    # A package of one subject may hold its own interface: reviews.moderation.admin.
    found = (INTERFACE.fullmatch(part) for part in (*parts[:1], *parts[-1:]))
    return next((match["kind"] for match in found if match), None)


def report(rule: str, broken: list[object]) -> None:
    assert not broken, "\n".join([rule, *(f"  {found}" for found in broken)])


def ours() -> list[Import]:
    return [found for found in imports() if area(found.target)]


def test_domain_modules_import_downward_only() -> None:
    report(
        "Imports go down: reviews -> films -> accounts -> filmsite.lib. Send a signal to tell a higher app something.",
        [
            found
            for found in ours()
            if area(found.source) != "filmsite"
            and kind(found.source) is None
            and kind(found.target) is None
            and LEVEL[area(found.target)] > LEVEL[area(found.source)]
        ],
    )


def test_nobody_imports_an_interface_module_but_those_who_show_it() -> None:
    def is_shared(found: Import) -> bool:
        same_app_only = SHARED_INTERFACE.get((str(kind(found.source)), str(kind(found.target))))
        same_app = area(found.source) == area(found.target)
        return same_app_only is not None and (same_app or not same_app_only)

    report(
        "Views, urls, admin, tags and commands are the outside of the house: nothing is built on them. Move what is "
        "shared into a domain module.",
        [
            found
            for found in ours()
            if kind(found.target) and area(found.source) != "filmsite" and not is_shared(found)
        ],
    )


def test_filmsite_is_imported_by_nobody_apart_from_lib_and_its_tags() -> None:
    report(
        "filmsite composes the apps, so none of them imports it; only filmsite.lib and its template tags are for all.",
        [
            found
            for found in ours()
            if area(found.target) == "filmsite"
            and area(found.source) != "filmsite"
            and kind(found.target) != "templatetags"
        ],
    )


def test_models_querysets_forms_and_permissions_know_no_services() -> None:
    below = re.compile(r"\w+\.(models|(\w+_)?(querysets|permissions|access|forms|filters))(\.|$)")
    above = re.compile(r"\w+\.(services|tasks|emails)(\.|$)")
    report(
        "Inside an app: views -> services -> models. What a service does, its caller asks for.",
        [found for found in ours() if below.match(found.source) and above.match(found.target)],
    )


@pytest.mark.parametrize("package", SELF_CONTAINED)
def test_text_machines_know_nothing_of_the_site(package: str) -> None:
    report(
        f"{package} knows text and language codes only: it imports itself and filmsite.lib.",
        [
            found
            for found in ours()
            if found.source.startswith(package) and not found.target.startswith((package, "filmsite.lib"))
        ],
    )


def test_the_embedded_servers_need_only_the_standard_library() -> None:
    report(
        "filmsite.embedded runs before any setting is read: no Django and no package in it.",
        [
            found
            for found in imports()
            if found.source == "filmsite.embedded"
            and found.target.split(".")[0] not in sys.stdlib_module_names
        ],
    )


def test_imports_stand_at_the_top_of_the_file() -> None:
    def is_task_with_its_service(found: Import) -> bool:
        app = area(found.source)
        return found.source == f"{app}.tasks" and found.target.startswith(
            (f"{app}.services", f"{app}.emails")
        )

    report(
        "An import inside a function says that the direction is wrong. A task may import the service that wakes it, "
        "and apps.py its own app.",
        [
            found
            for found in imports()
            if found.inner and not is_task_with_its_service(found) and kind(found.source) != "apps"
        ],
    )


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_templates_ask_the_database_nothing(path: Path) -> None:
    code = re.findall(r"{[{%].*?[%}]}", re.sub(r"{#.*?#}|\"[^\"]*\"", "", path.read_text()))
    asked = [
        part
        for part in code
        for word in re.findall(r"[\w.]+", part)
        if QUERY_WORDS.search(word) and word not in NO_QUERY
    ]
    report(
        "A template gets lists and numbers: fetch in a queryset (`for_card`, `attach_*`), not here.", asked
    )


@pytest.mark.parametrize(
    "path",
    [path for path in TEMPLATES if path.name.startswith("_")],
    ids=lambda path: str(path.relative_to(ROOT / "templates")),
)
def test_a_partial_says_in_its_first_line_what_it_expects(path: Path) -> None:
    first = path.read_text().split("\n", 1)[0]
    assert re.match(r"{#.{15,}#}", first), f"{path.name} begins with: {{# What it draws. Expects … #}}"
