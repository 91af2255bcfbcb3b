"""Pages of tables too large to count: PostgreSQL's own estimate, and a count that stops where nobody reads on."""

from functools import cached_property
from typing import Any, Final

from django.core.paginator import Paginator
from django.db import connection
from django.db.models import QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _

# So many rows are counted one by one, and can be leafed through: what lies deeper is found by narrowing the list.
EXACT: Final = 10_000


class EstimatingPaginator(Paginator):
    """A paginator for the staff's lists, whose first page costs the same at a thousand rows and at ten million.

    Up to `EXACT` rows it counts. Beyond, a list that nothing narrows takes the planner's estimate and any other is
    "more than 10,000"; `shown_count` says which.
    """

    @cached_property
    def count(self) -> int:
        """The number of rows: exact up to `EXACT`, above that an estimate, or one more than `EXACT`."""
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]  # the admin pages querysets only
        if not rows.query.where and not rows.query.distinct:
            estimate = estimated_rows(rows.model._meta.db_table)
            if estimate > EXACT:
                return estimate
        return rows.order_by()[: EXACT + 1].count()

    @cached_property
    def num_pages(self) -> int:
        return min(super().num_pages, -(-EXACT // self.per_page))

    @property
    def is_exact(self) -> bool:
        return self.count <= EXACT

    @property
    def shown_count(self) -> str:
        """The number as it is said: "318", "more than 10,000", "about 618,882"."""
        number = number_format(
            min(self.count, EXACT) if self.count == EXACT + 1 else self.count, force_grouping=True
        )
        if self.is_exact:
            return number
        return (_("more than %(number)s") if self.count == EXACT + 1 else _("about %(number)s")) % {
            "number": number
        }


def estimated_rows(table: str) -> int:
    """How many rows PostgreSQL believes the table to have, as of its last ANALYZE; 0 where it never looked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [table])
        return max(0, cursor.fetchone()[0])
