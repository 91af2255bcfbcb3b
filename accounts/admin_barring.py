"""The staff's list of whom nobody joins by: mail domains, mail addresses and networks. A bar is made and ended, never changed."""

from datetime import timedelta
from ipaddress import IPv6Network
from typing import Any, cast

from allauth.account.models import EmailAddress
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.barring import (
    WIDEST,
    digest_of,
    domain_of,
    is_ip,
    masked,
    network_of,
    values_barring,
)
from accounts.models import BarKind, Member, SignUpBar
from accounts.services.barring import end_bars
from filmsite.lib.domains import is_domain
from filmsite.lib.fields import CleanTextField
from filmsite.lib.inputs import number_in

# What "as usual" is: networks change hands.
USUAL_DAYS_OF_NETWORK = 30
WITHOUT_END = 0


class BarForm(forms.ModelForm):
    """A new bar. What is typed becomes what is compared, and of a mail address only a digest is kept."""

    value = forms.CharField(
        label=gettext_lazy("What"),
        max_length=320,
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "A domain (example.org) bars all that is below it, too. A mail address bars its mailbox, with or without “+…”; "
            "it is kept as a code from which nobody can read it. A network is 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32."
        ),
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("How long"),
        choices=[
            ("", gettext_lazy("As usual: a network for 30 days, all else until somebody ends it")),
            (7, gettext_lazy("7 days")),
            (30, gettext_lazy("30 days")),
            (365, gettext_lazy("A year")),
            (WITHOUT_END, gettext_lazy("Until somebody ends it")),
        ],
        coerce=int,
        empty_value=None,
        required=False,
        help_text=gettext_lazy("Networks change hands: one without an end keeps out people who did nothing."),
    )
    reason = CleanTextField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=gettext_lazy("For colleagues who ask later. Name no person and no address."),
    )

    class Meta:
        model = SignUpBar
        fields = ("kind", "value", "days", "reason")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind, written = cleaned.get("kind"), cleaned.get("value")
        if kind and written:
            try:
                cleaned["value"] = _NORMAL_FORMS[kind](written)
            except forms.ValidationError as error:
                self.add_error("value", error)
            else:
                self._refuse_what_must_not_be(cleaned["value"])
                self.instance.hint = masked(written) if kind == BarKind.ADDRESS else ""
        days = cleaned.get("days")
        if days is None and kind == BarKind.NETWORK:
            days = USUAL_DAYS_OF_NETWORK
        self.instance.until = self.instance.since + timedelta(days=days) if days else None
        return cleaned

    def _refuse_what_must_not_be(self, value: str) -> None:
        main = Member.objects.filter(is_staff=True, email__isnull=False).values_list("email", flat=True)
        others = EmailAddress.objects.filter(user__is_staff=True).values_list("email", flat=True)
        if any(value in values_barring(email=email) for email in (*main, *others)):
            self.add_error("value", _("Somebody of the staff has such an address: this would bar too many."))
        elif SignUpBar.objects.in_force().filter(value=value).exists():
            self.add_error("value", _("This is barred already. End that bar first if it should be another."))


