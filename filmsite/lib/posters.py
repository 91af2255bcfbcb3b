"""Posters set in type, for titles without a picture: the same title always gets the same one.

A poster is an inline SVG of 200 by 300 units without ids, styles or links, safe to keep in a cache and to
repeat on a page. Its colours are drawn from the title's key, so a grid of them looks like a wall of posters
and not like a row of missing images.
"""

import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from random import Random
from typing import Final, NamedTuple
from zlib import crc32

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

WIDTH: Final = 200
HEIGHT: Final = 300
_MARGIN: Final = 15
_MEASURE: Final = WIDTH - 2 * _MARGIN
_MOST_LINES: Final = 5
_GOLDEN: Final = 0.618033988749895
_SILVER: Final = 0.414213562373095
_SIZES: Final = (32, 28, 25, 22, 19.5, 17, 15, 13)


class Palette(NamedTuple):
    """Ground and ink of the type (contrast above 7:1), and three colours for the picture."""

    ground: str
    ink: str
    first: str
    second: str
    third: str


_PALETTES: Final = (
    Palette("#20373f", "#f6efe0", "#d8a657", "#8a3b2e", "#48707a"),
    Palette("#f1e7d3", "#2a211c", "#b4432f", "#24454f", "#d9a441"),
    Palette("#2d2640", "#f4ead9", "#c96f4a", "#e8c48a", "#5d5283"),
    Palette("#e7dcc4", "#23291e", "#6f7c45", "#c3852f", "#38442f"),
    Palette("#4a1520", "#f7e9dc", "#d9573f", "#efb36a", "#7d2a36"),
    Palette("#15304f", "#f2ece0", "#e5dcc5", "#c8553d", "#3f6a94"),
    Palette("#efe3e0", "#34161f", "#99445a", "#e0a28c", "#3d3a56"),
    Palette("#1d1d21", "#f3ecdd", "#d0a13c", "#8f8a80", "#45454d"),
    Palette("#123c33", "#f3eddb", "#e2c169", "#cf6a45", "#2f6d5b"),
    Palette("#dfe4e0", "#17282e", "#2f6872", "#d2693c", "#8fb0a8"),
    Palette("#f3d9a4", "#3a1b10", "#c4512d", "#7c2b20", "#e79a3f"),
    Palette("#3b2a1e", "#f6ead6", "#c98b4b", "#e6cfa0", "#76523a"),
)

Picture = Callable[[Random, Palette, int], Iterator[str]]


def _n(value: float) -> str:
    """A number as SVG wants it, whatever the reader's language: one decimal, no trailing zero."""
    return f"{value:.1f}".removesuffix(".0")


def _circle(x: float, y: float, r: float, fill: str) -> str:
    return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(r)}" fill="{fill}"/>'


def _rect(x: float, y: float, width: float, height: float, fill: str) -> str:
    return f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" fill="{fill}"/>'


def _path(points: str, fill: str) -> str:
    return f'<path d="{points}" fill="{fill}"/>'


# Each picture fills WIDTH by `h` units; the type stands on the plain ground beside it.


def _horizon(random: Random, p: Palette, h: int) -> Iterator[str]:
    yield _rect(0, 0, WIDTH, h, p.third)
    yield _circle(random.randint(50, 150), h * random.uniform(0.3, 0.55), random.randint(34, 58), p.first)
    crest = h * random.uniform(0.58, 0.68)
    sway = random.choice((-18, 18))
    yield _path(
        f"M0 {_n(crest)}C60 {_n(crest - sway)} 130 {_n(crest + sway)} 200 {_n(crest)}V{h}H0Z", p.second
    )
    low = crest + h * 0.17
    yield _path(f"M0 {_n(low)}C70 {_n(low + sway)} 140 {_n(low - sway)} 200 {_n(low)}V{h}H0Z", p.ground)


def _beam(random: Random, p: Palette, h: int) -> Iterator[str]:
    left = random.random() < 0.5
    x, far = (26, WIDTH) if left else (WIDTH - 26, 0)
    y = h * random.uniform(0.3, 0.6)
    spread = random.randint(54, 80)
    yield _rect(0, 0, WIDTH, h, p.second)
    yield _path(f"M{x} {_n(y)}L{far} {_n(y - spread)}V{_n(y + spread)}Z", p.first)
    yield _circle(x, y, 17, p.ground)
    yield _circle(x, y, 7, p.first)


