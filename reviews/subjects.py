"""What a text is about: a title or a person of the catalogue. A thread is the same for both but for what stands here."""

from films.models import Person, Title
from filmsite.lib.kept import forget_pages

Subject = Title | Person


def about(subject: Subject) -> dict[str, Subject]:
    """The column that says what a text or a draft is about, for a filter or a new row."""
    return {"title": subject} if isinstance(subject, Title) else {"person": subject}


def names_of(subject: Subject) -> tuple[str, ...]:
    """Its own names: they say nothing about the language of a text in which they stand."""
    if isinstance(subject, Title):
        return (subject.name, subject.original_name)
    return (subject.name,)


def takes_verdict(subject: Subject) -> bool:
    """Whether an opinion may say so many stars: nobody votes on people."""
    return isinstance(subject, Title)


def forget_pages_about(subject: Subject) -> None:
    """Once this transaction is committed, build the page that shows its thread anew."""
    if isinstance(subject, Title):
        forget_pages(title_ids=[subject.pk, subject.parent_id])
    else:
        forget_pages(person_ids=[subject.pk])
