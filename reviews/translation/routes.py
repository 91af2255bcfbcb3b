"""Which pairs of languages go which way: what engines list, and what an operator says about it.

A rule names a pair and the ways it may take, the best first:

    nl>en: fx deepl; pt>*: fx pivot; fa>en: none; *>en: libretranslate

The first rule that fits a pair counts, and names all of its ways: `pivot` is the way through a language in between,
`none` says that the pair is not translated. A pair without a rule takes every engine in order, and then a pivot.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from filmsite.lib.languages import primary
from reviews.translation.base import Pair

ANY: Final = "*"
PIVOT: Final = "pivot"
NONE: Final = "none"
# What may not be the name of an engine.
RESERVED: Final = frozenset({PIVOT, NONE})

_CODE = re.compile(r"\*|[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8})*")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")


class RouteError(ValueError):
    """A rule that cannot be read; the message says which and why, for the operator."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The ways of the pairs from `src` into `dst`, either of which may be `ANY`; no ways, no translation."""

    src: str
    dst: str
    ways: tuple[str, ...]

    def fits(self, src: str, dst: str) -> bool:
        return _fits(self.src, src) and _fits(self.dst, dst)

    def hides(self, later: "Rule") -> bool:
        """Whether a rule behind this one can never count."""
        return self.fits(later.src, later.dst)

    @property
    def engines(self) -> tuple[str, ...]:
        return tuple(way for way in self.ways if way != PIVOT)

    def __str__(self) -> str:
        return f"{self.src}>{self.dst}"


def parse_rules(text: str) -> tuple[Rule, ...]:
    """Read rules in the form that the module's docstring shows. Raises RouteError."""
    return tuple(_parse_rule(part.strip()) for part in re.split(r"[;\n]", text) if part.strip())


def rule_for(rules: Sequence[Rule], src: str, dst: str) -> Rule | None:
    """Give the first rule that fits a pair, or None."""
    return next((rule for rule in rules if rule.fits(src, dst)), None)


def resolve_pair(pairs: Iterable[Pair], src: str, dst: str) -> Pair | None:
    """Find a pair as an engine lists it: the exact codes first, then the languages without their regions."""
    known = pairs if isinstance(pairs, frozenset | set) else frozenset(pairs)
    for wanted in ((src, dst), (src, primary(dst)), (primary(src), dst), (primary(src), primary(dst))):
        if wanted in known:
            return wanted
    return None


def _fits(pattern: str, code: str) -> bool:
    return pattern in (ANY, code, primary(code))


def _parse_rule(text: str) -> Rule:
    pair, colon, named = text.partition(":")
    src, mark, dst = (part.strip() for part in pair.partition(">"))
    if not colon or not mark or not _CODE.fullmatch(src) or not _CODE.fullmatch(dst):
        raise RouteError(f"{text!r} does not begin with a pair of languages and a colon, as “nl>en: fx” does")
    if src == dst != ANY:
        raise RouteError(f"{text!r} is about one language only")
    ways = tuple(re.split(r"[\s,]+", named.strip())) if named.strip() else ()
    if not ways:
        raise RouteError(f"{text!r} names no engine; “none” says that the pair is not translated")
    if bad := [way for way in ways if not _NAME.fullmatch(way)]:
        raise RouteError(f"{text!r}: {bad[0]!r} is no name of an engine")
    if len(set(ways)) < len(ways):
        raise RouteError(f"{text!r} names an engine twice")
    if NONE in ways:
        if len(ways) > 1:
            raise RouteError(f"{text!r} says “none” and something else")
        ways = ()
    return Rule(src, dst, ways)