def _arcs(random: Random, p: Palette, h: int) -> Iterator[str]:
    yield _rect(0, 0, WIDTH, h, p.second)
    x = random.choice((0, WIDTH / 2, WIDTH))
    for step, fill in enumerate((p.third, p.first, p.ground, p.third, p.first)):
        yield _circle(x, h, 178 - 36 * step, fill)


def _folds(random: Random, p: Palette, h: int) -> Iterator[str]:
    yield _rect(0, 0, WIDTH, h, p.first)
    x, fills = 0.0, (p.second, p.first, p.third)
    step = 0
    while x < WIDTH:
        width = random.uniform(8, 30)
        yield _rect(x, 0, width, h, fills[step % 3])
        x, step = x + width, step + 1
    yield _path(f"M0 {h}V{_n(h * 0.7)}Q100 {_n(h * 1.02)} 200 {_n(h * 0.7)}V{h}Z", p.ground)


def _halftone(random: Random, p: Palette, h: int) -> Iterator[str]:
    yield _rect(0, 0, WIDTH, h, p.first)
    down = random.random() < 0.5
    rows = max(4, round(h / 22))
    for row in range(rows):
        share = (row + 1) / rows if down else (rows - row) / rows
        for column in range(9 + row % 2):
            x = column * 25 - (0 if row % 2 == 0 else 12.5)
            yield _circle(x, (row + 0.5) * h / rows, 2.5 + 11.5 * share, p.second)


def _windows(random: Random, p: Palette, h: int) -> Iterator[str]:
    yield _rect(0, 0, WIDTH, h, p.second)
    lit = random.randrange(12)
    width, height = 34, (h - 50) / 3
    for index in range(12):
        column, row = index % 4, index // 4
        fill = p.first if index == lit else p.third
        yield _rect(16 + column * 44, 16 + row * (height + 9), width, height, fill)


def _lenses(random: Random, p: Palette, h: int) -> Iterator[str]:
    yield _rect(0, 0, WIDTH, h, p.third)
    r = min(72, h * 0.38)
    y, shift = h / 2, random.randint(30, 44)
    yield _circle(100 - shift, y, r, p.first)
    yield _circle(100 + shift, y, r, p.second)
    half = (r * r - shift * shift) ** 0.5
    yield _path(
        f"M100 {_n(y - half)}A{_n(r)} {_n(r)} 0 0 1 100 {_n(y + half)}A{_n(r)} {_n(r)} 0 0 1 100 {_n(y - half)}Z",
        p.ground,
    )


def _stairs(random: Random, p: Palette, h: int) -> Iterator[str]:
    yield _rect(0, 0, WIDTH, h, p.first)
    yield _circle(52, h * 0.3, random.randint(20, 32), p.second)
    steps = random.choice((5, 6, 8))
    for step in range(steps):
        x, top = step * WIDTH / steps, h - (step + 1) * h * 0.82 / steps
        yield _rect(x, top, WIDTH / steps + 0.5, h - top, p.ground if step % 2 else p.third)


def _slant(random: Random, p: Palette, h: int) -> Iterator[str]:
    cut = random.randint(30, 80)
    yield _rect(0, 0, WIDTH, h, p.second)
    yield _path(f"M0 0H200V{_n(h * 0.34)}L0 {_n(h * 0.86)}Z", p.first)
    yield _path(f"M{cut} 0H{cut + 38}L{cut - 20} {h}H{cut - 58}Z", p.third)


def _paths(random: Random, p: Palette, h: int) -> Iterator[str]:
    yield _rect(0, 0, WIDTH, h, p.third)
    vanishing, horizon = random.randint(60, 140), h * 0.36
    yield _rect(0, horizon, WIDTH, h - horizon, p.second)
    yield _path(f"M{vanishing} {_n(horizon)}L170 {h}H30Z", p.ground)
    yield _path(f"M{vanishing} {_n(horizon)}L106 {h}H94Z", p.first)
    yield _circle(vanishing, horizon - 22, 15, p.first)


