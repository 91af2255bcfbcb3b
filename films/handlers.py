"""What the catalogue does when rows go, by whatever way they go."""

from typing import Any

from accounts.models import Member
from films.models import Image
from films.services.forgetting import forget_member


def forget_files_of_image(sender: type[Image], instance: Image, **kwargs: Any) -> None:
    """A deleted picture leaves no files behind: rows also go with their title, where no method of theirs is called."""
    instance.forget_files()


def forget_who_left(sender: type[Member], *, member: Member, **kwargs: Any) -> None:
    forget_member(member=member)
