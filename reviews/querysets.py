from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from django.apps import apps
from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import RawSQL

from accounts.models import Audience, Block, Follow, Member, Mute, Part
from accounts.permissions import Viewer, moderated_sections
from accounts.querysets import not_hidden, shown_to
from reviews.subjects import Subject, about

if TYPE_CHECKING:
    from films.models import Title
    from reviews.models import Review, TitleList, Vote  # noqa: F401  (names the models in the base classes below)


# The states (`ReviewState`) of a text that a moderator removed, or hid until its author answers.
TAKEN_AWAY: Final = ("hidden", "removed")


class ReviewQuerySet(models.QuerySet["Review"]):
    def visible_to(self, viewer: Viewer) -> ReviewQuerySet:
        """Texts whose words the viewer may read (`permissions.can_read_text` is the same for one text)."""
        readable = (
            Q(state="published") | Q(author=viewer.pk) if viewer.is_authenticated else Q(state="published")
        )
        sections = set(moderated_sections(viewer))
        # As `Title.section` and `Person.section` say.
        if "films" in sections:
            readable |= Q(state__in=TAKEN_AWAY) & (Q(title__kind="film") | Q(person__isnull=False))
        if "shows" in sections:
            readable |= Q(state__in=TAKEN_AWAY, title__kind__in=["show", "season"])
        return self.filter(readable)

    def about(self, subject: Subject) -> ReviewQuerySet:
        """The thread of a title or a person."""
        return self.filter(**about(subject))

    def opinions(self) -> ReviewQuerySet:
        """Reviews proper, as filed on their author's page."""
        return self.filter(is_opinion=True, state="published")

    def for_card(self, viewer: Viewer) -> ReviewQuerySet:
        """With everything a card shows beside the text: subject, author with totals, the author's current vote."""
        return self.with_subject().with_author(viewer)

    def with_author(self, viewer: Viewer) -> ReviewQuerySet:
        """With everything a card shows of the author: totals, and their current vote on the title."""
        return self.select_related("author__totals").with_author_vote(viewer)

    def folded_for(self, viewer: Viewer) -> ReviewQuerySet:
        """`folded`: "blocked" or "muted" where the viewer did that to the author, whose words are then folded away.

        Two index look-ups a row, and nothing for a visitor.
        """
        if viewer.pk is None:
            return self
        mine = {"member": viewer.pk, "other": OuterRef("author")}
        return self.annotate(
            folded=Case(
                When(Exists(Block.objects.filter(**mine)), then=Value("blocked")),
                When(Exists(Mute.objects.filter(**mine)), then=Value("muted")),
                default=Value(""),
            )
        )

    def for_page(self, viewer: Viewer) -> ReviewQuerySet:
        """With everything the text's own page shows about it."""
        return self.for_card(viewer).select_related("title__totals", "person__totals", "parent__author")

    def with_subject(self) -> ReviewQuerySet:
        """With the title or person that the text is about."""
        return self.select_related("title", "person")

    def with_author_vote(self, viewer: Viewer) -> ReviewQuerySet:
        """`author_vote`: the author's vote on the title today in half stars, or None (always of a person's thread).

        None too where the author does not show their votes to the viewer. One index look-up a row.
        """
        vote = apps.get_model("reviews", "Vote").objects.filter(
            member=OuterRef("author"), title=OuterRef("title")
        )
        shown = When(shown_to(Part.VOTES, viewer, "author__"), then=Subquery(vote.values("value")[:1]))
        return self.annotate(author_vote=Case(shown))

    def first_replies(self, roots: list[int], *, each: int) -> ReviewQuerySet:
        """The oldest `each` replies below each of these messages, in order.

        Partly as SQL: Django can say it with window functions only, which read every reply that there is, and takes
        longer to write them than the database to answer.
        """
        first = RawSQL(_FIRST_REPLIES, [roots, each])  # noqa: S611  (our own SQL, values apart)
        return self.filter(pk__in=first).order_by("created_at", "id")

    def count_replies(self, roots: list[int]) -> dict[int, int]:
        """How many replies there are below each of these messages that has any. One query."""
        rows = self.filter(root__in=roots).order_by().values_list("root").annotate(models.Count("pk"))
        return {root: number for root, number in rows if root is not None}


_FIRST_REPLIES: Final = """
    SELECT reply.id
    FROM unnest(%s::bigint[]) AS wanted (root_id)
    CROSS JOIN LATERAL (
        SELECT id FROM reviews_review WHERE root_id = wanted.root_id ORDER BY created_at, id LIMIT %s
    ) AS reply
"""


