from collections.abc import Mapping, Sequence
from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.account.forms import AddEmailForm as AllauthAddEmailForm
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Member, Part
from accounts.pictures import LEAST, WIDTHS
from filmsite.lib.images import BadImage, Rendition, squares
from filmsite.lib.inputs import clean_line
from filmsite.lib.languages import WRITING_LANGUAGES, language_name, primary

USERNAME_IS_FOREVER = _("Choose with care: a username can never be changed. Letters, digits and - _ . only.")


class SignupForm(AllauthSignupForm):
    """Sign-up by e-mail; says before submit that the username is for ever."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].help_text = USERNAME_IS_FOREVER
        self.fields["email"].help_text = _("We send a code there. It is never shown to anybody.")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)

    def clean(self) -> dict[str, Any]:
        super().clean()
        get_adapter().refuse_barred(self, joining=True)
        return self.cleaned_data


class AddEmailForm(AllauthAddEmailForm):
    """One more mail address of a member."""

    def clean(self) -> dict[str, Any]:
        super().clean()
        get_adapter().refuse_barred(self, joining=False)
        return self.cleaned_data


class LoginForm(AllauthLoginForm):
    """Sign-in with either name, which its label says."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Username or e-mail")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class LanguageForm(forms.Form):
    """The language of the site's own words."""

    language = forms.ChoiceField(
        label=_("Language of the site"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )


class PreferencesForm(forms.ModelForm):
    """What a member may change about themselves. The username is not among it."""

    class Meta:
        model = Member
        fields = ["about", "interface_language", "hides_scores"]
        labels = {"hides_scores": _("Hide scores until I vote")}
        help_texts = {
            "about": _("One line on your page, in whatever language you like."),
            "hides_scores": _(
                "What others think of a title stays covered until you have given it your stars."
            ),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["interface_language"] = forms.ChoiceField(
            label=_("Language of the site"),
            choices=[("", _("As my browser asks")), *settings.LANGUAGES],
            required=False,
        )

    def clean_about(self) -> str:
        return clean_line(self.cleaned_data["about"])


class TranslationsForm(forms.ModelForm):
    """Which languages a member reads, and whether their own texts may be translated.

    `translated_into` are the languages to choose from, and whether this site can translate into each today; `likely` those
    that the member probably reads, the likeliest first.
    """

    translate_into = forms.ChoiceField(
        label=_("Show me translations in"),
        required=False,
        help_text=_("What members write. Menus and buttons stay in the language of the site."),
    )
    reads = forms.MultipleChoiceField(
        label=_("Languages I read"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Texts in these languages stay as their authors wrote them, like those in the language you get translations in."
        ),
    )

    class Meta:
        model = Member
        fields = ["translate_into", "reads", "always_original", "translation_consent"]
        labels = {
            "always_original": _("Always show originals first"),
            "translation_consent": _("May my texts be translated?"),
        }
        help_texts = {
            "always_original": _("The translation stays one click away."),
            "translation_consent": _(
                "It holds for everything you write, also for what stands here already. A single text can be kept from "
                "translation where you write it."
            ),
        }
        widgets = {"translation_consent": forms.RadioSelect}

    def __init__(
        self, *args, translated_into: Mapping[str, bool], likely: Sequence[str] = (), **kwargs
    ) -> None:
        super().__init__(*args, **kwargs)
        shown_in = get_language() or "en"
        languages = [(code, language_name(code, shown_in)) for code in WRITING_LANGUAGES]
        languages.sort(key=lambda language: language[1].casefold())
        order = {primary(code): place for place, code in reversed(list(enumerate(likely)))}
        reads = sorted(languages, key=lambda language: order.get(language[0], len(likely)))
        cast(forms.MultipleChoiceField, self.fields["reads"]).choices = reads
        # An earlier choice stays possible when its engine is gone: saving another field must not lose it.
        earlier = self.instance.translate_into
        offered = {**({earlier: False} if earlier else {}), **translated_into}
        cast(forms.ChoiceField, self.fields["translate_into"]).choices = [
            ("", _("The language of the site")),
            *((code, _into_label(name, offered[code])) for code, name in languages if code in offered),
        ]


class PictureForm(forms.Form):
    """A picture as its member sends it; `made` are the squares of it that can be kept."""

    upload = forms.FileField(
        label=_("Picture file"),
        help_text=_(
            "JPEG, PNG, WebP or GIF, at least 96 × 96 pixels and at most 15 MB. We keep a square from its middle, and "
            "nothing else that is in the file: no place, no camera, no note."
        ),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
    )

    made: list[Rendition]

    def clean_upload(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["upload"]
        try:
            self.made = squares(upload, WIDTHS, least=LEAST)
        except BadImage as error:
            raise forms.ValidationError(str(error)) from error
        return upload


class ClosingForm(forms.Form):
    """What becomes of the texts of somebody who leaves. Nothing is chosen beforehand."""

    texts = forms.ChoiceField(
        label=_("What happens to your texts?"),
        widget=forms.RadioSelect,
        choices=[
            ("delete", _("Erase my texts")),
            ("keep", _("Leave my texts, as those of a former member")),
        ],
        help_text=_(
            "Where others answered you, an empty place stays in the conversation. Texts that stay keep their "
            "translations and lose your name; earlier versions go."
        ),
    )


class PrivacyForm(forms.ModelForm):
    """For whom each part of a member's page is."""

    class Meta:
        model = Member
        fields = [*(part.column for part in Part), "approves_followers"]
        labels = {
            "votes_for": _("My votes"),
            "history_for": _("How my votes changed"),
            "diary_for": _("My diary"),
            "watchlist_for": _("My watchlist"),
            "statistics_for": _("My statistics"),
            "activity_for": _("What I did when"),
            "follows_for": _("Whom and what I follow"),
            "approves_followers": _("Ask me before somebody follows me"),
        }
        help_texts = {
            "votes_for": _(
                "Your stars beside your name: on your page, among those who voted, and next to what you wrote. "
                "Means count every vote, without a name. Entries in your diary show stars of their own."
            ),
            "history_for": _("What you gave a title earlier, and when."),
            "diary_for": _("The days on which you saw something, with your notes and tags."),
            "watchlist_for": _("What you keep for later."),
            "statistics_for": _(
                "Your means by genre, country and maker, your years, and how your taste compares."
            ),
            "activity_for": _(
                "The calendar of your days, and what your followers read about you in their feed."
            ),
            "follows_for": _("The members, titles and people you follow, and who follows you."),
            "approves_followers": _("Those who follow you already stay. You can remove each of them."),
        }
        widgets = {part.column: forms.RadioSelect for part in Part}


def _into_label(name: str, can_be_made: bool) -> str:
    return name if can_be_made else gettext("%(language)s: no translations yet") % {"language": name}
