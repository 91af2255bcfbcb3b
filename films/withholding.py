"""What the history of a title or person keeps from readers: words that a moderator's decision took away."""

from django.db.models import Max

from films.editing import Item, owner_of
from films.models import Change


def withheld_until(item: Item) -> dict[str, int]:
    """By field the last change that took something away and was not taken back: its values, and those of all changes of that
    field before it, are for the section's moderators only. One query.
    """
    taken = Change.objects.filter(
        **owner_of(item), origin=Change.Origin.MODERATION, reverts=None, reverted_by=None
    )
    return dict(taken.order_by().values_list("field").annotate(Max("pk")))
