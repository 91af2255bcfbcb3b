"""Promises of the look: readable in both schemes, and nothing the content policy would refuse."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from tests.lib.colours import contrast

ROOT = Path(settings.BASE_DIR)
STATIC = ROOT / "filmsite" / "static"
CSS = (STATIC / "css" / "site.css").read_text()
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
TOKENS = dict(re.findall(r"^\s*--([\w-]+): light-dark\((#\w+, #\w+)\);", CSS, re.MULTILINE))
# Foreground, ground and the least contrast between them: 4.5 for text, 3 for the edges of controls.
PAIRS = [
    *[(ink, ground, 4.5) for ink in ("ink", "ink-2", "link", "accent") for ground in ("paper", "raised", "sunken")],
    *[("ink", ground, 4.5) for ground in ("warn", "info", "ok", "bad", "tint")],
    ("link", "info", 4.5),
    ("ok-ink", "ok", 4.5),
    ("bad-ink", "bad", 4.5),
    ("bad-ink", "paper", 4.5),
    ("warn-ink", "warn", 4.5),
    *[(edge, ground, 3) for edge in ("line-2", "star", "focus") for ground in ("paper", "raised")],
]  # fmt: skip


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "ground", "least"), PAIRS)
def test_colours_can_be_told_apart(front, ground, least, scheme):
    colours = [TOKENS[name].split(", ")[scheme] for name in (front, ground)]
    assert contrast(*colours) >= least


def test_white_can_be_read_on_every_avatar_and_main_button():
    grounds = re.findall(r"\.avatar-\d+ \{ background: (#\w+)", CSS)
    assert len(grounds) == 12
    for ground in [*grounds, *TOKENS["accent-fill"].split(", ")]:
        assert contrast("#fff", ground) >= 4.5


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_no_template_needs_inline_style_or_script(template):
    source = template.read_text()
    if "emails" not in template.parts:
        assert not re.search(r"\sstyle\s*=(?!=)|<style|\son\w+\s*=\s*[\"']|javascript:", source)
    for attributes in re.findall(r"<script\b([^>]*)>", source):
        assert "src=" in attributes or "application/" in attributes


def test_every_icon_that_a_template_names_is_drawn():
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "img" / "icons.svg").read_text()))
    named = {
        name for template in TEMPLATES for name in re.findall(r"{% icon [\"']([\w-]+)", template.read_text())
    }
    assert named <= drawn, f"Draw these in img/icons.svg: {sorted(named - drawn)}"


@pytest.mark.parametrize("code", ["500", "503"])
def test_the_worst_pages_need_no_context(code):
    page = render_to_string(f"{code}.html")
    assert "<h1>" in page
    assert 'lang="en"' in page


def test_no_stylesheet_asks_another_site():
    for sheet in (STATIC / "css").rglob("*.css"):
        assert not re.search(r"url\([\"']?(https?:)?//|@import", sheet.read_text())
