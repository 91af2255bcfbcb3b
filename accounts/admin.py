from typing import cast

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin_barring import SignUpBarAdmin
from accounts.admin_suspending import suspend_page
from accounts.models import DemoMail, Job, Member, MemberTotals, SignUpBar
from accounts.usernames import skeleton
from filmsite.lib.estimates import EstimatingPaginator
from filmsite.lib.inputs import number_in


def editor_of(request: HttpRequest) -> Member:
    """The member of staff who asks: nobody else comes into the admin (`filmsite.middleware.GuardAdmin`)."""
    return cast(Member, request.user)


class ReadOnly:
    """Rows that the site itself makes: to be looked at, never added, edited or deleted by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(ReadOnly, admin.ModelAdmin):
    """The list and the page of such rows."""

    show_full_result_count = False
    paginator = EstimatingPaginator
    list_max_show_all = 0


class ReadOnlyInline(ReadOnly, admin.TabularInline):
    """Such rows on the page of what they belong to."""

    extra = 0

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        # What the database fills in is no field of a form.
        return tuple(map(str, self.fields or ()))


@admin.register(Member)
class MemberAdmin(admin.ModelAdmin):
    """Members, their state, and the sections they moderate.

    Rights are for superusers to give, and only they may touch somebody who has any: whoever could change such an
    account could become it. The e-mail is the member's own to change, with a code.
    """

    list_display = ["username", "email", "date_joined", "moderates", "is_staff", "is_suspended"]
    list_filter = ["is_staff", "is_active", "is_placeholder", ("suspended_at", admin.EmptyFieldListFilter)]
    search_fields = ["username"]
    search_help_text = _("An id, the beginning of a username, or a whole e-mail address")
    ordering = ["-id"]
    show_full_result_count = False
    paginator = EstimatingPaginator
    readonly_fields = [
        "username",
        "email",
        "is_placeholder",
        "date_joined",
        "last_login",
        # Suspending has a page of its own: votes and titles follow, and the member is told.
        "suspended_at",
        "messages_and_votes",
    ]
    change_form_template = "admin/accounts/member/change_form.html"
    filter_horizontal = ["groups"]
    fieldsets = [
        (None, {"fields": ["username", "email", "about", "messages_and_votes"]}),
        (_("Languages"), {"fields": ["interface_language", "translate_into", "reads", "always_original"]}),
        (_("Rights"), {"fields": ["sections", "is_staff", "is_superuser", "groups"]}),
        (
            _("State"),
            {"fields": ["is_active", "suspended_at", "is_placeholder", "date_joined", "last_login"]},
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Member]:
        return super().get_queryset(request).select_related("totals")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Member], search_term: str
    ) -> tuple[QuerySet[Member], bool]:
        """Each way of finding through its index."""
        term = search_term.strip()
        if not term:
            return queryset, False
        found = Q(username_skeleton__startswith=skeleton(term)) | Q(email__in=[term, term.lower()])
        if (pk := number_in(term)) is not None:
            found |= Q(pk=pk)
        return queryset.filter(found), False

    def get_readonly_fields(self, request: HttpRequest, obj: Member | None = None) -> list[str]:
        fields = list(super().get_readonly_fields(request, obj))
        if not request.user.is_superuser:
            fields += ["sections", "is_staff", "is_superuser", "groups"]
        return fields

    def has_change_permission(self, request: HttpRequest, obj: Member | None = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        if obj is None or request.user.is_superuser:
            return allowed
        has_rights = obj.is_staff or obj.is_superuser or obj.is_moderator
        return allowed and not has_rights

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "<path:object_id>/suspend/",
            self.admin_site.admin_view(self.suspend_page),
            name="accounts_member_suspend",
        )
        return [own, *super().get_urls()]

    def suspend_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return suspend_page(request, self, object_id, actor=editor_of(request))

    def has_delete_permission(self, request: HttpRequest, obj: Member | None = None) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description=_("moderates"))
    def moderates(self, member: Member) -> str:
        return ", ".join(member.sections)

    @admin.display(description=_("suspended"), boolean=True, ordering="suspended_at")
    def is_suspended(self, member: Member) -> bool:
        return member.is_suspended

    @admin.display(description=_("messages and votes"))
    def messages_and_votes(self, member: Member) -> str:
        messages = (
            ngettext("%d message", "%d messages", member.totals.message_count) % member.totals.message_count
        )
        votes = ngettext("%d vote", "%d votes", member.totals.vote_count) % member.totals.vote_count
        return f"{messages}, {votes}"


admin.site.register(SignUpBar, SignUpBarAdmin)


@admin.register(MemberTotals)
class MemberTotalsAdmin(ReadOnlyAdmin):
    list_display = ["member", "message_count", "vote_count", "mean"]
    list_select_related = ["member"]
    search_fields = ["=member__id", "member__username"]


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["kind", "state", "done", "total", "started_at", "finished_at"]
    list_filter = ["state", "kind"]
    search_fields = ["=id", "kind"]


@admin.register(DemoMail)
class DemoMailAdmin(ReadOnlyAdmin):
    list_display = ["subject", "recipients", "sent_at"]
    search_fields = ["=id", "subject", "recipients"]
