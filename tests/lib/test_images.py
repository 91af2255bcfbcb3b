"""Pictures that people send: what is kept of good ones, and what is said of bad and hostile ones."""

from io import BytesIO

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from filmsite.lib import images
from filmsite.lib.images import BadImage, rendition_name, renditions, squares
from tests.lib.pictures import RED, opened, picture, png_claiming


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_comes_back_as_webp_in_every_width(kind: str) -> None:
    made = renditions(picture(kind), (160, 320, 500))
    assert [(one.width, one.height) for one in made] == [(160, 240), (320, 480), (500, 750)]
    for one in made:
        found = opened(one.data)
        assert (found.format, found.size, found.mode) == ("WEBP", (one.width, one.height), "RGB")


def test_no_picture_is_made_wider_than_it_is() -> None:
    made = renditions(picture(size=(400, 600)), (160, 320, 500))
    assert [one.width for one in made] == [160, 320, 400]
    assert [one.width for one in renditions(picture(size=(160, 240)), (160, 320))] == [160]


def test_nothing_but_the_pixels_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010F] = "SECRET CAMERA"
    exif.get_ifd(0x8825)[1] = "N"
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "SECRET PLACE")
    for file in (
        picture("JPEG", exif=exif, comment=b"SECRET NOTE"),
        picture("PNG", pnginfo=text),
        picture("WEBP", exif=exif, xmp=b"<x>SECRET</x>"),
    ):
        assert b"SECRET" in file.getvalue()
        data = renditions(file, (160,))[0].data
        assert b"SECRET" not in data
        assert not opened(data).getexif()


def test_a_second_file_behind_the_picture_stays_behind() -> None:
    for tail in (b"<script>alert(1)</script>", b"PK\x03\x04 an archive", b"%PDF-1.7"):
        file = BytesIO(picture().getvalue() + tail)
        assert tail not in renditions(file, (160,))[0].data


def test_a_picture_that_was_taken_sideways_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    made = renditions(picture(size=(900, 600), exif=exif), (160,))[0]
    assert (made.width, made.height) == (160, 240)


def test_what_shines_through_is_white_and_odd_modes_are_fine() -> None:
    clear = renditions(picture("PNG", mode="RGBA", colour=(0, 0, 0, 0)), (160,))[0]
    assert opened(clear.data).getpixel((5, 5)) == (255, 255, 255)
    for kind, mode in (
        ("PNG", "P"),
        ("PNG", "L"),
        ("PNG", "LA"),
        ("PNG", "1"),
        ("PNG", "I;16"),
        ("JPEG", "CMYK"),
    ):
        assert opened(renditions(picture(kind, mode=mode), (160,))[0].data).mode == "RGB", mode


def test_sixteen_bits_a_pixel_become_eight_of_the_same_grey() -> None:
    grey = renditions(picture("PNG", mode="I;16", colour=0x8000), (160,))[0]
    assert all(120 <= value <= 136 for value in opened(grey.data).getpixel((5, 5)))


def test_a_second_picture_in_the_file_of_a_telephone_does_not_make_it_move() -> None:
    file = picture("MPO", save_all=True, append_images=[Image.new("RGB", (60, 90))])
    assert [one.width for one in renditions(file, (160,))] == [160]


def test_a_square_is_the_middle_of_a_picture_and_never_larger_than_it() -> None:
    wide = Image.new("RGB", (900, 300), (0, 0, 255))
    wide.paste(RED, (300, 0, 600, 300))
    file = BytesIO()
    wide.save(file, "PNG")
    made = squares(file, (48, 96, 256), least=96)
    assert [(one.width, one.height) for one in made] == [(48, 48), (96, 96), (256, 256)]
    for corner in ((2, 2), (253, 253)):
        red, _, blue = opened(made[-1].data).getpixel(corner)
        assert red > 150 > 100 > blue
    assert [one.width for one in squares(picture(size=(200, 120)), (48, 96, 256), least=96)] == [48, 96, 120]
    with pytest.raises(BadImage, match="at least 96 pixels wide and high"):
        squares(picture(size=(300, 95)), (48, 96, 256), least=96)


def test_a_square_of_a_picture_that_moves_is_its_first_frame() -> None:
    for kind in ("GIF", "WEBP", "PNG"):
        file = picture(kind, save_all=True, append_images=[Image.new("RGB", (600, 900), (0, 0, 255))])
        red, _, blue = opened(squares(file, (96,), least=96)[0].data).getpixel((40, 40))
        assert red > 150 > 100 > blue, kind


def test_colours_of_another_profile_are_put_right_and_a_broken_profile_is_ignored() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (lab, b"no profile at all"):
        made = renditions(picture("PNG", icc_profile=profile), (160,))[0]
        red, green, _ = opened(made.data).getpixel((5, 5))
        assert red > 180
        assert green < 60


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (BytesIO(b""), "not a JPEG, PNG or WebP"),
        (BytesIO(b"\xff\xd8\xff"), "not a JPEG, PNG or WebP"),
        (BytesIO(b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'), "not a JPEG, PNG or WebP"),
        (BytesIO(b"<html><script>alert(1)</script>"), "not a JPEG, PNG or WebP"),
        (picture("GIF"), "not a JPEG, PNG or WebP"),
        (picture("TIFF"), "not a JPEG, PNG or WebP"),
        (BytesIO(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"), "not a JPEG, PNG or WebP"),
        (BytesIO(picture().getvalue()[:900]), "damaged or cut off"),
        (BytesIO(picture("PNG").getvalue()[:-60]), "damaged or cut off"),
        (BytesIO(picture("WEBP").getvalue()[:-60]), "only a part of one"),
        (png_claiming(600, 900), "damaged or cut off"),
        (png_claiming(50_000, 50_000), "more than 40 million pixels"),
        (png_claiming(9_000, 9_000), "more than 40 million pixels"),
        (png_claiming(2**31 - 1, 2), "more than 40 million pixels"),
        (picture(size=(4000, 200)), "too long and narrow"),
        (picture(size=(100, 150)), "at least 160 pixels wide"),
        (
            picture("PNG", save_all=True, append_images=[Image.new("RGB", (600, 900))]),
            "send a still one",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_good_picture_is_refused_with_the_reason(file: BytesIO, said: str) -> None:
    with pytest.raises(BadImage, match=said):
        renditions(file, (160, 320))


def test_a_file_that_is_too_large_is_not_even_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MAX_BYTES", 1_000)
    with pytest.raises(BadImage, match="larger than"):
        renditions(BytesIO(b"\x00" * 1_001), (160,))


def test_a_rendition_is_named_beside_the_widest() -> None:
    assert rendition_name("catalogue/ab-cd-500.webp", 160) == "catalogue/ab-cd-160.webp"
