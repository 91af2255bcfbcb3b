"""What a member writes, turned into values. An error never costs a word: the form gives back what it got."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from filmsite.lib.inputs import clean_line, clean_text
from filmsite.lib.languages import (
    UNKNOWN,
    WRITING_LANGUAGES,
    Detection,
    detect,
    language_name,
)
from filmsite.lib.text import MAX_CHARACTERS
from reviews.copydetect.paste_signal import PasteSignal, parse_signal
from reviews.models import OwnWords, Review
from reviews.writing_languages import Settled, settle

if TYPE_CHECKING:
    from django.http import QueryDict
    from django.utils.functional import _StrPromise as StrPromise

VERDICTS = range(1, 11)


class ReviewForm(forms.Form):
    """The composer. `own` are the languages its author is likely to write in (`writing_languages.languages_of`)."""

    body = forms.CharField(label=_("Your text"), strip=False, widget=forms.Textarea)
    language = forms.ChoiceField(label=_("Writing in"), required=False)
    # The answer to "this looks like Dutch": whichever button was pressed; and the answer given earlier about this text.
    language_answer = forms.CharField(required=False, widget=forms.HiddenInput)
    language_sure = forms.CharField(required=False, widget=forms.HiddenInput)
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
    # The notice about pasted words (`reviews.pasting`): whether it stands before the author's eyes, everything that they were
    # asked about in it, and what they say about that.
    notice_seen = forms.BooleanField(required=False)
    notice_about = forms.CharField(required=False, widget=forms.HiddenInput)
    own_words = forms.BooleanField(required=False)
    own_words_url = forms.CharField(required=False)
    # What its buttons took out, kept with the draft and never sent anywhere.
    cut = forms.CharField(required=False, strip=False)

    def __init__(
        self,
        *args: Any,
        own: Sequence[str],
        names: Iterable[str] = (),
        is_reply: bool = False,
        takes_verdict: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.own = tuple(own)
        self.names = tuple(names)
        self._settled: Settled | None = None
        cast(forms.ChoiceField, self.fields["language"]).choices = self._language_choices()
        if is_reply:
            for name in ("is_opinion", "headline", "verdict"):
                del self.fields[name]
        elif not takes_verdict:
            del self.fields["verdict"]

    @property
    def settled(self) -> Settled:
        """The language of the words in this form, as far as they have come."""
        if self._settled is None:
            chosen = self._typed("language")
            chosen = chosen if chosen in {*self._codes(), UNKNOWN} else ""
            self._settled = self._settle(self._typed("body"), chosen, self._typed("language_sure"))
        return self._settled

    @property
    def language_question(self) -> tuple[str, str] | None:
        """(detected, chosen) where the text seems to be in another language than its author says."""
        return self.settled.question

    @property
    def paste(self) -> PasteSignal | None:
        """What the browser says about a paste, if it says anything."""
        return getattr(self, "cleaned_data", {}).get("paste_signal") or None

    @property
    def declared_own(self) -> bool:
        """Whether the author says that the words are their own."""
        return bool(getattr(self, "cleaned_data", {}).get("own_words"))

    @property
    def written(self) -> str:
        """The text as it was typed, whatever is wrong with it: places in it are counted in these characters."""
        return self._typed("body").replace("\r\n", "\n")[:MAX_CHARACTERS]

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

    def clean_own_words_url(self) -> str:
        """Where the words were published, as an address with its scheme."""
        typed = clean_line(self.cleaned_data["own_words_url"])
        if not typed or not self.cleaned_data.get("own_words"):
            return ""
        url = typed if "://" in typed else f"https://{typed}"
        try:
            # As the column takes it; but a page is not fetched by FTP.
            OwnWords._meta.get_field("url").clean(url, None)
            URLValidator(schemes=["http", "https"])(url)
        except forms.ValidationError as error:
            raise forms.ValidationError(
                _("This is not the address of a page. Correct it, or leave the field empty."), code="invalid"
            ) from error
        return url

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
        answer = data.get("language_answer", "")
        if answer and (answer in self._codes() or answer == self._detect(body).language):
            # Whatever else is wrong with the form, it comes back with the answer in it.
            fields = cast("QueryDict", self.data).copy()
            fields["language"] = fields["language_sure"] = answer
            self.data = fields
            data |= {"language": answer, "language_sure": answer}
        self._settled = self._settle(body, data.get("language", ""), data.get("language_sure", ""))
        data["language"] = self._settled.language
        if self._settled.question is not None:
            detected, chosen = self._settled.question
            self.add_error(
                "language",
                forms.ValidationError(
                    _("This looks like %(detected)s, and you chose %(chosen)s. Which is it?"),
                    code="disagrees",
                    params={"detected": language_name(detected), "chosen": language_name(chosen)},
                ),
            )

    def _settle(self, body: str, chosen: str, sure: str) -> Settled:
        return settle(chosen=chosen, sure=sure, detected=self._detect(body), own=self.own)

    def _typed(self, name: str) -> str:
        return str(self[name].value() or "")

    def _detect(self, body: str) -> Detection:
        return detect(body, names=self.names)

    def _codes(self) -> set[str]:
        current = str(self.initial.get("language") or "")
        return {*WRITING_LANGUAGES, *self.own, *([current] if current else [])} - {UNKNOWN}

    def _language_choices(self) -> list[Any]:
        """Nothing chosen, the author's own languages, the others by name, and one that is not among them."""

        def named(codes: Iterable[str]) -> list[tuple[str, str]]:
            return [(code, language_name(code)) for code in codes]

        others = sorted(named(self._codes() - {*self.own}), key=lambda pair: pair[1].casefold())
        return [
            ("", self.automatic_label),
            (gettext("My languages"), named(self.own)),
            (gettext("Other languages"), [*others, (UNKNOWN, gettext("Another language"))]),
        ]

    @property
    def automatic_label(self) -> str:
        """What stands in the list of languages while nothing was chosen: the language that it then is."""
        language = self._settle(self._typed("body"), "", "").language
        if language == UNKNOWN:
            if self._typed("body").strip():
                return gettext("no language needed")
            language = self.own[0]
        return gettext("%(language)s (automatic)") % {"language": language_name(language)}


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


def _verdict_choices() -> list[tuple[int | str, StrPromise | str]]:
    choices: list[tuple[int | str, StrPromise | str]] = [("", _("No verdict"))]
    for value in VERDICTS:
        whole, half = divmod(value, 2)
        stars = f"{whole or ''}{'½' if half else ''}"
        choices.append((value, gettext("%(stars)s of 5 stars") % {"stars": stars}))
    return choices
