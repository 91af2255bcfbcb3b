"""Titles that stand still while something is written about them."""

from django.db import connection
from django.http import Http404

from films.duplicates import merge_lock, standing_title_id
from films.models import Title


def hold_title(title: Title) -> int:
    """Give the id of this title, or of what it became one with, and let no merge of it begin in this transaction.

    What is written then follows every later merge. Raises Http404 when the title is gone.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [merge_lock(title.pk)])
    standing = standing_title_id(title.pk)
    if standing is None:
        raise Http404
    return standing
