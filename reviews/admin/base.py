"""Finding rows by the members and titles they belong to."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin import ReadOnlyAdmin
from accounts.models import Member
from films.search import person_ids_like, title_ids_like
from filmsite.lib.inputs import number_in

# More members or titles than this share a beginning: the term says too little to be worth a long look.
_MOST_FOUND = 200


class FoundByPeopleAndTitles(ReadOnlyAdmin):
    """Lists of millions, found through the indexes of members and titles and never by reading the list.

    `member_path`, `title_path` and `person_path` lead from a row to its member's, its title's and its person's key.
    """

    member_path = "author"
    title_path = "title"
    # Votes are on titles only.
    person_path: str | None = "person"
    search_fields = ["=id"]
    search_help_text = _("An id, the beginning of a username, or the name of a title or a person")
    list_per_page = 50

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        return (queryset.filter(self.found(term)) if term else queryset), False

    def found(self, term: str) -> Q:
        """The condition that a row is what somebody looks for."""
        members, titles, people = self.keys_like(term)
        found = Q(**{f"{self.member_path}__in": members}) | Q(**{f"{self.title_path}__in": titles})
        if self.person_path:
            found |= Q(**{f"{self.person_path}__in": people})
        if (pk := number_in(term)) is not None:
            found |= Q(pk=pk)
        return found

    def keys_like(self, term: str) -> tuple[list[int], Any, Any]:
        """The keys of the members, titles and people that a term may mean; the latter two to be asked for by the query."""
        members = Member.objects.filter(username__istartswith=term).values_list("pk", flat=True)[:_MOST_FOUND]
        return list(members), title_ids_like(term)[:_MOST_FOUND], person_ids_like(term)[:_MOST_FOUND]


class Choices(admin.SimpleListFilter):
    """A filter whose choices are known: Django's own would read a table of millions to learn them.

    The column is the parameter's name.
    """

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(**{str(self.parameter_name): value}) if value else queryset
