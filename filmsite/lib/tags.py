"""Words of a member's own by which they find things again."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import ngettext

from filmsite.lib.inputs import clean_line

_BETWEEN = re.compile("[,，、،;\n]")


def tags_in(text: str) -> list[str]:
    """The tags in a line with commas between them: in lower case, each once, in their order."""
    return tags_of(_BETWEEN.split(text))


def tags_of(words: Iterable[str]) -> list[str]:
    """These tags as they are stored: in lower case, each once, without the # that some write before them."""
    found = (clean_line(word).removeprefix("#").strip().lower() for word in words)
    return list(dict.fromkeys(tag for tag in found if tag))


class TagsField(forms.Field):
    """At most `most` tags of at most `length` characters, typed with commas between them."""

    widget = forms.TextInput

    def __init__(self, *, most: int, length: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most, self.length = most, length

    def to_python(self, value: Any) -> list[str]:
        return tags_in(value or "")

    def validate(self, value: list[str]) -> None:
        super().validate(value)
        if len(value) > self.most:
            raise forms.ValidationError(
                ngettext("No more than %(most)d tag.", "No more than %(most)d tags.", self.most),
                code="too_many",
                params={"most": self.most},
            )
        if longest := next((tag for tag in value if len(tag) > self.length), None):
            raise forms.ValidationError(
                ngettext(
                    "“%(tag)s” is too long: a tag has at most %(length)d character.",
                    "“%(tag)s” is too long: a tag has at most %(length)d characters.",
                    self.length,
                ),
                code="too_long",
                params={"tag": longest[: self.length], "length": self.length},
            )

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value
