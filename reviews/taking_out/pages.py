"""The archive to read: plain HTML files that need no server, no script and no network, and are still there in twenty years.

Newest first, in the language of the member's pages. Texts are shown as they were written, with what a machine made of
them folded in below.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from accounts.models import Member
from filmsite.lib.text import localise_html
from reviews.models import Review, TitleList, Translation, Viewing, Vote, WatchlistEntry
from reviews.taking_out.catalogue import AT_ONCE, Catalogue, Named, in_batches, with_titles
from reviews.taking_out.sections import texts_of

ROWS_A_PAGE: Final = 1_000
TEXTS_A_PAGE: Final = 100
_STYLE: Final = "archive/style.css"
_STYLE_FILE: Final = Path(__file__).with_name("archive.css")


@dataclass(frozen=True, slots=True)
class File:
    """A file of the archive: its name inside the ZIP, and its content."""

    name: str
    content: bytes


def archive_files(
    member: Member, catalogue: Catalogue, *, counts: Mapping[str, int], made_at: datetime
) -> Iterator[File]:
    """The pages one after another. `counts` has the number of rows of each section."""
    book = _Book(member, counts, made_at)
    lists = list(TitleList.objects.filter(owner=member).order_by("-changed_at", "-id"))
    yield File(_STYLE, _STYLE_FILE.read_bytes())
    yield book.page("index", {"lists": lists})
    yield from book.pages("votes", _votes(member, catalogue), ROWS_A_PAGE, counts["votes"])
    yield from book.pages("diary", _diary(member, catalogue), ROWS_A_PAGE, counts["viewings"])
    yield from book.pages("watchlist", _watchlist(member, catalogue), ROWS_A_PAGE, counts["watchlist"])
    yield from book.pages("reviews", _texts(member, catalogue), TEXTS_A_PAGE, counts["reviews"])
    for made in lists:
        entries = made.entries.order_by("position", "id").iterator(chunk_size=AT_ONCE)
        rows = [
            {"title": catalogue.title(row.title_id), "row": row} for row in with_titles(entries, catalogue)
        ]
        yield book.page(f"list-{made.pk}", {"list": made, "rows": rows}, template="list")


@dataclass(frozen=True, slots=True)
class _Book:
    """What all pages of an archive have in common."""

    member: Member
    counts: Mapping[str, int]
    made_at: datetime

    def page(self, name: str, context: Mapping[str, Any], *, template: str = "") -> File:
        shared = {
            "member": self.member,
            "counts": self.counts,
            "made_at": self.made_at,
            "site_name": settings.FILMSITE_NAME,
            "site_url": settings.FILMSITE_URL,
            "name": name,
        }
        html = render_to_string(f"exports/{template or name}.html", {**shared, **context})
        return File(f"archive/{name}.html", html.encode())

    def pages(self, name: str, rows: Iterable[Any], size: int, total: int) -> Iterator[File]:
        """The rows on as many pages as they take, one if there are none: `votes.html`, `votes-2.html`…"""
        last = max(1, ceil(total / size))
        number = 0
        for number, batch in enumerate(in_batches(rows, size), 1):
            yield self.page(_numbered(name, number), _turning(name, number, last, batch), template=name)
        if not number:
            yield self.page(name, _turning(name, 1, 1, []))


def _numbered(name: str, number: int) -> str:
    return f"{name}-{number}" if number > 1 else name


def _turning(name: str, number: int, last: int, rows: Sequence[Any]) -> dict[str, Any]:
    return {
        "rows": rows,
        "number": number,
        "last": last,
        "newer": f"{_numbered(name, number - 1)}.html" if number > 1 else "",
        "older": f"{_numbered(name, number + 1)}.html" if number < last else "",
    }


def _votes(member: Member, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    rows = Vote.objects.filter(member=member).order_by("-changed_at", "-id").iterator(chunk_size=AT_ONCE)
    for row in with_titles(rows, catalogue):
        yield {"title": catalogue.title(row.title_id), "row": row}


def _diary(member: Member, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    rows = Viewing.objects.filter(member=member).order_by("-seen_on", "-id").iterator(chunk_size=AT_ONCE)
    for row in with_titles(rows, catalogue):
        yield {"title": catalogue.title(row.title_id), "row": row}


def _watchlist(member: Member, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    rows = WatchlistEntry.objects.filter(member=member).order_by("-added_at", "-id")
    for row in with_titles(rows.iterator(chunk_size=AT_ONCE), catalogue):
        yield {"title": catalogue.title(row.title_id), "row": row}


def _texts(member: Member, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    rows = texts_of(member).order_by("-created_at", "-id").iterator(chunk_size=AT_ONCE)
    for row in with_titles(rows, catalogue):
        yield {
            "about": _about(row, catalogue),
            "row": row,
            "html": standing_alone(row.html),
            "translations": [
                {"row": made, "html": standing_alone(made.html)} for made in current_translations(row)
            ],
        }


def _about(row: Review, catalogue: Catalogue) -> str:
    if row.title_id is not None:
        return named(catalogue.title(row.title_id))
    person = catalogue.person(row.person_id)
    return person["name"] if person else ""


def named(title: Named) -> str:
    """A title in a line of text: "Heat (1995)"."""
    return f"{title.name} ({title.work['year']})" if title.work["year"] else title.name


def current_translations(row: Review) -> list[Translation]:
    """The translations of the text as it stands (fetched along), one a language."""
    return list(
        {made.target: made for made in row.translations.all() if made.source_hash == row.source_hash}.values()
    )


def standing_alone(html: str) -> SafeString:
    """HTML of ours whose links lead to the site, though the page lies on somebody's disk."""
    whole = localise_html(html).replace('href="/', f'href="{settings.FILMSITE_URL}/')
    return mark_safe(whole)  # noqa: S308  (sanitised when it was stored; authors cannot write a tag)


def markdown_files(member: Member, catalogue: Catalogue) -> Iterator[File]:
    """Each text that stands as a Markdown file of its own, with the facts about it at its head."""
    published = texts_of(member).filter(state="published")
    for row in with_titles(published.iterator(chunk_size=AT_ONCE), catalogue):
        about = _about(row, catalogue)
        name = f"{row.created_at:%Y-%m-%d}-{slugify(about)[:60] or 'text'}-{row.pk}"
        yield File(f"reviews/{name}.md", _markdown(row, about, catalogue).encode())


def _markdown(row: Review, about: str, catalogue: Catalogue) -> str:
    work = catalogue.work(row.title_id)
    facts = {
        "about": about,
        "imdb": work["imdb"] if work else None,
        "headline": row.headline or None,
        "stars": row.verdict / 2 if row.verdict else None,
        "written": row.created_at.date().isoformat(),
        "language": row.language,
        "url": settings.FILMSITE_URL + row.get_absolute_url(),
    }
    head = "".join(f"{name}: {_yaml(value)}\n" for name, value in facts.items() if value is not None)
    parts = [f"---\n{head}---\n\n{row.body}\n"]
    for made in current_translations(row):
        parts.append(
            f"\n---\n\n<!-- {made.source_language} → {made.target}, by a machine -->\n\n{made.body}\n"
        )
    return "".join(parts)


def _yaml(value: str | float) -> str:
    if isinstance(value, float):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'
