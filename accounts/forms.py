from collections.abc import Mapping
from typing import cast

from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.conf import settings
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Member
from filmsite.lib.inputs import clean_line
from filmsite.lib.languages import WRITING_LANGUAGES, language_name

USERNAME_IS_FOREVER = _("Choose with care: a username can never be changed. Letters, digits and - _ . only.")


class SignupForm(AllauthSignupForm):
    """Sign-up by e-mail; says before submit that the username is for ever."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].help_text = USERNAME_IS_FOREVER
        self.fields["email"].help_text = _("We send a code there. It is never shown to anybody.")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


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
    """What a member may change about themselves. The username is not among it.

    `translated_into` are the languages to choose from, and whether this site can translate into each today.
    """

    translate_into = forms.ChoiceField(
        label=_("Show me translations in"),
        required=False,
        help_text=_("The site's own words may be in another language."),
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
        fields = ["about", "interface_language", "translate_into", "reads", "always_original"]
        labels = {"always_original": _("Always show originals first")}
        help_texts = {
            "about": _("One line on your page, in whatever language you like."),
            "always_original": _("The translation stays one click away."),
        }

    def __init__(self, *args, translated_into: Mapping[str, bool], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        shown_in = get_language() or "en"
        self.fields["interface_language"] = forms.ChoiceField(
            label=_("Language of the site"),
            choices=[("", _("As my browser asks")), *settings.LANGUAGES],
            required=False,
        )
        languages = [(code, language_name(code, shown_in)) for code in WRITING_LANGUAGES]
        languages.sort(key=lambda language: language[1].casefold())
        cast(forms.MultipleChoiceField, self.fields["reads"]).choices = languages
        # An earlier choice stays possible when its engine is gone: saving another field must not lose it.
        earlier = self.instance.translate_into
        offered = {**({earlier: False} if earlier else {}), **translated_into}
        cast(forms.ChoiceField, self.fields["translate_into"]).choices = [
            ("", _("The language of the site")),
            *((code, _into_label(name, offered[code])) for code, name in languages if code in offered),
        ]

    def clean_about(self) -> str:
        return clean_line(self.cleaned_data["about"])


def _into_label(name: str, can_be_made: bool) -> str:
    return name if can_be_made else gettext("%(language)s: no translations yet") % {"language": name}
