"""Texts that the copy detector was given: for staff to look up. `manage.py known_texts` adds and removes them."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin import ReadOnlyAdmin
from accounts.models import Job
from reviews.admin.base import Choices
from reviews.copy_index import load_known
from reviews.models import KnownKind, KnownText, Licence, OwnWords
from reviews.services.registering import SCAN


class LicenceFilter(Choices):
    title = _("licence")
    parameter_name = "licence"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [(licence.value, str(licence.label)) for licence in Licence]


@admin.register(KnownText)
class KnownTextAdmin(ReadOnlyAdmin):
    """What is registered, and not the site's own texts: these have pages of their own."""

    list_display = ["id", "kind", "label", "holder", "licence", "section", "words", "indexed_at"]
    list_filter = [LicenceFilter]
    search_fields = ["=id", "label", "holder", "url"]
    ordering = ["-id"]
    fields = [
        *("kind", "label", "url", "holder", "licence", "section", "words", "first_words"),
        *("registered_by", "indexed_at", "text", "standing"),
    ]
    readonly_fields = ["standing"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[KnownText]:
        registered = super().get_queryset(request).filter(kind__in=[KnownKind.REGISTERED, KnownKind.FORMULA])
        return registered.select_related("registered_by").defer("grams")

    @admin.display(description=_("stood on the site when it was registered"))
    def standing(self, known: KnownText) -> SafeString | str:
        """Texts of the site that share words with it. Nothing was done about them."""
        job = Job.objects.filter(kind=SCAN, parameters__known=known.pk).first()
        if job is None:
            return "–"
        words = dict(job.parameters["standing"])
        lines = [
            (
                source.url,
                source.label,
                ngettext("%(n)d word", "%(n)d words", words[source.id]) % {"n": words[source.id]},
            )
            for source in load_known(list(words))
        ]
        return format_html("<ul>{}</ul>", format_html_join("", '<li><a href="{}">{}</a>: {}</li>', lines))


@admin.register(OwnWords)
class OwnWordsAdmin(ReadOnlyAdmin):
    list_display = ["id", "author", "source", "review", "state", "url", "said_at"]
    list_filter = ["state"]
    list_select_related = ["author", "source", "review"]
    search_fields = ["=id", "=review__id", "author__username"]
