"""What the tests of fairness share: decisions about a message, and what follows from them."""

from accounts.models import Job, Member
from reviews.models import Decision, Matter, Review
from reviews.moderation.targets import target_of
from reviews.services.deciding import act_on
from reviews.services.suspending import run_ordered


def decide(review: Review, moderator: Member, verdict: str = "remove", **more: object) -> Decision:
    """What a moderator decides about a message that they came across."""
    return act_on(
        target=target_of(Matter.REVIEW, review),
        moderator=moderator,
        kind="copied-text",
        verdict=verdict,
        reason="It stands elsewhere.",
        rule="copied-text",
        **more,
    )


def follow_orders() -> None:
    """Let what was decided follow, as it does once a transaction is stored."""
    for pk in Job.objects.filter(kind__startswith="members.").values_list("pk", flat=True):
        run_ordered(pk)
