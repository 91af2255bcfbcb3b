import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.copydetect.paste_signal import Origin, PasteSignal, is_worth_a_question, parse_signal
from tests.reviews.copydetect.texts import prose

LONG = prose(100, 7)


@pytest.mark.parametrize(
    ("value", "signal"),
    [
        ('{"characters": 1834, "origin": "web", "pastes": 2}', PasteSignal(1834, Origin.WEB, 2)),
        ('{"characters": 5}', PasteSignal(5, Origin.UNKNOWN, 1)),
        ('{"characters": 5, "origin": "pigeon"}', PasteSignal(5, Origin.UNKNOWN, 1)),
        ('{"characters": 5, "origin": ["web"]}', PasteSignal(5, Origin.UNKNOWN, 1)),
        ('{"characters": 5, "more": {"x": [1]}}', PasteSignal(5, Origin.UNKNOWN, 1)),
        ('{"characters": 0}', None),
        ('{"characters": -5}', None),
        ('{"characters": true}', None),
        ('{"characters": 1e9}', None),
        ('{"characters": 99999999999999999999}', None),
        ('{"characters": "5"}', None),
        ('{"characters": 5, "pastes": "many"}', None),
        ('{"characters": NaN}', None),
        ("[1]", None),
        ("5", None),
        ("null", None),
        ("{", None),
        ("[" * 900, None),
        ("x" * 5000, None),
        ("", None),
        (None, None),
    ],
)
def test_the_browsers_word_is_read_with_care(value: str | None, signal: PasteSignal | None) -> None:
    assert parse_signal(value) == signal


@given(st.text(max_size=200))
def test_any_signal_can_be_read(value: str) -> None:
    signal = parse_signal(value)
    assert signal is None or signal.characters > 0


@pytest.mark.parametrize(
    ("paste", "text", "asks"),
    [
        (PasteSignal(len(LONG), Origin.WEB), LONG, True),
        (PasteSignal(len(LONG) // 2, Origin.WEB), LONG, False),
        (PasteSignal(len(LONG), Origin.WEB), f"{LONG} https://example.org/review", False),
        (PasteSignal(len(LONG), Origin.WEB), f"{LONG} [there](/titles/1/)", False),
        (PasteSignal(9_000, Origin.WEB), "It is gone again.", False),
        (PasteSignal(9_000, Origin.WEB), "", False),
        (PasteSignal(len(LONG), Origin.PLAIN), LONG, False),
        (PasteSignal(len(LONG), Origin.OFFICE), LONG, False),
        (PasteSignal(len(LONG), Origin.LIBREOFFICE), LONG, False),
        (PasteSignal(len(LONG), Origin.GDOCS), LONG, False),
        (PasteSignal(len(LONG)), LONG, False),
        (None, LONG, False),
    ],
)
def test_only_a_long_paste_from_a_web_page_without_a_link_is_worth_a_question(
    paste: PasteSignal | None, text: str, asks: bool
) -> None:
    assert is_worth_a_question(text, paste) is asks
