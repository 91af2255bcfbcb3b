"""Pictures that people send: looked at before they are opened, and kept only as pictures that we wrote ourselves.

What is stored is WebP in a few widths, encoded anew from the pixels: whatever else a file carried (a place, a camera,
a second file behind the first) stays behind. The opening happens in a process that has nothing and may do nothing
(`image_child.py`): a crafted file costs its sender an error message and nobody else anything.
"""

import json
import struct
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import IO, Final

import structlog
from django.utils.translation import gettext as _

from filmsite.lib.confined import NoAnswer, ask_confined

log = structlog.get_logger("filmsite.images")

MAX_BYTES: Final = 15_000_000
# An opened picture takes four bytes a pixel, and turning it or laying it on white as much again.
MAX_PIXELS: Final = 40_000_000
# No poster, still or portrait is longer than this many times its other side.
MAX_RATIO: Final = 4
QUALITY: Final = 82
# What the process that opens a picture may take: address space in bytes, and seconds.
MAX_MEMORY: Final = 1_000_000_000
MAX_CPU_SECONDS: Final = 8
MAX_SECONDS: Final = 15
# Only so many pictures are opened at a time by one web process, since each may take that much memory.
AT_A_TIME: Final = 2
# Renditions are small: more than this is not what was asked for.
_MOST_ANSWERED: Final = 8_000_000
_CHILD: Final = Path(__file__).with_name("image_child.py")
_LENGTH: Final = struct.Struct(">I")

_turns = BoundedSemaphore(AT_A_TIME)


class BadImage(ValueError):
    """The file cannot become a picture of ours; the message says why, to the person who sent it."""


@dataclass(frozen=True)
class Rendition:
    """A picture in one width, in pixels, as a WebP file."""

    width: int
    height: int
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Job:
    """What the child is asked to do with a file. Widths in pixels; `least` is the fewest that a picture may have."""

    formats: Sequence[str]
    widths: Sequence[int]
    least: int
    square: bool
    may_move: bool


def renditions(file: IO[bytes], widths: Sequence[int]) -> list[Rendition]:
    """Give the picture in each of these widths (in pixels), the widest last; never wider than it is.

    A picture narrower than the widest asked for also comes in its own width. Raises BadImage for anything that is
    not a still JPEG, PNG or WebP within the limits above, or is narrower than the narrowest width.
    """
    job = Job(formats=("JPEG", "PNG", "WEBP"), widths=widths, least=min(widths), square=False, may_move=False)
    return _made(file, job)


def squares(file: IO[bytes], widths: Sequence[int], *, least: int) -> list[Rendition]:
    """Give the middle of the picture as a square of each of these widths (in pixels), the widest last.

    Of a picture that moves it is the first frame. Raises BadImage for anything that is not a JPEG, PNG, WebP or GIF
    within the limits above, or has a side of fewer pixels than `least`.
    """
    formats = ("JPEG", "PNG", "WEBP", "GIF")
    return _made(file, Job(formats=formats, widths=widths, least=least, square=True, may_move=True))


def rendition_name(widest: str, width: int) -> str:
    """The name of a rendition beside the widest one: "a/b-500.webp" and 160 give "a/b-160.webp"."""
    return f"{widest.rpartition('-')[0]}-{width}.webp"


def _made(file: IO[bytes], job: Job) -> list[Rendition]:
    """Have the child open the file. Its name and what its sender calls it are never asked."""
    file.seek(0, 2)
    if file.tell() > MAX_BYTES:
        raise BadImage(_("The file is larger than %(number)d MB.") % {"number": MAX_BYTES // 1_000_000})
    file.seek(0)
    limits = {
        "most_pixels": MAX_PIXELS,
        "most_ratio": MAX_RATIO,
        "quality": QUALITY,
        "memory": MAX_MEMORY,
        "cpu_seconds": MAX_CPU_SECONDS,
        # Its own alarm comes after ours, for a child whose parent is gone.
        "seconds": MAX_SECONDS + 5,
    }
    words = json.dumps(asdict(job) | limits).encode()
    question = _LENGTH.pack(len(words)) + words + file.read()
    if not _turns.acquire(timeout=MAX_SECONDS):
        raise BadImage(_("Many pictures are being sent just now. Try again in a minute."))
    try:
        return _read(ask_confined(_CHILD, question, seconds=MAX_SECONDS, most=_MOST_ANSWERED), job)
    except NoAnswer as ending:
        log.warning("a picture could not be opened", bytes=len(question), ending=str(ending))
        raise BadImage(_("The picture cannot be opened: it is damaged, or takes too long.")) from ending
    finally:
        _turns.release()


def _read(answer: bytes, job: Job) -> list[Rendition]:
    """The renditions in the child's answer, which is believed no further than it can be checked."""
    try:
        (length,) = _LENGTH.unpack_from(answer)
        place = _LENGTH.size + length
        said = json.loads(answer[_LENGTH.size : place])
        if (why := said.get("refused")) is not None:
            raise BadImage(_reason(why, job))
        made = []
        for width, height, size in said["made"]:
            data = answer[place : place + size]
            made.append(Rendition(int(width), int(height), data))
            place += size
    except BadImage:
        raise
    except (struct.error, ValueError, TypeError, LookupError, AttributeError) as error:
        raise NoAnswer("what it said makes no sense") from error
    if not made or place != len(answer) or not all(map(_is_webp, made)):
        raise NoAnswer("it said something else than pictures")
    return made


def _is_webp(made: Rendition) -> bool:
    head, length, kind = made.data[:4], made.data[4:8], made.data[8:12]
    return (head, kind) == (b"RIFF", b"WEBP") and int.from_bytes(length, "little") + 8 == len(made.data)


def _reason(why: str, job: Job) -> str:
    """What the sender is told for a key of `image_child.py`."""
    match why:
        case "unknown" if "GIF" in job.formats:
            return _("This is not a JPEG, PNG, WebP or GIF picture, or only a part of one.")
        case "unknown":
            return _("This is not a JPEG, PNG or WebP picture, or only a part of one.")
        case "pixels":
            return _("The picture has more than %(number)d million pixels.") % {
                "number": MAX_PIXELS // 1_000_000
            }
        case "ratio":
            return _("The picture is too long and narrow.")
        case "moves":
            return _("The picture moves; send a still one.")
        case "narrow" if job.square:
            return _("The picture must be at least %(number)d pixels wide and high.") % {"number": job.least}
        case "narrow":
            return _("The picture must be at least %(number)d pixels wide.") % {"number": job.least}
        case "memory":
            return _("The picture is too large to be opened.")
        case _:
            return _("The file is damaged or cut off.")
