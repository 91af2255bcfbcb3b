"""Pictures for some members of the demo: drawn here, so that they are ours and nobody's face."""

import random
from collections.abc import Callable
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw

from accounts.pictures import WIDTHS
from accounts.services.pictures import set_picture
from filmsite.demo.community import Persona
from filmsite.lib.images import QUALITY, Rendition

# Drawn larger and made smaller: smooth edges.
_SIDE: Final = 768
_PAPER: Final = ("#f2e6d0", "#dfe8e2", "#e9dfe8", "#d9e4ee", "#f4ddcf")
_INK: Final = ("#8c1c2c", "#1d4a66", "#2d6a3c", "#54449a", "#7a5a00", "#22223a", "#a2461a", "#1d6a66")

_Draw = Callable[[ImageDraw.ImageDraw, random.Random, list[str]], None]


def load_pictures(personas: dict[str, Persona]) -> int:
    """Give some members a picture; give how many."""
    for number, name in enumerate(_DRAWN):
        picture = _drawn(name, _MOTIFS[number % len(_MOTIFS)])
        set_picture(member=personas[name].member, made=[_rendition(picture, width) for width in WIDTHS])
    return len(_DRAWN)


def _drawn(name: str, motif: _Draw) -> Image.Image:
    chance = random.Random(name)  # noqa: S311  (the same picture every time)
    picture = Image.new("RGB", (_SIDE, _SIDE), chance.choice(_PAPER))
    motif(ImageDraw.Draw(picture), chance, chance.sample(_INK, 3))
    return picture


def _rendition(picture: Image.Image, width: int) -> Rendition:
    out = BytesIO()
    picture.resize((width, width), Image.Resampling.LANCZOS).save(out, "WEBP", quality=QUALITY)
    return Rendition(width, width, out.getvalue())


def _hills(draw: ImageDraw.ImageDraw, chance: random.Random, inks: list[str]) -> None:
    """A low sun behind two hills."""
    left, top = chance.randint(120, 400), chance.randint(110, 220)
    draw.ellipse((left, top, left + 240, top + 240), fill=inks[0])
    draw.ellipse((-300, 430, 620, 1300), fill=inks[1])
    draw.ellipse((260, 520, 1200, 1400), fill=inks[2])


def _beam(draw: ImageDraw.ImageDraw, chance: random.Random, inks: list[str]) -> None:
    """A projector's light in a dark room."""
    draw.rectangle((0, 0, _SIDE, _SIDE), fill="#22223a")
    lamp = chance.randint(480, 620)
    draw.polygon(((90, lamp), (_SIDE, 80), (_SIDE, 560)), fill="#f4e7b8")
    draw.ellipse((30, lamp - 70, 170, lamp + 70), fill=inks[0])
    draw.rectangle((0, 680, _SIDE, _SIDE), fill=inks[1])


def _reel(draw: ImageDraw.ImageDraw, chance: random.Random, inks: list[str]) -> None:
    """A film reel with its holes."""
    draw.ellipse((84, 84, 684, 684), fill=inks[0])
    paper = chance.choice(_PAPER)
    for left, top in ((304, 130), (480, 304), (304, 478), (130, 304)):
        draw.ellipse((left, top, left + 160, top + 160), fill=paper)
    draw.ellipse((344, 344, 424, 424), fill=paper)


def _window(draw: ImageDraw.ImageDraw, chance: random.Random, inks: list[str]) -> None:
    """A window at night, with somebody awake behind one pane."""
    draw.rectangle((0, 0, _SIDE, _SIDE), fill="#22223a")
    lit = chance.randrange(4)
    for pane, (left, top) in enumerate(((150, 150), (400, 150), (150, 400), (400, 400))):
        draw.rectangle((left, top, left + 218, top + 218), fill="#f4d98a" if pane == lit else inks[0])


def _wave(draw: ImageDraw.ImageDraw, chance: random.Random, inks: list[str]) -> None:
    """Three bands of water below a moon."""
    left = chance.randint(100, 480)
    draw.ellipse((left, 90, left + 180, 270), fill=inks[0])
    for band, ink in enumerate((inks[1], inks[2], inks[1])):
        top = 380 + 130 * band
        for left in range(-100 - 70 * (band % 2), _SIDE, 200):
            draw.pieslice((left, top - 60, left + 200, top + 60), 180, 360, fill=ink)
        draw.rectangle((0, top, _SIDE, top + 130), fill=ink)


_MOTIFS: Final[tuple[_Draw, ...]] = (_hills, _beam, _reel, _window, _wave)
_DRAWN: Final = (
    "alice",
    "old.projectionist",
    "sofie",
    "nachtfilm",
    "claraboia",
    "Vlinderslag",
    "kestrel77",
    "polderkijker",
    "noitada",
    "lamartina",
    "zahra.k",
    "imogen-b",
)
