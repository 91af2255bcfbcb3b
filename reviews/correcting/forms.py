from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from filmsite.lib.fields import CleanTextField
from filmsite.lib.languages import direction
from filmsite.lib.text import inline_runs, spoiler_marks
from reviews.correcting.side_by_side import HEADLINE, Sentence
from reviews.models import BadTranslation
from reviews.translation.composing import markdown_of_person

MOST_CHARACTERS: Final = 2_000
MOST_CHARACTERS_OF_HEADLINE: Final = 200
LONGEST_DECLINE: Final = 300


def limit_of(sentence: Sentence) -> int:
    """How long a better translation may be, in characters: a sentence for a sentence, no essay."""
    if sentence.place == HEADLINE:
        return MOST_CHARACTERS_OF_HEADLINE
    return min(3 * max(len(sentence.source), len(sentence.text)) + 100, MOST_CHARACTERS)


class WordingForm(forms.Form):
    """Better words for one sentence of a translation; `text` is cleaned into Markdown that stays within it."""

    text = CleanTextField(label=gettext_lazy("Better translation"), widget=forms.Textarea(attrs={"rows": 3}))
    seen = forms.CharField(widget=forms.HiddenInput, max_length=32, required=False)

    def __init__(self, *args: Any, sentence: Sentence, target: str, **kwargs: Any) -> None:
        # What nobody translated stands above the field; in it, it would be in the way and in another script.
        words = "" if sentence.by == "author" else sentence.text
        # What they suggested themselves and waits is what they go on with.
        words = sentence.suggested.text if sentence.suggested else words
        kwargs.setdefault("initial", {"text": words, "seen": sentence.seen})
        super().__init__(*args, **kwargs)
        self.sentence = sentence
        self.limit = limit_of(sentence)
        self.fields["text"].widget.attrs |= {"lang": target, "dir": direction(target)}

    @property
    def length(self) -> int:
        return len(str(self["text"].value() or ""))

    def clean_text(self) -> str:
        typed: str = self.cleaned_data["text"]
        if len(typed) > self.limit:
            raise forms.ValidationError(_("That is much longer than the sentence it is to translate."))
        if spoiler_marks(typed):
            raise forms.ValidationError(
                _("Leave spoiler marks out: what the author hid stays hidden by itself.")
            )
        text = markdown_of_person(typed)
        if not text:
            raise forms.ValidationError(_("There are no words in it."))
        allowed = _addresses(self.sentence.source) | _addresses(self.sentence.text)
        if _addresses(text) - allowed:
            raise forms.ValidationError(_("A translation links to nothing that the author did not link to."))
        if text == self.sentence.text:
            raise forms.ValidationError(_("These words stand there already."))
        return text


def _addresses(markdown: str) -> set[str]:
    """Where a sentence leads: links, addresses and members, but not titles, whose name depends on the language."""
    runs = inline_runs(markdown)
    atoms = {run.atom for run in runs if run.atom and not run.atom.startswith("[[")}
    return atoms | {run.href for run in runs if run.href}


class CorrectionDecisionForm(forms.Form):
    """Whether better words shall stand; who declines says why."""

    act = forms.ChoiceField(choices=[(act, act) for act in ("accept", "decline", "withdraw", "undo")])
    reason = CleanTextField(
        label=gettext_lazy("Why not?"),
        required=False,
        max_length=LONGEST_DECLINE,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "Who suggested it reads this; what a moderator writes stands in the public log too."
        ),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("act") == "decline" and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Say why: they took the trouble."))
        return cleaned


class BadTranslationForm(forms.Form):
    """What is wrong with a translation as a whole."""

    reason = forms.ChoiceField(
        label=gettext_lazy("What is wrong with it?"),
        choices=BadTranslation.Reason.choices,
        widget=forms.RadioSelect,
    )
    note = CleanTextField(
        label=gettext_lazy("Anything to add?"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Only those who look after translations read this."),
    )
