"""The members whom a text names as @name: they are told of it, once."""

from typing import Final

from django.db.models import Q
from django.db.models.functions import Upper

from accounts.models import FormerName, Member
from accounts.usernames import digest_of
from filmsite.lib.text import named_members
from reviews.models import MemberMention, Review

# More names than these call nobody: a roll-call is no conversation.
MOST_MENTIONS: Final = 10


def note_member_mentions(review: Review) -> list[int]:
    """Store which members the text names now, beside its author. Part of the caller's transaction.

    Answers the ids of those who were not named before.
    """
    names = named_members(review.body)[:MOST_MENTIONS]
    if not names and review.revision_number == 1:
        return []
    digests = [digest_of(name) for name in names]
    renamed = list(FormerName.objects.filter(digest__in=digests).values_list("member", flat=True))
    # As the index of names is written.
    called = Member.objects.annotate(upper_name=Upper("username")).filter(
        Q(upper_name__in=[name.upper() for name in names]) | Q(pk__in=renamed)
    )
    named = set(called.active().filter(is_placeholder=False, closed_at=None).values_list("pk", flat=True))
    named.discard(review.author_id)
    before = set(MemberMention.objects.filter(review=review).values_list("member_id", flat=True))
    MemberMention.objects.filter(review=review, member__in=before - named).delete()
    MemberMention.objects.bulk_create(
        (MemberMention(review=review, member_id=pk) for pk in sorted(named - before)), ignore_conflicts=True
    )
    return sorted(named - before)
