"""Picture files for tests, good ones and hand-made ones."""

import struct
import zlib
from io import BytesIO

from PIL import Image

RED = (200, 30, 30)


def picture(kind: str = "JPEG", size: tuple[int, int] = (600, 900), mode: str = "RGB", **options) -> BytesIO:
    """A picture of one colour as a file of this kind; other options are Pillow's for saving it."""
    out = BytesIO()
    Image.new(mode, size, options.pop("colour", RED if mode == "RGB" else None)).save(out, kind, **options)
    return out


def opened(data: bytes) -> Image.Image:
    found = Image.open(BytesIO(data))
    found.load()
    return found


def chunk(kind: bytes, data: bytes) -> bytes:
    """A part of a PNG file."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*chunks: bytes) -> BytesIO:
    return BytesIO(b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + chunk(b"IEND", b""))


def head(width: int, height: int, *, bits: int = 8, colours: int = 2) -> bytes:
    """The head of a PNG file; `colours` 0 is grey, 2 is RGB."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colours, 0, 0, 0))


def png_claiming(width: int, height: int) -> BytesIO:
    """A few bytes that say they are a picture of this size."""
    return png(head(width, height), chunk(b"IDAT", zlib.compress(b"\x00" * 100)))


def png_bomb(side: int) -> BytesIO:
    """A whole black picture of so many pixels a side, in as few bytes as can be."""
    packed = zlib.compressobj(9)
    row = bytes(1 + side // 8)
    data = b"".join(packed.compress(row) for _ in range(side)) + packed.flush()
    return png(head(side, side, bits=1, colours=0), chunk(b"IDAT", data))


def moving(kind: str, frames: int, size: tuple[int, int] = (120, 120)) -> BytesIO:
    """A GIF, WebP or PNG of so many frames, repeated by hand: Pillow would take minutes over thousands."""
    two = [Image.new("RGB", size, colour) for colour in (RED, (0, 0, 255))]
    out = BytesIO()
    two[0].save(out, kind, save_all=True, append_images=two[1:], duration=20)
    data = out.getvalue()
    match kind:
        case "GIF":
            last = data.rindex(b"!\xf9\x04")
            return BytesIO(data[:-1] + data[last:-1] * (frames - 2) + b";")
        case "WEBP":
            last = data.rindex(b"ANMF")
            body = data[8:] + data[last:] * (frames - 2)
            return BytesIO(b"RIFF" + struct.pack("<I", len(body)) + body)
        case _:
            control = struct.pack(">IIIIHHBB", *size, 0, 0, 1, 50, 0, 0)
            row = zlib.compress(bytes(size[1] * (1 + 3 * size[0])))
            parts = [head(*size), chunk(b"acTL", struct.pack(">II", frames, 0))]
            parts += [chunk(b"fcTL", struct.pack(">I", 0) + control), chunk(b"IDAT", row)]
            for number in range(1, 2 * frames - 1, 2):
                parts.append(chunk(b"fcTL", struct.pack(">I", number) + control))
                parts.append(chunk(b"fdAT", struct.pack(">I", number + 1) + row))
            return png(*parts)
