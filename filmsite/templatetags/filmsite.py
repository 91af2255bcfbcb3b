"""What every page needs for the eye: icons, stars, posters, avatars, charts, flags, numbers, dates.

Everything returned is safe to keep in a cache for one language; nothing here asks the database.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final
from zlib import crc32

from django import template
from django.core.files.storage import default_storage
from django.core.paginator import Page
from django.forms import BaseForm, BoundField, CheckboxInput, PasswordInput, RadioSelect
from django.http import QueryDict
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import Urlizer, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from filmsite.lib import charts, time_charts
from filmsite.lib.fragments import Fragments
from filmsite.lib.images import rendition_name
from filmsite.lib.languages import direction, flag_for, language_name
from filmsite.lib.posters import poster_svg

register = template.Library()

_FLAGS: Final = frozenset(path.stem for path in (Path(__file__).parent.parent / "static/flags").glob("*.svg"))
_AVATAR_COLOURS: Final = 12
# The five stars of the sprite are drawn in a box of this width.
_STARS_WIDTH: Final = 120


# --- Pictures -------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite; decorative unless it gets a label."""
    if not label:
        return _plain_icon(name)
    return format_html(
        '<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, _sprite(name)
    )


# A page has a hundred of these, and only templates name them.
@cache
def _plain_icon(name: str) -> SafeString:
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', _sprite(name))


@cache
def _sprite(name: str) -> str:
    return f"{static('img/icons.svg')}#{name}"


@register.simple_tag
def poster(title: Any, size: str = "card") -> SafeString:
    """The type-set poster of a title (anything with pk, year, and display_name or name)."""
    name = getattr(title, "display_name", None) or title.name
    return poster_svg(key=title.pk, name=str(name), year=title.year, size=size)


@register.simple_tag
def avatar(member: Any, size: str = "", *, is_me: bool = False) -> SafeString:
    """A member's picture, or else their initials (or a person's) on a colour that is always theirs; neither of
    a former member, whom nobody but the viewer themselves (`is_me`) meets as who they are while they leave.

    The name stands beside it, so it is silent.
    """
    is_former = getattr(member, "is_former", False) and not is_me
    if not is_former and (name := getattr(member, "avatar", "")):
        return _avatar_picture(name, size)
    username = "" if is_former else getattr(member, "username", "") or getattr(member, "name", "")
    classes = f"avatar avatar-{_colour_of(username)}" if username else "avatar"
    if size:
        classes += f" avatar-{size}"
    return format_html('<span class="{}" aria-hidden="true">{}</span>', classes, initials(username))


@register.simple_tag
def member_link(member: Any, css: str = "") -> SafeString:
    """A member's name, leading to their page; of a former member only that it is one."""
    style = format_html(' class="{}"', css) if css else ""
    if member.is_former:
        return format_html("<span{}>{}</span>", style, member.shown_name)
    return format_html('<a{} href="{}" dir="auto">{}</a>', style, member.get_absolute_url(), member.username)


def _avatar_picture(name: str, size: str) -> SafeString:
    """A member's picture by the name of its widest file: in the file next above its width, and above twice that."""
    if size == "large":
        pixels, one, two = 80, rendition_name(name, 96), name
    else:
        pixels, one, two = (28 if size == "small" else 40), rendition_name(name, 48), rendition_name(name, 96)
    return format_html(
        '<img class="avatar{}" src="{}" srcset="{} 2x" alt="" width="{p}" height="{p}" loading="lazy">',
        f" avatar-{size}" if size else "",
        default_storage.url(one),
        default_storage.url(two),
        p=pixels,
    )


def initials(username: str) -> str:
    """Up to two letters: of the first two parts of a name, or its first one; "?" for nobody."""
    parts = [part for part in username.replace("-", " ").replace("_", " ").replace(".", " ").split() if part]
    return "".join(part[0] for part in parts[:2]).upper() or "?"


def _colour_of(username: str) -> int:
    return crc32(username.casefold().encode()) % _AVATAR_COLOURS + 1


@register.simple_tag
def flag(language: str | None) -> SafeString | str:
    """The small flag beside a language, or nothing: it only repeats what the words beside it say."""
    country = flag_for(language or "")
    return _flag_of(country) if country in _FLAGS else ""


@cache
def _flag_of(country: str) -> SafeString:
    return format_html(
        '<img class="flag" src="{}" alt="" width="20" height="14" loading="lazy">',
        static(f"flags/{country}.svg"),
    )


# --- Fragments ------------------------------------------------------------------------------------------


