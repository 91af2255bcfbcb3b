"""What members say of their lists and of what stands in them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Audience
from filmsite.lib.fields import CleanTextField
from filmsite.lib.inputs import clean_line
from filmsite.lib.tags import TagsField
from reviews.models import ListEntry, TitleList
from reviews.models.lists import LIST_LENGTH, TAG_LENGTH, TAGS


class TitleListForm(forms.Form):
    """What a list is, and for whom. Of a top ten only what can be said of one is asked."""

    name = CleanTextField(label=_("Name"), max_length=TitleList._meta.get_field("name").max_length)
    description = CleanTextField(
        label=_("What it is"),
        required=False,
        max_length=TitleList._meta.get_field("description").max_length,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    tags = TagsField(
        label=_("Tags"),
        required=False,
        most=TAGS,
        length=TAG_LENGTH,
        help_text=_("With commas between them: winter, with the children"),
    )
    is_ranked = forms.BooleanField(label=_("The order matters: number the titles"), required=False)
    audience = forms.ChoiceField(
        label=_("Who may see it"),
        choices=Audience.choices,
        initial=Audience.EVERYONE,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, of: TitleList | None = None, **kwargs: Any) -> None:
        if of is not None:
            kwargs["initial"] = {name: getattr(of, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        self.of = of
        if of is not None and of.audience != Audience.EVERYONE:
            # Its notes were not asked about when they were written.
            self.fields["audience"].help_text = _(
                "What everybody may see of a list is compared with texts that stand elsewhere: what it is, and the notes in it."
            )
        if of is not None and of.is_top:
            for name in ("name", "tags", "is_ranked"):
                del self.fields[name]

    def clean_name(self) -> str:
        return clean_line(self.cleaned_data["name"])

    @property
    def said(self) -> dict[str, Any]:
        """What the services of lists are told; what was not asked stays as it is."""
        kept = {name: getattr(self.of, name) for name in self.base_fields} if self.of else {}
        return kept | self.cleaned_data


class NoteForm(forms.Form):
    """What the owner of a list says beside a title."""

    note = CleanTextField(
        label=_("Note"), required=False, max_length=ListEntry._meta.get_field("note").max_length
    )

    def clean_note(self) -> str:
        return clean_line(self.cleaned_data["note"])


class PlaceForm(forms.Form):
    """The place that an entry is given."""

    to = forms.IntegerField(
        label=_("Place"),
        min_value=1,
        max_value=LIST_LENGTH,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