def _tiles(random: Random, p: Palette, h: int) -> Iterator[str]:
    yield _rect(0, 0, WIDTH, h, p.second)
    columns = random.choice((3, 4))
    side = WIDTH / columns
    # The four corners a quarter of a disc may sit in: where it starts, which way it turns.
    for row in range(-(-h // int(side))):
        for column in range(columns):
            x, y = column * side, row * side
            fill = random.choice((p.first, p.third, p.first, p.ground))
            right, low = random.random() < 0.5, random.random() < 0.5
            corner = (x + side if right else x, y + side if low else y)
            ends = (x if right else x + side, y if low else y + side)
            sweep = int(right == low)
            yield _path(
                f"M{_n(corner[0])} {_n(corner[1])}H{_n(ends[0])}"
                f"A{_n(side)} {_n(side)} 0 0 {sweep} {_n(corner[0])} {_n(ends[1])}Z",
                fill,
            )


def _waves(random: Random, p: Palette, h: int) -> Iterator[str]:
    yield _rect(0, 0, WIDTH, h, p.first)
    yield _circle(random.choice((48, 152)), h * 0.26, 26, p.second)
    fills = (p.third, p.second, p.ground)
    for step in range(3):
        y, reach = h * (0.44 + step * 0.19), random.choice((25, 33.3, 50))
        wave = f"M0 {_n(y)}" + f"q{_n(reach / 2)} -15 {_n(reach)} 0t{_n(reach)} 0" * round(
            WIDTH / reach / 2 + 0.5
        )
        yield _path(f"{wave}V{h}H0Z", fills[step])


def _roofs(random: Random, p: Palette, h: int) -> Iterator[str]:
    yield _rect(0, 0, WIDTH, h, p.second)
    yield _circle(random.randint(60, 150), h * 0.34, 30, p.first)
    for fill, low in ((p.third, 0.3), (p.ground, 0.62)):
        x = 0.0
        while x < WIDTH:
            width, top = random.uniform(18, 42), h * random.uniform(low, low + 0.3)
            yield _rect(x, top, width + 0.5, h - top, fill)
            x += width


def _phases(random: Random, p: Palette, h: int) -> Iterator[str]:
    yield _rect(0, 0, WIDTH, h, p.third)
    number = random.choice((3, 4))
    r = WIDTH / number / 2 - 7
    rows = max(1, int(h // (2 * r + 14)))
    for row in range(rows):
        for column in range(number):
            x, y = (column + 0.5) * WIDTH / number, (row + 0.5) * h / rows
            shift = (column - (number - 1) / 2 + row) * r * 0.9
            yield _circle(x, y, r, p.first)
            if abs(shift) < 2 * r:
                # A second disc over the first, cut to it, makes the crescent.
                half = (r * r - shift * shift / 4) ** 0.5
                large, sweep = (0, 1) if shift < 0 else (0, 0)
                middle = x + shift / 2
                yield _path(
                    f"M{_n(middle)} {_n(y - half)}A{_n(r)} {_n(r)} 0 {large} {sweep} {_n(middle)} {_n(y + half)}"
                    f"A{_n(r)} {_n(r)} 0 {large} {sweep} {_n(middle)} {_n(y - half)}Z",
                    p.second,
                )


_PICTURES: Final[tuple[Picture, ...]] = (
    _horizon,
    _beam,
    _arcs,
    _folds,
    _halftone,
    _windows,
    _lenses,
    _stairs,
    _slant,
    _paths,
    _tiles,
    _waves,
    _roofs,
    _phases,
)


@lru_cache(maxsize=4096)
def poster_svg(*, key: int, name: str, year: int | None, size: str = "card") -> SafeString:
    """Draw the poster of the title with this key; `size` is ``page``, ``card`` or ``thumb``.

    A thumb has no type: at that size it would be dust. The SVG is hidden from assistive technology because
    the name always stands beside it.
    """
    # Not for secrets: the same key must give the same poster on every machine and Python.
    random = Random(crc32(f"poster {key}".encode()))  # noqa: S311
    # Golden steps spread any regular row of keys over all pictures and palettes: titles that came in one
    # after another hardly ever look alike.
    picture = _PICTURES[int(key * _GOLDEN % 1 * len(_PICTURES))]
    palette = _PALETTES[int(key * _SILVER % 1 * len(_PALETTES))]
    above = random.random() < 0.68
    if size == "thumb":
        body = "".join(picture(random, palette, WIDTH))
        return _svg(size, WIDTH, WIDTH, body)

    lines, letters = set_lines(name)
    leading = letters * 1.12
    # Ascender, lines, and the year on a line of its own.
    block = round(len(lines) * leading + 52)
    picture_height = HEIGHT - block
    art = "".join(picture(random, palette, picture_height))
    top = picture_height if above else 0
    body = (
        f'<g transform="translate(0 {0 if above else block})">{art}</g>'
        # One unit over the picture's edge: else a hairline shows where both have the same colour.
        f"{_rect(0, top - above, WIDTH, block + 1, palette.ground)}"
        f"{_type(lines, letters, leading, top, year, palette)}"
    )
    return _svg(size, WIDTH, HEIGHT, body)


def _svg(size: str, width: int, height: int, body: str) -> SafeString:
    return mark_safe(  # noqa: S308 - the parts are numbers and colours of ours, and names escaped in _type
        f'<svg class="poster poster-{escape(size)}" viewBox="0 0 {width} {height}" '
        f'aria-hidden="true" focusable="false">{body}</svg>'
    )


def _type(
    lines: list[str], letters: float, leading: float, top: float, year: int | None, palette: Palette
) -> str:
    # In a right-to-left line "start" is its right end.
    right_to_left = _is_right_to_left("".join(lines))
    x = WIDTH - _MARGIN if right_to_left else _MARGIN
    # Said in both cases: the page around it may run the other way.
    side = "rtl" if right_to_left else "ltr"
    baseline = top + 13 + letters * 0.86
    spans = "".join(
        f'<text x="{x}" y="{_n(baseline + index * leading)}" font-size="{_n(letters)}" '
        f'fill="{palette.ink}" direction="{side}">{escape(line)}</text>'
        for index, line in enumerate(lines)
    )
    foot = baseline + (len(lines) - 1) * leading + 14
    rule = f'<rect x="{x - 22 if right_to_left else x}" y="{_n(foot)}" width="22" height="1.5" fill="{palette.ink}"/>'
    if year is None:
        return spans + rule
    anchor = "end" if right_to_left else "start"
    return (
        f'{spans}{rule}<text class="poster-small" x="{x}" y="{_n(foot + 16)}" font-size="11.5" '
        f'fill="{palette.ink}" direction="ltr" text-anchor="{anchor}">{year}</text>'
    )


def set_lines(name: str, *, measure: float = _MEASURE) -> tuple[list[str], float]:
    """Break a name into lines that fit the measure: the lines, and the size of the letters in units.

    The largest size at which it needs no more lines than look well wins; a name that is too long at the
    smallest size is cut with an ellipsis.
    """
    words = _words(" ".join(name.split()) or "–")
    for size in _SIZES:
        # Big type wants few lines; from middle sizes on the block may be taller.
        most = 3 if size >= 28 else 4 if size >= 19 else _MOST_LINES
        lines = _break(words, measure / size, may_split=size <= 17)
        if lines is not None and len(lines) <= most:
            return lines, size
    lines = _break(words, measure / _SIZES[-1], may_split=True) or ["–"]
    kept = lines[:_MOST_LINES]
    if len(lines) > _MOST_LINES:
        last = kept[-1]
        while last and _ems(last + "…") > measure / _SIZES[-1]:
            last = last[:-1]
        kept[-1] = last.rstrip() + "…"
    return kept, _SIZES[-1]


def _words(name: str) -> list[str]:
    """Words and, in scripts without spaces, single characters: the places where a line may end.

    Korean is as wide as Chinese and Japanese but is written with spaces.
    """
    words: list[str] = []
    for word in name.split(" "):
        if any(_is_wide(char) and not "\uac00" <= char <= "\ud7a3" for char in word):
            words.extend(word)
            words.append(" ")
        else:
            words.extend((word, " "))
    return words[:-1]


def _break(words: list[str], measure: float, *, may_split: bool) -> list[str] | None:
    """Fill lines of `measure` ems greedily; None when a word does not fit and may not be split."""
    lines: list[str] = []
    line = ""
    for word in words:
        while _ems(word) > measure:
            if not may_split:
                return None
            head = word
            while _ems(head + "-") > measure:
                head = head[:-1]
            if line.strip():
                lines.append(line.strip())
                line = ""
            lines.append(head + "-")
            word = word[len(head) :]
        if _ems((line + word).strip()) > measure:
            lines.append(line.strip())
            line = ""
        line += word
    if line.strip():
        lines.append(line.strip())
    return [line for line in lines if line]


def _ems(text: str) -> float:
    """Width of a line of semibold serif in ems, rounded up so that any reader's fallback face fits too."""
    return sum(_em(char) for char in text)


def _em(char: str) -> float:
    if unicodedata.combining(char):
        return 0
    if _is_wide(char):
        return 1.02
    if char in "iljtfr.,:;'’!|()-[] ":
        return 0.36
    if char in "mwMW@%—":
        return 0.98
    if char.isupper():
        return 0.76
    return 0.58


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


def _is_right_to_left(text: str) -> bool:
    for char in text:
        if (kind := unicodedata.bidirectional(char)) in ("R", "AL", "L"):
            return kind != "L"
    return False