class _Fragment(template.Node):
    def __init__(
        self,
        key: template.base.FilterExpression,
        more: template.base.FilterExpression | None,
        nodelist: template.NodeList,
    ) -> None:
        self.key = key
        self.more = more
        self.nodelist = nodelist

    def render(self, context: template.Context) -> SafeString:
        fragments: Fragments | None = context.get("fragments")
        if fragments is None:
            return self._drawn(context)
        return fragments.draw(self.key.resolve(context) or "", lambda: self._drawn(context))

    def _drawn(self, context: template.Context) -> SafeString:
        with context.push(**(self.more.resolve(context) if self.more else {})):
            return self.nodelist.render(context)


@register.tag
def fragment(parser: template.base.Parser, token: template.base.Token) -> _Fragment:
    """A piece of a page that is kept under its key: `{% fragment key %}…{% endfragment %}` (`filmsite.lib.fragments`).

    `{% fragment key with more %}` draws it with what the function `more` gives, which is called only when it must be
    drawn. Nothing inside may be told by the viewer or the address unless the key says so: no CSRF token, no `request`.
    """
    words = token.split_contents()[1:]
    if len(words) not in (1, 3) or words[1:2] not in ([], ["with"]):
        raise template.TemplateSyntaxError("fragment takes a key, and may take `with` and a function")
    nodelist = parser.parse(("endfragment",))
    parser.delete_first_token()
    key, *more = (parser.compile_filter(word) for word in words[::2])
    return _Fragment(key, more[0] if more else None, nodelist)


# --- Votes ----------------------------------------------------------------------------------------------


@register.simple_tag
def stars(value: int | None, size: str = "", *, mine: bool = True) -> SafeString | str:
    """A vote of 1 to 10 half stars as a row of five stars; nothing for None.

    One that is not the viewer's gets the mark by which it hides from who asked to see no scores (`votes.css`).
    """
    if value is None:
        return ""
    words = _("%(stars)s of 5 stars") % {"stars": half_stars(value)}
    return _star_row(value / 2, words, size, "" if mine else "vote-mark")


@register.simple_tag
def stars_mean(value: float | Decimal | None, size: str = "") -> SafeString | str:
    """A mean of 0.5 to 5 as a row of stars, filled as far as it reaches; nothing for None."""
    if value is None:
        return ""
    return _star_row(float(value), _("%(stars)s of 5 stars") % {"stars": mean(value)}, size)


@lru_cache(maxsize=2000)
def _star_row(filled: float, words: str, size: str, mark: str = "") -> SafeString:
    return format_html(
        '<svg class="stars{}{}" viewBox="0 0 {w} 24" role="img" aria-label="{}">'
        '<use class="off" href="{a}" width="{w}" height="24"/>'
        '<svg width="{}" height="24"><use class="on" href="{a}" width="{w}" height="24"/></svg></svg>',
        f" stars-{size}" if size else "",
        f" {mark}" if mark else "",
        words,
        charts.bar_width(filled, 5, width=_STARS_WIDTH),
        a=_sprite("stars5"),
        w=_STARS_WIDTH,
    )


@register.filter
def half_stars(value: int | None) -> str:
    """1 to 10 as stars in words: 7 is 3½."""
    if value is None:
        return ""
    whole, half = divmod(int(value), 2)
    return f"{whole or ''}{'½' if half else ''}" or "0"


@register.filter
def mean(value: float | Decimal | None) -> str:
    """A mean with two decimals in the reader's notation (3.69, 3,69); a dash without votes."""
    if value is None:
        return "–"
    # Rounded here, for `number_format` cuts off: 20.5 / 6 is 3.42, not 3.41.
    rounded = Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return number_format(rounded, decimal_pos=2, use_l10n=True)


@register.simple_tag
def histogram(counts: Sequence[int], mine: int | None = None, *, table: bool = True) -> SafeString:
    """Ten columns of votes, ½ to 5, with the same in a table for those who do not see it.

    Without `table` where `histogram_table` stands beside it.
    """
    return _histogram(tuple(counts), mine, table, get_language())


@register.simple_tag
def histogram_table(counts: Sequence[int]) -> SafeString:
    """The ten columns of a histogram as a table for everybody."""
    return _histogram_table(tuple(counts), get_language())


# Twenty columns and cells are a good part of drawing a page.
@lru_cache(maxsize=2000)
def _histogram(counts: tuple[int, ...], mine: int | None, table: bool, language: str | None) -> SafeString:
    chart = charts.histogram(counts, mine=mine)
    return render_to_string("components/_histogram.html", {"chart": chart, "table": table})


