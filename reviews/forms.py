"""What a member writes, turned into values. An error never costs a word: the form gives back what it got."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from filmsite.lib.inputs import clean_line, clean_text
from filmsite.lib.languages import (
    UNKNOWN,
    WRITING_LANGUAGES,
    Detection,
    detect,
    language_name,
    primary,
    same_language,
)
from filmsite.lib.text import MAX_CHARACTERS
from reviews.copydetect.rules import PasteSignal, parse_signal
from reviews.models import Review

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

VERDICTS = range(1, 11)


class ReviewForm(forms.Form):
    """The composer. `reads` are the member's languages: they settle a short text that detection is not sure of."""

    body = forms.CharField(label=_("Your text"), strip=False, widget=forms.Textarea)
    language = forms.ChoiceField(label=_("Written in"), required=False)
    # The answer to "this looks like Dutch": whichever button was pressed.
    language_answer = forms.CharField(required=False, widget=forms.HiddenInput)
    is_spoiler = forms.BooleanField(label=_("Gives away the plot"), required=False)
    is_opinion = forms.BooleanField(
        label=_("This is my opinion: a review proper"),
        required=False,
        help_text=_("It is also filed on your opinions page and may have section headings (## Heading)."),
    )
    headline = forms.CharField(label=_("Headline"), required=False, max_length=150)
    verdict = forms.TypedChoiceField(
        label=_("Your verdict"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=lambda: _verdict_choices(),
    )
    may_translate = forms.BooleanField(
        label=_("May be shown in other languages"), required=False, initial=True
    )
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    paste_signal = forms.CharField(required=False, widget=forms.HiddenInput)
    # The author has seen the notice about pasted words, and what they say about them.
    notice_seen = forms.BooleanField(required=False)
    own_words = forms.BooleanField(required=False)

    def __init__(
        self,
        *args: Any,
        reads: Iterable[str] = (),
        names: Iterable[str] = (),
        is_reply: bool = False,
        takes_verdict: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.reads = tuple(reads)
        self.names = tuple(names)
        self.detected: Detection | None = None
        cast(forms.ChoiceField, self.fields["language"]).choices = _language_choices(
            self.initial.get("language")
        )
        if is_reply:
            for name in ("is_opinion", "headline", "verdict"):
                del self.fields[name]
        elif not takes_verdict:
            del self.fields["verdict"]

    @property
    def language_question(self) -> tuple[str, str] | None:
        """(detected, chosen) where the text seems to be in another language than its author says."""
        return getattr(self, "_question", None)

    @property
    def paste(self) -> PasteSignal | None:
        """What the browser says about a paste, if it says anything."""
        return getattr(self, "cleaned_data", {}).get("paste_signal") or None

    @property
    def declared_own(self) -> bool:
        """Whether the author says that the words are their own."""
        return bool(getattr(self, "cleaned_data", {}).get("own_words"))

    def clean_body(self) -> str:
        # Browsers send CRLF, which would count every line break twice.
        body = clean_text(self.cleaned_data["body"]).rstrip()
        if not body.strip():
            raise forms.ValidationError(_("Write something first."), code="required")
        if len(body) > MAX_CHARACTERS:
            over = len(body) - MAX_CHARACTERS
            raise forms.ValidationError(
                ngettext(
                    "This is %(over)d character too long (the most is %(most)d). Nothing is lost.",
                    "This is %(over)d characters too long (the most is %(most)d). Nothing is lost.",
                    over,
                ),
                code="max_length",
                params={"over": over, "most": MAX_CHARACTERS},
            )
        return body

    def clean_headline(self) -> str:
        return clean_line(self.cleaned_data["headline"])

    def clean_paste_signal(self) -> PasteSignal | None:
        """A hint that may be missing or made up, so never an error."""
        return parse_signal(self.cleaned_data["paste_signal"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if body := data.get("body"):
            self._settle_language(data, body)
        if not data.get("is_opinion"):
            data |= {"is_opinion": False, "headline": "", "verdict": None}
        return data

    def _settle_language(self, data: dict[str, Any], body: str) -> None:
        """The author's word goes; a sure and different guess asks once, an empty choice takes the guess."""
        self.detected = detect(body, names=self.names)
        chosen, answer = data.get("language", ""), data.get("language_answer", "")
        if answer and answer in {*dict(_language_choices(None)), self.detected.language}:
            data["language"] = answer
        elif not chosen:
            data["language"] = self._guess()
        elif (
            chosen != UNKNOWN and self.detected.reliable and not same_language(chosen, self.detected.language)
        ):
            self._question = (self.detected.language, chosen)
            self.add_error(
                "language",
                forms.ValidationError(
                    _("This looks like %(detected)s, and you chose %(chosen)s. Which is it?"),
                    code="disagrees",
                    params={
                        "detected": language_name(self.detected.language),
                        "chosen": language_name(chosen),
                    },
                ),
            )

    def _guess(self) -> str:
        assert self.detected is not None  # noqa: S101  (set by the only caller, one line before)
        sure = self.detected.reliable or primary(self.detected.language) in map(primary, self.reads)
        return self.detected.language if sure else UNKNOWN


def initial_from(review: Review) -> dict[str, object]:
    """The composer's fields for a text that stands."""
    return {
        "body": review.body,
        "language": review.language,
        "is_spoiler": review.is_spoiler,
        "is_opinion": review.is_opinion,
        "headline": review.headline,
        "verdict": review.verdict,
        "may_translate": review.may_translate,
        "version": review.revision_number,
    }


def _language_choices(current: str | None) -> list[tuple[str, StrPromise | str]]:
    codes = {*WRITING_LANGUAGES, *([current] if current and current != UNKNOWN else [])}
    named = sorted(((code, language_name(code)) for code in codes), key=lambda pair: pair[1].casefold())
    return [("", _("Detect it")), *named, (UNKNOWN, _("Another language"))]


def _verdict_choices() -> list[tuple[int | str, StrPromise | str]]:
    choices: list[tuple[int | str, StrPromise | str]] = [("", _("No verdict"))]
    for value in VERDICTS:
        whole, half = divmod(value, 2)
        stars = f"{whole or ''}{'½' if half else ''}"
        choices.append((value, gettext("%(stars)s of 5 stars") % {"stars": stars}))
    return choices
