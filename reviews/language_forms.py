"""What a moderator says about the language of a text."""

from typing import cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from filmsite.lib.languages import UNKNOWN, WRITING_LANGUAGES, detect, language_name
from reviews.models import Review
from reviews.subjects import names_of


class TextLanguageForm(forms.Form):
    """The language of somebody else's text. `guess` is the language that the words look like, where that is another one."""

    language = forms.ChoiceField(label=_("Written in"))

    def __init__(self, data: QueryDict | None, *, review: Review) -> None:
        detected = detect(review.body, names=names_of(review.subject))
        self.guess = detected.language if detected.contradicts(review.language) else ""
        super().__init__(data, initial={"language": self.guess or review.language})
        codes = {*WRITING_LANGUAGES, review.language, detected.language} - {UNKNOWN}
        named = sorted(((code, language_name(code)) for code in codes), key=lambda pair: pair[1].casefold())
        language = cast(forms.ChoiceField, self.fields["language"])
        language.choices = [*named, (UNKNOWN, _("Another language"))]
