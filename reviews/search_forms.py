"""What can be asked of the search of messages in an address."""

from dataclasses import dataclass
from typing import cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Member
from films.models import Person, Title
from filmsite.lib.inputs import number_in
from filmsite.lib.languages import WRITING_LANGUAGES, language_name
from reviews.search import QUERY_LENGTH, Asked, Sort
from reviews.subjects import Subject

SORTS = [("newest", _("Newest")), ("best", _("Best match"))]


class MessageSearchForm(forms.Form):
    """Words, and what narrows them down. What is odd in the address is ignored."""

    q = forms.CharField(
        label=_("Words in messages"),
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "maxlength": QUERY_LENGTH}),
    )
    member = forms.CharField(label=pgettext_lazy("who wrote a message", "Written by"), required=False)
    language = forms.ChoiceField(label=_("Written in"), required=False)
    sort = forms.ChoiceField(label=_("Order"), required=False, choices=SORTS)
    opinions = forms.BooleanField(label=_("Opinions only"), required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, auto_id="search-%s")
        codes = [(code, language_name(code)) for code in WRITING_LANGUAGES]
        codes.sort(key=lambda pair: pair[1].casefold())
        cast(forms.ChoiceField, self.fields["language"]).choices = [("", _("Any language")), *codes]
        self.full_clean()

    @property
    def words(self) -> str:
        """What is looked for, on one line; empty for nothing."""
        return " ".join(self.cleaned_data.get("q", "")[:QUERY_LENGTH].split())

    @property
    def is_narrowed(self) -> bool:
        """Whether something beside the words is asked for."""
        return any(self.cleaned_data.get(name) for name in ("member", "language", "opinions"))


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Whose messages and about what are looked for; `unknown` says that there is nobody or nothing by that name."""

    subject: Subject | None = None
    author: Member | None = None
    unknown: bool = False


def narrowing_of(form: MessageSearchForm) -> Narrowing:
    """Fetch what the address names. Three queries at most."""
    subject: Subject | None = None
    if pk := number_in(form.data.get("title", "")):
        subject = Title.objects.select_related("parent").filter(pk=pk, merged_into=None).first()
    elif pk := number_in(form.data.get("person", "")):
        subject = Person.objects.filter(pk=pk).first()
    author, name = None, form.cleaned_data.get("member", "").strip().removeprefix("@")
    if name:
        author = Member.objects.active().filter(username__iexact=name).first()
    unknown = bool(name and author is None) or (subject is None and bool(pk))
    return Narrowing(subject, author, unknown)


def asked_in(form: MessageSearchForm, narrowing: Narrowing) -> Asked:
    """The search that a form asks for."""
    data = form.cleaned_data
    return Asked(
        words=form.words,
        subject=narrowing.subject,
        author=narrowing.author,
        language=data.get("language", ""),
        opinions_only=bool(data.get("opinions")),
        sort=cast(Sort, data.get("sort") or "newest"),
    )