class InForceFilter(admin.SimpleListFilter):
    title = gettext_lazy("in force")
    parameter_name = "in_force"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("yes", _("In force")), ("no", _("Ended"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[SignUpBar]) -> QuerySet[SignUpBar]:
        if self.value() == "yes":
            return queryset.filter(pk__in=SignUpBar.objects.in_force())
        if self.value() == "no":
            return queryset.filter(until__lte=timezone.now())
        return queryset


class SignUpBarAdmin(admin.ModelAdmin):
    """Bars on signing up, found by what they are or by an address that they would bar."""

    form = BarForm
    radio_fields = {"kind": admin.HORIZONTAL}
    list_display = ["label", "kind", "is_in_force", "until", "met_count", "met_at", "made_by"]
    list_filter = ["kind", InForceFilter]
    list_select_related = ["made_by"]
    search_fields = ["value"]
    search_help_text = gettext_lazy(
        "Part of what is barred or of the reason; or a whole mail address or address of the internet, to see what bars it"
    )
    actions = ["end_now"]

    def get_fields(self, request: HttpRequest, obj: SignUpBar | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("kind", "value", "days", "reason")
        return ("label", "kind", "reason", "since", "until", "met_count", "met_at", "made_by")

    def get_readonly_fields(self, request: HttpRequest, obj: SignUpBar | None = None) -> tuple[str, ...]:
        return self.get_fields(request, obj) if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: SignUpBar | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: SignUpBar | None = None) -> bool:
        return False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, str | list[str]]:
        """The address of the member whose page led here, by their number: no address of a page holds one of mail."""
        initial = super().get_changeform_initial_data(request)
        pk = number_in(str(initial.pop("member", "")))
        if pk is not None and request.user.has_perm("accounts.view_member"):
            for email in Member.objects.filter(pk=pk, email__isnull=False).values_list("email", flat=True):
                initial |= {"kind": BarKind.ADDRESS.value, "value": email}
        return initial

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[SignUpBar], search_term: str
    ) -> tuple[QuerySet[SignUpBar], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        # Not in digests, which hold any short run of letters.
        found = Q(value__icontains=term) & ~Q(kind=BarKind.ADDRESS)
        found |= Q(hint__icontains=term) | Q(reason__icontains=term) | Q(value__in=_barring(term))
        return queryset.filter(found), False

    def save_model(self, request: HttpRequest, obj: SignUpBar, form: forms.ModelForm, change: bool) -> None:
        obj.made_by = cast(Member, request.user)
        super().save_model(request, obj, form, change)
        if obj.kind == BarKind.NETWORK:
            for warning in warnings_about(obj, seen_from=_own_addresses(request)):
                messages.warning(request, warning)

    @admin.action(description=gettext_lazy("End the selected now"), permissions=["add"])
    def end_now(self, request: HttpRequest, queryset: QuerySet[SignUpBar]) -> None:
        ended = end_bars(bars=list(queryset.values_list("pk", flat=True)))
        for bar in ended:
            self.log_change(request, bar, [{"changed": {"fields": ["until"]}}])
        said = ngettext("%(n)d bar has ended.", "%(n)d bars have ended.", len(ended)) % {"n": len(ended)}
        self.message_user(request, said, messages.SUCCESS if ended else messages.WARNING)

    @admin.display(description=gettext_lazy("what"), ordering="value")
    def label(self, bar: SignUpBar) -> str:
        return bar.label

    @admin.display(description=gettext_lazy("in force"), boolean=True)
    def is_in_force(self, bar: SignUpBar) -> bool:
        return bar.is_in_force


def warnings_about(bar: SignUpBar, *, seen_from: list[str]) -> list[str]:
    """What staff should know of a bar on a network that they made; `seen_from` are the addresses from which the site sees them,
    their own and those of its proxies.
    """
    network = network_of(bar.value)
    warnings = []
    if network.is_private:
        warnings.append(
            _(
                "Nobody comes from a private network over the internet. If visitors seem to, TRUSTED_PROXY_COUNT is wrong, and "
                "this bar keeps out everybody: end it then."
            )
        )
    elif any(bar.value in values_barring(ip=address) for address in seen_from):
        warnings.append(
            _(
                "You, or a proxy of this site, come from this network. End the bar if nobody can join any more."
            )
        )
    if bar.until is None:
        warnings.append(_("This network is barred without an end. Networks change hands: look at it again."))
    return warnings


def _own_addresses(request: HttpRequest) -> list[str]:
    """Of whoever asks, and of the proxies of the site that they came by."""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")[-proxies:] if proxies else []
    addresses = [address.strip() for address in (*forwarded, request.META.get("REMOTE_ADDR", ""))]
    return [address for address in addresses if is_ip(address)]


def _barring(term: str) -> list[str]:
    """Every value that would bar the address that was searched for, of mail or of the internet."""
    if "@" in term:
        return values_barring(email=term)
    return values_barring(ip=term) if is_ip(term) else []


def _domain(written: str) -> str:
    domain = domain_of(written.strip().removeprefix("*.").lstrip("@."))
    if not is_domain(domain):
        raise forms.ValidationError(
            _("Write a domain like example.org: no address, and no whole ending like .org."), code="domain"
        )
    return domain


def _address(written: str) -> str:
    return digest_of(forms.EmailField(max_length=254).clean(written))


def _network(written: str) -> str:
    try:
        network = network_of(written)
    except ValueError as error:
        raise forms.ValidationError(
            _("Write a network like 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32."), code="network"
        ) from error
    if network.prefixlen < (widest := WIDEST[network.version]):
        raise forms.ValidationError(
            _("This network is too wide. The widest that can be barred is /%(widest)d."),
            code="wide",
            params={"widest": widest},
        )
    if isinstance(network, IPv6Network) and network.network_address.ipv4_mapped:
        raise forms.ValidationError(_("Write this network as one of IPv4."), code="mapped")
    return str(network)


_NORMAL_FORMS = {BarKind.DOMAIN: _domain, BarKind.ADDRESS: _address, BarKind.NETWORK: _network}
