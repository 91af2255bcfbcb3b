"""Files made to harm: bombs, files that are two things, crafted damage, and a child that misbehaves itself."""

import random
import resource
import signal
import subprocess
from io import BytesIO
from pathlib import Path
from threading import BoundedSemaphore
from time import monotonic

import pytest
from PIL import Image

from filmsite.lib import images
from filmsite.lib.confined import NoAnswer, ask_confined
from filmsite.lib.images import BadImage, renditions, squares
from tests.lib.pictures import moving, opened, picture, png_bomb, png_claiming

AVATAR = (48, 96, 256)


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enough to start and to look at a head; not for 30 million pixels."""
    monkeypatch.setattr(images, "MAX_MEMORY", 100_000_000)


def seconds_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


# --- Bombs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", [12_000, 60_000])
def test_a_bomb_is_refused_by_its_head_before_its_pixels_are_unpacked(side: int, little_memory: None) -> None:
    """Had it been unpacked, there would not have been the memory for it, and the reason would be another."""
    bomb = png_bomb(side) if side < 20_000 else png_claiming(side, side)
    assert len(bomb.getvalue()) < 25_000
    for make in (renditions, lambda file, widths: squares(file, widths, least=96)):
        with pytest.raises(BadImage, match="more than 40 million pixels"):
            make(bomb, AVATAR)


def test_what_needs_more_memory_than_there_is_for_it_is_refused_in_words(little_memory: None) -> None:
    with pytest.raises(BadImage, match="too large to be opened"):
        renditions(png_bomb(6_000), (160,))


def test_the_largest_picture_that_is_allowed_fits_into_the_memory() -> None:
    """Turned, see-through and of 40 million pixels: nothing takes more."""
    exif = Image.Exif()
    exif[0x0112] = 6
    file = picture("PNG", size=(8_000, 5_000), mode="RGBA", colour=(1, 2, 3, 4), exif=exif, compress_level=1)
    assert [one.height for one in renditions(file, (160,))] == [256]


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_ten_thousand_frames_cost_no_more_than_one(kind: str) -> None:
    file = moving(kind, 10_000)
    before = seconds_of_children()
    assert squares(file, AVATAR, least=96)
    # A fifth of a second on a quiet machine; opening them all would take longer than the child may.
    assert seconds_of_children() - before < 3


@pytest.mark.parametrize("kind", ["WEBP", "PNG"])
def test_ten_thousand_frames_are_no_picture_of_the_catalogue(kind: str) -> None:
    with pytest.raises(BadImage, match="moves"):
        renditions(moving(kind, 10_000), (96,))


# --- Files that are something else, or two things --------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        b"\x89PNG\r\n\x1a\n",
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 900 900\n%%EndComments\nshowpage\n",
        b"<!doctype html><script>alert(1)</script>",
        b"GIF89a/*" + b"\x00" * 40 + b"*/=alert(1)//",
        b"BM" + bytes(200),
        b"PK\x03\x04" + bytes(200),
        bytes(3_000),
    ],
    ids=["nothing", "zero", "half", "svg", "eps", "html", "gif-script", "bmp", "zip", "zeros"],
)
def test_what_only_says_that_it_is_a_picture_is_refused(data: bytes) -> None:
    for make in (renditions, lambda file, widths: squares(file, widths, least=96)):
        with pytest.raises(BadImage):
            make(BytesIO(data), AVATAR)


@pytest.mark.parametrize(
    ("kind", "tail"),
    [
        ("GIF", b"/*<script>alert(document.domain)</script>*/"),
        ("JPEG", b"<html><body onload=alert(1)>"),
        ("JPEG", b"PK\x05\x06" + bytes(18)),
        ("PNG", b"<?php system($_GET[0]); ?>"),
        ("WEBP", b"%PDF-1.7 /JavaScript"),
    ],
)
def test_nothing_of_a_second_file_reaches_what_is_kept(kind: str, tail: bytes) -> None:
    whole = picture(kind).getvalue() + tail
    for one in squares(BytesIO(whole), AVATAR, least=96):
        assert tail not in one.data
        assert opened(one.data).size == (one.width, one.height)


def test_nothing_that_a_camera_or_an_editor_wrote_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010F] = "SECRET CAMERA"
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (52.0, 22.0, 11.5)
    for file in (
        picture(
            "JPEG", exif=exif, comment=b"SECRET NOTE", icc_profile=b"SECRET PROFILE", xmp=b"<x>SECRET</x>"
        ),
        picture("WEBP", exif=exif, xmp=b"<x>SECRET</x>", icc_profile=b"SECRET PROFILE"),
        picture("GIF", comment=b"SECRET NOTE"),
    ):
        assert b"SECRET" in file.getvalue()
        for one in squares(file, AVATAR, least=96):
            assert b"SECRET" not in one.data
            found = opened(one.data)
            assert (dict(found.getexif()), found.info.get("icc_profile"), found.info.get("xmp")) == (
                {},
                None,
                None,
            )
            # A simple WebP file: pixels, and no room for anything else.
            assert one.data[12:16] == b"VP8 "


# --- Damage ------------------------------------------------------------------------------------------------------------


def mutations(number: int, seed: int) -> list[bytes]:
    """Good files of every kind with bytes flipped, cut out, doubled, or lengths made absurd."""
    chance = random.Random(seed)
    size = (120, 110)
    noise = Image.frombytes("RGB", size, chance.randbytes(3 * size[0] * size[1]))
    exif = Image.Exif()
    exif[0x0112] = 6
    good = []
    for kind, options in (
        ("JPEG", {"exif": exif, "progressive": True}),
        ("JPEG", {"icc_profile": bytes(200)}),
        ("PNG", {"exif": exif}),
        ("WEBP", {"lossless": True}),
        ("WEBP", {"exif": exif}),
        ("GIF", {}),
    ):
        out = BytesIO()
        noise.save(out, kind, **options)
        good.append(out.getvalue())
    good += [moving(kind, 3).getvalue() for kind in ("GIF", "WEBP", "PNG")]
    made = []
    for _ in range(number):
        data = bytearray(chance.choice(good))
        for _ in range(chance.choice((1, 1, 2, 8))):
            # Most of what a file says about itself stands at its beginning.
            place = chance.randrange(len(data) if chance.random() < 0.5 else min(len(data), 200))
            match chance.randrange(4):
                case 0:
                    data[place] ^= 1 << chance.randrange(8)
                case 1:
                    data[place : place + 4] = chance.choice(
                        (b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x7f\xff\xff\xff")
                    )
                case 2:
                    del data[place : place + chance.randrange(1, 40)]
                case _:
                    data[place:place] = data[place : place + chance.randrange(1, 40)]
        made.append(bytes(data))
    return made


def test_damaged_files_are_refused_or_drawn_and_nothing_else() -> None:
    outcomes = set()
    for data in mutations(80, seed=20):
        try:
            outcomes.add(len(squares(BytesIO(data), AVATAR, least=96)))
        except BadImage as refusal:
            outcomes.add(str(refusal))
    assert len(outcomes) > 2  # some could be drawn, some not, for more than one reason


# --- A child that misbehaves ---------------------------------------------------------------------------------------------

CHILDREN = {
    "it crashes": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "it aborts": "import os; os.abort()",
    "it raises": "1 / 0",
    "it hangs": "while True: pass",
    "it never reads": "import time; time.sleep(60)",
    "it closes its mouth and stays": "import os, time; os.close(1); os.close(0); time.sleep(60)",
    "it talks without end": "import sys\nwhile True: sys.stdout.buffer.write(bytes(65536))",
    "it says nothing": "",
    "it says less than a length": "print('ab', end='')",
    "it says no JSON": "import sys; sys.stdout.buffer.write(b'\\0\\0\\0\\3abc')",
    "it says JSON of another kind": "import sys; sys.stdout.buffer.write(b'\\0\\0\\0\\2[]')",
    "it makes nothing": "import sys; s = b'{\"made\": []}'; sys.stdout.buffer.write(bytes([0, 0, 0, len(s)]) + s)",
    "it makes no WebP": (
        "import sys; s = b'{\"made\": [[9, 9, 6]]}'; sys.stdout.buffer.write(bytes([0, 0, 0, len(s)]) + s + b'<html>')"
    ),
    "it says more than it counted": (
        'import sys; s = b\'{"refused": "unknown"\'; sys.stdout.buffer.write(bytes([0, 0, 0, 200]) + s)'
    ),
}


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A script in the place of the one that opens pictures, with two seconds to answer."""
    script = tmp_path / "child.py"
    monkeypatch.setattr(images, "_CHILD", script)
    monkeypatch.setattr(images, "MAX_SECONDS", 1.5)
    monkeypatch.setattr(images, "_MOST_ANSWERED", 1_000_000)
    return script


