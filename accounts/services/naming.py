"""Taking a name away that cannot stay, and giving it back. The member's sessions, texts and mentions stay theirs."""

from django.db import transaction

from accounts.models import FormerName, Member
from accounts.usernames import digest_of, given_names, skeleton


@transaction.atomic
def take_name_away(*, member: Member) -> str:
    """Call the member by a name that says nothing, and keep theirs from everybody; answers the name they had.

    What leads to the old name leads to them. The member must be held.
    """
    had = member.username
    FormerName.objects.update_or_create(digest=digest_of(had), defaults={"member": member})
    member.username = next(name for name in given_names(member.pk) if not is_taken(name))
    member.save(update_fields=["username", "username_skeleton"])
    return had


@transaction.atomic
def give_name_back(*, member: Member, name: str) -> bool:
    """Call the member by the name that was taken away from them; False where it is not kept for them any more."""
    kept = FormerName.objects.filter(digest=digest_of(name), member=member)
    if not kept.delete()[0]:
        return False
    member.username = name
    member.save(update_fields=["username", "username_skeleton"])
    return True


def is_taken(username: str) -> bool:
    """Whether somebody has a name that looks like this one, or had it and left."""
    return (
        Member.objects.filter(username_skeleton=skeleton(username)).exists()
        or FormerName.objects.filter(digest=digest_of(username)).exists()
    )