@lru_cache(maxsize=2000)
def _histogram_table(counts: tuple[int, ...], language: str | None) -> SafeString:
    return render_to_string("components/_histogram_table.html", {"chart": charts.histogram(counts)})


@register.simple_tag
def vote_choices() -> list[tuple[int, str]]:
    """The ten votes with their names: (1, "½") to (10, "5")."""
    return [(value, half_stars(value)) for value in range(1, 11)]


@register.simple_tag
def bar(value: float | None, maximum: float) -> SafeString | str:
    """A small bar for a table cell, on a scale from 0 to maximum. The number must stand beside it."""
    if value is None:
        return ""
    return format_html(
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="track" width="100" height="8"/><rect class="fill" width="{}" height="8"/></svg>',
        charts.bar_width(float(value), float(maximum)),
    )


# --- Forms and pages ------------------------------------------------------------------------------------


@register.filter
def widget_kind(field: BoundField) -> str:
    """How a field is laid out: ``checkbox``, ``choices`` (a group of boxes or radios) or ``line``."""
    widget = field.field.widget
    if isinstance(widget, CheckboxInput):
        return "checkbox"
    return "choices" if isinstance(widget, RadioSelect) else "line"


@register.filter
def has_required(form: BaseForm) -> bool:
    """True when a field that can be seen must be filled in, and the star wants explaining."""
    return any(field.field.required for field in form.visible_fields())


@register.filter
def has_password(form: BaseForm) -> bool:
    """True when a field comes back empty after a mistake, as a browser is never sent a password."""
    return any(
        isinstance(field.field.widget, PasswordInput) and not field.field.widget.render_value
        for field in form.visible_fields()
    )


@register.filter
def elided(page: Page) -> list[int | str]:
    """The page numbers worth a link, with an ellipsis where some are left out."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1))


# --- Words and numbers ----------------------------------------------------------------------------------


@register.filter
def thousands(value: float | None) -> str:
    """A count with the reader's own separators: 9,041,560 or 9.041.560."""
    return "" if value is None else number_format(value, use_l10n=True, force_grouping=True)


@register.filter
def compact_date(value: date | datetime | None) -> SafeString | str:
    """A <time>: the day without its year when that is this year's, the whole moment on hover.

    Never "2 days ago": a page may be kept for a while.
    """
    if value is None:
        return ""
    moment = timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
    return _time(moment, moment.year == timezone.localdate().year, get_language())


# Formatting twice is a good part of drawing a message, and the same messages are drawn again and again.
@lru_cache(maxsize=5000)
def _time(moment: date | datetime, is_this_year: bool, language: str | None) -> SafeString:
    shown = date_format(moment, "MONTH_DAY_FORMAT" if is_this_year else "DATE_FORMAT")
    whole = date_format(moment, "DATETIME_FORMAT" if isinstance(moment, datetime) else "DATE_FORMAT")
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), whole, shown)


class _Addresses(Urlizer):
    def trim_punctuation(self, word: str) -> tuple[str, str, str]:
        lead, address, _trail = super().trim_punctuation(word)
        # Django loses the full stop after a closing bracket.
        return lead, address, word[len(lead) + len(address) :]


@register.filter(is_safe=True, needs_autoescape=True)
def linked_addresses(words: str, autoescape: bool = True) -> SafeString:
    """Plain words with the addresses in them as links."""
    return mark_safe(_Addresses()(words, nofollow=True, autoescape=autoescape))  # noqa: S308  (escaped by Django)


@register.filter
def short_month(day: date) -> str:
    """The month of a day in about three letters."""
    return time_charts.short_month(day)


@register.filter
def language_label(code: str | None) -> str:
    """A language's name in the language of the page.

    Not called `language_name`: Django's i18n library has a filter of that name, which speaks English, raises on a code
    it does not know, and wins in every template that loads i18n last.
    """
    return language_name(code or "")


@register.filter
def language_label_local(code: str | None) -> str:
    """A language's name in that language itself, with a capital where it stands alone."""
    name = language_name(code or "", locale=code)
    return name[:1].upper() + name[1:]


@register.filter
def text_direction(code: str | None) -> str:
    """ltr or rtl, for a dir attribute beside a lang."""
    return direction(code or "")


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: object) -> str:
    """The address's query string with some values changed: `{% query page=2 sort=None %}`.

    None removes a value. Gives "?" alone when nothing is left, so that a link still leads somewhere.
    """
    values: QueryDict = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None:
            values.pop(name, None)
        else:
            values[name] = str(value)
    return f"?{values.urlencode()}"
