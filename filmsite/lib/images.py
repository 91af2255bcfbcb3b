"""Pictures that people send: looked at before they are opened, and kept only as pictures that we wrote ourselves.

What is stored is WebP in a few widths, encoded anew from the pixels: whatever else a file carried (a place, a camera,
a second file behind the first) stays behind.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Final

from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps

MAX_BYTES: Final = 15_000_000
# An opened picture takes three or four bytes a pixel: 40 million of them are some 160 MB for a moment.
MAX_PIXELS: Final = 40_000_000
# No poster, still or portrait is longer than this many times its other side.
MAX_RATIO: Final = 4
QUALITY: Final = 82
_FORMATS: Final = ("JPEG", "PNG", "WEBP")
# What Pillow raises for files that are not what they say they are.
_BROKEN: Final = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    TypeError,
    IndexError,
    KeyError,
    OverflowError,
    struct.error,
)


class BadImage(ValueError):
    """The file cannot become a picture of ours; the message says why, to the person who sent it."""


@dataclass(frozen=True)
class Rendition:
    """A picture in one width, in pixels, as a WebP file."""

    width: int
    height: int
    data: bytes


def renditions(file: IO[bytes], widths: Sequence[int]) -> list[Rendition]:
    """Give the picture in each of these widths (in pixels), the widest last; never wider than it is.

    A picture narrower than the widest asked for also comes in its own width. Raises BadImage for anything that is
    not a still JPEG, PNG or WebP within the limits above, or is narrower than the narrowest width.
    """
    picture = _opened(file)
    try:
        picture = _upright(picture)  # the first to unpack the pixels
    except _BROKEN as error:
        raise BadImage(_("The file is damaged or cut off.")) from error
    if picture.width < min(widths):
        raise BadImage(_("The picture must be at least %(number)d pixels wide.") % {"number": min(widths)})
    made = []
    for width in sorted({min(width, picture.width) for width in widths}):
        height = max(1, round(picture.height * width / picture.width))
        out = BytesIO()
        picture.resize((width, height), Image.Resampling.LANCZOS).save(out, "WEBP", quality=QUALITY, method=4)
        made.append(Rendition(width, height, out.getvalue()))
    return made


def rendition_name(widest: str, width: int) -> str:
    """The name of a rendition beside the widest one: "a/b-500.webp" and 160 give "a/b-160.webp"."""
    return f"{widest.rpartition('-')[0]}-{width}.webp"


def _opened(file: IO[bytes]) -> Image.Image:
    """The picture with its pixels still packed, judged by its head. The name of the file is never asked."""
    file.seek(0, 2)
    if file.tell() > MAX_BYTES:
        raise BadImage(_("The file is larger than %(number)d MB.") % {"number": MAX_BYTES // 1_000_000})
    file.seek(0)
    try:
        picture = Image.open(file, formats=_FORMATS)
        moves = getattr(picture, "n_frames", 1) > 1
    except Image.DecompressionBombError as error:
        raise BadImage(_too_many_pixels()) from error
    except _BROKEN as error:
        raise BadImage(_("This is not a JPEG, PNG or WebP picture, or only a part of one.")) from error
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise BadImage(_too_many_pixels())
    if max(width, height) > MAX_RATIO * min(width, height):
        raise BadImage(_("The picture is too long and narrow."))
    if moves:
        raise BadImage(_("The picture moves; send a still one."))
    return picture


def _too_many_pixels() -> str:
    return _("The picture has more than %(number)d million pixels.") % {"number": MAX_PIXELS // 1_000_000}


def _upright(picture: Image.Image) -> Image.Image:
    """The picture as it is meant to be seen: turned as the camera was, in sRGB, on white where it was transparent."""
    profile = picture.info.get("icc_profile")
    picture = ImageOps.exif_transpose(picture)
    if profile and picture.mode in ("RGB", "CMYK"):
        try:
            srgb = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(
                picture, ImageCms.ImageCmsProfile(BytesIO(profile)), srgb, outputMode="RGB"
            )
            picture = converted or picture
        except (ImageCms.PyCMSError, *_BROKEN):
            pass  # a profile that nobody can read says nothing about the colours
    if picture.has_transparency_data:
        opaque = Image.new("RGBA", picture.size, "white")
        opaque.alpha_composite(picture.convert("RGBA"))
        picture = opaque
    return picture.convert("RGB")
