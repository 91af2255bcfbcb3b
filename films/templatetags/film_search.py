"""What search pages need for the eye: the part of a name that was typed."""

import re
from typing import Final

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from films.search import normalise

register = template.Library()

_WORD: Final = re.compile(r"\w+")


@register.filter
def marked(name: str, query: str) -> SafeString:
    """The name with those parts marked that the words of the query begin: **Child**ren of **Heaven** for "heaven child"."""
    typed = normalise(query).split()
    pieces: list[SafeString] = []
    end = 0
    for word in _WORD.finditer(name):
        length = _length_marked(word[0], typed)
        if length:
            pieces.append(conditional_escape(name[end : word.start()]))
            pieces.append(format_html("<mark>{}</mark>", word[0][:length]))
            end = word.start() + length
    pieces.append(conditional_escape(name[end:]))
    return format_html_join("", "{}", ((piece,) for piece in pieces))


def _length_marked(word: str, typed: list[str]) -> int:
    """How many letters of a word are among what was typed; all where letters do not stand for one another one by one."""
    norm = normalise(word)
    longest = max((len(part) for part in typed if norm.startswith(part)), default=0)
    return longest if len(norm) == len(word) or not longest else len(word)
