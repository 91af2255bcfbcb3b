from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.forms import BaseForm
from django.http import HttpRequest
from django.urls import resolve
from django.utils.translation import gettext as _

from accounts.models import BarKind, Member
from accounts.services.barring import bars_met
from accounts.services.naming import is_taken


class AccountAdapter(DefaultAccountAdapter):
    """Where sign-in differs from allauth's defaults."""

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """Refuse a name that looks like one that exists, whatever its letters are."""
        username = super().clean_username(username, shallow)
        if not shallow and is_taken(username):
            raise self.validation_error("username_taken")
        return username

    def refuse_barred(self, form: BaseForm, *, joining: bool) -> None:
        """Add to a checked form why nobody can join with its mail address, if so, and what to do instead.

        Of who is `joining` it is asked from what network they come, too. The answer is the same whether or not somebody
        has the address, and whichever bar it is that refuses it.
        """
        met = bars_met(
            email=form.cleaned_data.get("email", ""),
            ip=self.get_client_ip(self.request) if joining else "",
        )
        if met & {BarKind.DOMAIN, BarKind.ADDRESS}:
            form.add_error(
                "email",
                _with_contact(_("We take no new members with this address. Please give another one.")),
            )
        if BarKind.NETWORK in met:
            form.add_error(
                None,
                _with_contact(
                    _(
                        "From the network that you use nobody can join at the moment. Please try another one, or try later."
                    )
                ),
            )

    def save_user(
        self, request: HttpRequest, user: Member, form: BaseForm, commit: bool = True
    ) -> AbstractBaseUser:
        """Store a new member. Whoever lost the name or address to another since the form was checked is answered as
        if it had been taken before.
        """
        try:
            with transaction.atomic():
                return super().save_user(request, user, form, commit)
        except IntegrityError:
            form.full_clean()
            if not form.errors and not getattr(form, "account_already_exists", False):
                raise
            # The page once more: its own check finds the other member now, and ends before it comes here.
            view, arguments, named = resolve(request.path_info)
            raise ImmediateHttpResponse(view(request, *arguments, **named)) from None

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Name the site as its operator does; allauth would take its name from the request's Host header."""
        site = {"name": settings.FILMSITE_NAME, "domain": urlsplit(settings.FILMSITE_URL).netloc}
        super().send_mail(template_prefix, email, {**context, "current_site": site})


def _with_contact(refusal: str) -> str:
    """The refusal, and where to turn to when it is a mistake, if anybody reads what is written to the site."""
    if not settings.FILMSITE_OBJECTIONS_ADDRESS:
        return refusal
    mistaken = _("Is that a mistake? Write to %(address)s: a person reads it.")
    return f"{refusal} {mistaken % {'address': settings.FILMSITE_OBJECTIONS_ADDRESS}}"
