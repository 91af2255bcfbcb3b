"""Conditions and pages of texts of every kind."""

from collections import defaultdict
from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import Q

from accounts.models import TranslationConsent
from films.models import Title
from filmsite.lib.kept import forget_pages
from reviews.authors import AUTHORS
from reviews.sources import Source


def of_texts(sources: Iterable[Source]) -> Q:
    """The condition that a row of `OfText` belongs to one of these texts, of which there is at least one."""
    pks: dict[str, list[int]] = defaultdict(list)
    for source in sources:
        pks[source.kind].append(source.pk)
    return reduce(or_, (Q(**{f"{kind}__in": found}) for kind, found in pks.items()))


def that_may_leave() -> Q:
    """The condition that engines on other people's machines may have the text of a row of `OfText`."""
    return reduce(or_, (Q(**{f"{path}__translation_consent": TranslationConsent.ANY}) for path in AUTHORS))


def forget_pages_of(sources: Iterable[Source]) -> None:
    """Once this transaction is committed, build the pages anew that show these texts."""
    subjects = [source.subject for source in sources if source.subject is not None]
    titles = [subject for subject in subjects if isinstance(subject, Title)]
    people = [subject.pk for subject in subjects if not isinstance(subject, Title)]
    people += [source.pk for source in sources if source.kind == "person"]
    forget_pages(
        title_ids={pk for title in titles for pk in (title.pk, title.parent_id)}, person_ids=set(people)
    )
