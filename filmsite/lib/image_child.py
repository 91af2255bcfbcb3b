"""Opens one picture that somebody sent, in a process of its own: `python -I image_child.py` (`filmsite.lib.images`).

A decoder that is fed a crafted file may crash, loop, eat memory or do what the file wants. It happens here, where there
is nothing to gain: no settings, no environment, no way to open a file, a socket or a process, and an end to memory and
time. Standard library and Pillow only: nothing of the site is imported.

The question on standard input and the answer on standard output have one form: the length of a JSON object in four
bytes, the object, and bytes. In: what is asked (`Job` in `filmsite.lib.images`) and the file. Out: `{"made": [[width,
height, bytes], …]}` and the WebP files one after the other, or `{"refused": why}`.
"""

import copy  # noqa: F401  (as below)
import json
import resource
import signal
import struct
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from io import BytesIO
from typing import Any, NoReturn

# Every module that Pillow may ask for later: once confined, this process can open no file any more.
from PIL import (  # noqa: F401
    GifImagePlugin,
    Image,
    ImageCms,
    ImageColor,
    ImageFile,
    ImageOps,
    ImagePalette,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

Image.preinit()

_LENGTH = struct.Struct(">I")
# A JPEG is unpacked at a half, a quarter or an eighth where that still leaves this many times the widest square.
_SPARE = 2


class Refused(Exception):
    """The picture is not wanted; the message is the key of the reason."""


def confine(*, memory: int, cpu_seconds: int, seconds: int) -> None:
    """Give up, for good, all that opening a picture does not need. `memory` in bytes of address space."""
    # Nobody catches the signal, so it ends this process, even one whose parent is gone.
    signal.setitimer(signal.ITIMER_REAL, seconds)
    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),  # does not bind root, who should not run a site
        (resource.RLIMIT_NOFILE, 3),  # the three that are open
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_AS, memory),
    ):
        resource.setrlimit(kind, (most, most))


def main() -> None:
    question = sys.stdin.buffer.read()
    (length,) = _LENGTH.unpack_from(question)
    job = json.loads(question[_LENGTH.size : _LENGTH.size + length])
    file = BytesIO(question[_LENGTH.size + length :])
    del question
    confine(memory=job["memory"], cpu_seconds=job["cpu_seconds"], seconds=job["seconds"])
    try:
        made = list(_renditions(_opened(file, job), job))
    except Refused as refusal:
        _answer({"refused": str(refusal)})
    except MemoryError:
        _answer({"refused": "memory"})
    except Exception:  # what a decoder raises for a broken file has no end; all of it means this
        _answer({"refused": "damaged"})
    else:
        sizes = [(width, height, len(data)) for width, height, data in made]
        _answer({"made": sizes}, *(data for _, _, data in made))


def _answer(said: dict[str, Any], *files: bytes) -> None:
    words = json.dumps(said).encode()
    for part in (_LENGTH.pack(len(words)), words, *files):
        sys.stdout.buffer.write(part)
    sys.stdout.buffer.flush()


def _opened(file: BytesIO, job: dict[str, Any]) -> Image.Image:
    """The picture with its pixels still packed, judged by its head."""
    Image.MAX_IMAGE_PIXELS = None  # ours is said below, and tighter
    try:
        picture = Image.open(file, formats=job["formats"])
    except Exception:
        _refuse("unknown")
    width, height = picture.size
    if width * height > job["most_pixels"]:
        _refuse("pixels")
    if max(width, height) > job["most_ratio"] * min(width, height):
        _refuse("ratio")
    # A telephone's JPEG may hold a second picture beside the first; it does not move for that.
    if not job["may_move"] and picture.format != "MPO" and getattr(picture, "n_frames", 1) > 1:
        _refuse("moves")
    return picture


def _refuse(why: str) -> NoReturn:
    raise Refused(why) from None


def _renditions(picture: Image.Image, job: dict[str, Any]) -> Iterator[tuple[int, int, bytes]]:
    """The picture in each width, or as a square of each width from its middle; never larger than it is."""
    widths: Sequence[int] = job["widths"]
    if job["square"]:
        picture.draft(None, (_SPARE * max(widths),) * 2)
    picture = _upright(picture)  # the first to unpack the pixels
    if job["square"]:
        side = min(picture.size)
        left, top = (picture.width - side) // 2, (picture.height - side) // 2
        picture = picture.crop((left, top, left + side, top + side))
    if picture.width < job["least"]:
        _refuse("narrow")
    for width in sorted({min(width, picture.width) for width in widths}):
        height = max(1, round(picture.height * width / picture.width))
        out = BytesIO()
        picture.resize((width, height), Image.Resampling.LANCZOS).save(
            out, "WEBP", quality=job["quality"], method=4
        )
        yield width, height, out.getvalue()


def _upright(picture: Image.Image) -> Image.Image:
    """The picture as it is meant to be seen: turned as the camera was, in sRGB, on white where it was transparent."""
    profile = picture.info.get("icc_profile")
    picture.load()
    with suppress(Exception):  # what a camera wrote about a picture may be broken, and the picture whole
        picture = ImageOps.exif_transpose(picture)
    if picture.mode.startswith("I"):  # sixteen bits a pixel, of which a screen shows eight
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    if profile and picture.mode in ("RGB", "CMYK"):
        picture = _in_srgb(picture, profile)
    if picture.has_transparency_data:
        opaque = Image.new("RGBA", picture.size, "white")
        opaque.alpha_composite(picture.convert("RGBA"))
        picture = opaque
    return picture.convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    try:
        converted = ImageCms.profileToProfile(
            picture,
            ImageCms.ImageCmsProfile(BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )
    except Exception:  # a profile that nobody can read says nothing about the colours
        return picture
    return converted or picture


if __name__ == "__main__":
    main()
