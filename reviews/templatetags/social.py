"""What the pages of the feed, of notifications and of followed threads need for the eye."""

from datetime import date

from django import template
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localdate

from films.models import Title
from reviews.subjects import Subject

register = template.Library()


@register.simple_tag
def follow_thread_url(subject: Subject) -> str:
    """Where the button that follows the thread of a title or a person posts to."""
    name = "reviews:follow-title" if isinstance(subject, Title) else "reviews:follow-person"
    return reverse(name, args=[subject.pk])


@register.filter
def day_heading(day: date) -> str:
    """A day over what happened on it: with its weekday in this year, else with the year."""
    return date_format(day, "l j F" if day.year == localdate().year else "DATE_FORMAT")