class VoteQuerySet(models.QuerySet["Vote"]):
    def for_card(self) -> VoteQuerySet:
        """With the title and its totals, without the long texts that no list of votes shows."""
        return self.select_related("title__totals").defer(
            "title__plot", "title__tagline", "title__plot_source"
        )

    def named_to(self, viewer: Viewer) -> VoteQuerySet:
        """Votes that the viewer may see with their member's name; the others count all the same.

        Nobody is named to those whom they blocked, or who blocked them.
        """
        named = self.filter(
            shown_to(Part.VOTES, viewer, "member__"), member__is_active=True, member__closing_at__isnull=True
        )
        if viewer.pk is None:
            return named
        return named.filter(
            ~Exists(Block.objects.filter(member=viewer.pk, other=OuterRef("member"))),
            ~Exists(Block.objects.filter(member=OuterRef("member"), other=viewer.pk)),
        )

    def near(self, viewer: Viewer) -> VoteQuerySet:
        """Votes of the few that may be named to the viewer otherwise than to a stranger: their own, of those whom they
        follow, and of those whom they blocked or who blocked them.
        """
        few = Member.objects.filter(pk=viewer.pk).values("pk")
        return self.filter(
            member__in=few.union(
                Follow.objects.filter(follower=viewer.pk).values("followed"),
                Block.objects.filter(member=viewer.pk).values("other"),
                Block.objects.filter(other=viewer.pk).values("member"),
            )
        )

    def counted_on(self, title: Title) -> VoteQuerySet:
        """The votes that make up the numbers of a title; a show's are those on its seasons."""
        place = {"title": title} if title.takes_votes else {"title__parent": title}
        return self.filter(counted=True, **place)

    def waiting_for_showing(self) -> VoteQuerySet:
        """Votes that will count from the first public showing of their title on, of titles that were not shown yet."""
        aside = apps.get_model("reviews", "SetAsideVote").objects.filter(
            title=OuterRef("title"), member=OuterRef("member")
        )
        return self.filter(~Exists(aside), counted=False, member__suspended_at__isnull=True)

    def by_followed(self, viewer: Viewer) -> VoteQuerySet:
        """Of members whom the viewer follows, with their consent where they ask for it."""
        accepted = Follow.objects.filter(follower=viewer.pk, accepted_at__isnull=False).values("followed")
        return self.filter(member__in=accepted)

    def by_title(self, member: Member, titles: Collection[int]) -> dict[int, dict[int, int]]:
        """For each of these titles the member's votes in half stars, by the title voted on: a show has its seasons'.

        One query. Titles without a vote are left out.
        """
        family = apps.get_model("films", "Title").objects.filter(Q(pk__in=titles) | Q(parent__in=titles))
        rows = self.filter(member=member, title__in=family.values("pk"))
        found: dict[int, dict[int, int]] = {}
        for title, show, value in rows.values_list("title", "title__parent", "value"):
            for of in (title, show):
                if of is not None:
                    found.setdefault(of, {})[title] = value
        return found

    def histogram(self) -> list[int]:
        """Ten counts of these votes, the ones that count in no total too: ½ star first, 5 last. One query."""
        counts = dict(self.order_by().values_list("value").annotate(Count("pk")))
        return [counts.get(half_stars, 0) for half_stars in range(1, 11)]


class TitleListQuerySet(models.QuerySet["TitleList"]):
    def named_to(self, viewer: Viewer) -> TitleListQuerySet:
        """Those that the viewer may see and that stand among everybody's: none of whom they blocked, or who blocked them,
        and none that a moderator removed.

        Whoever asks for such a list by its address gets it, as with a page and a message.
        """
        named = self.visible_to(viewer).filter(is_removed=False)
        if viewer.pk is None:
            return named
        return named.exclude(owner__in=Block.objects.filter(member=viewer.pk).values("other")).exclude(
            owner__in=Block.objects.filter(other=viewer.pk).values("member")
        )

    def visible_to(self, viewer: Viewer) -> TitleListQuerySet:
        """Lists that the viewer may see: everybody's, their own, and those for followers of whom they follow.

        Nothing that a moderator removed, or of suspended, closing and closed members, whose pages nobody sees; but to its
        owner all.
        """
        seen = Q(audience=Audience.EVERYONE)
        if viewer.pk is not None:
            accepted = Follow.objects.filter(follower=viewer.pk, accepted_at__isnull=False).values("followed")
            seen |= Q(owner=viewer.pk) | Q(audience=Audience.FOLLOWERS, owner__in=accepted)
        stands = not_hidden("owner__") & Q(is_removed=False)
        return self.filter(seen, stands | Q(owner=viewer.pk) if viewer.pk else stands)