@pytest.fixture
def started_processes(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen]:
    started = []

    class Noted(subprocess.Popen):
        def __init__(self, *args, **options) -> None:
            super().__init__(*args, **options)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    return started


@pytest.mark.parametrize("what", CHILDREN)
def test_whatever_the_child_does_its_parent_answers_in_words_and_in_time(
    child: Path, started_processes: list[subprocess.Popen], what: str
) -> None:
    child.write_text(CHILDREN[what])
    started = monotonic()
    with pytest.raises(BadImage, match="cannot be opened"):
        renditions(picture(), (160,))
    assert monotonic() - started < 30
    assert [process.poll() is None for process in started_processes] == [False]


def test_a_child_that_waits_its_turn_too_long_is_not_started(
    child: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = BoundedSemaphore(1)
    turns.acquire()
    monkeypatch.setattr(images, "_turns", turns)
    monkeypatch.setattr(images, "MAX_SECONDS", 0.1)
    with pytest.raises(BadImage, match="Many pictures"):
        renditions(picture(), (160,))


def test_turns_are_given_back_after_children_that_died(child: Path) -> None:
    child.write_text("1 / 0")
    for _ in range(images.AT_A_TIME + 1):
        with pytest.raises(BadImage, match="cannot be opened"):
            renditions(picture(), (160,))


PRISONER = f"""
import errno, os, resource, runpy, signal, socket, sys
child = runpy.run_path({str(images._CHILD)!r})
child["confine"](memory=200_000_000, cpu_seconds=1, seconds=5)
tried = []
for act in (
    lambda: open("/etc/passwd"),
    lambda: open("/tmp/never", "w"),
    lambda: socket.socket(),
    lambda: os.pipe(),
    lambda: os.listdir("/"),
    lambda: bytearray(300_000_000),
    lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9)) if os.getuid() else 1 / 0,
    lambda: os.environ["PATH"],
):
    try:
        act()
        tried.append("did it")
    except Exception as error:
        tried.append(type(error).__name__)
print(tried)
"""


def test_the_child_can_open_nothing_reach_nobody_and_knows_nothing(tmp_path: Path) -> None:
    script = tmp_path / "prisoner.py"
    script.write_text(PRISONER)
    said = ask_confined(script, b"", seconds=10, most=1_000).decode()
    assert "did it" not in said
    assert said.count("OSError") == 5
    assert "MemoryError" in said
    assert "KeyError" in said


@pytest.mark.parametrize(
    ("act", "seconds", "ending"),
    [("while True: pass", 30, -signal.SIGXCPU), ("import time; time.sleep(60)", 2, -signal.SIGALRM)],
)
def test_the_child_ends_by_itself_when_its_parent_is_gone(
    tmp_path: Path, act: str, seconds: int, ending: int
) -> None:
    script = tmp_path / "orphan.py"
    confine = f"import runpy; runpy.run_path({str(images._CHILD)!r})['confine']"
    script.write_text(f"{confine}(memory=200_000_000, cpu_seconds=1, seconds={seconds})\n{act}\n")
    with pytest.raises(NoAnswer, match=f"ended with ({ending}|{-signal.SIGKILL})$"):
        ask_confined(script, b"", seconds=40, most=10)
