"""Addresses of what a reader may press about titles and people alike."""

from django import template
from django.urls import reverse

from films.models import Title
from reviews.subjects import Subject

register = template.Library()


@register.simple_tag
def follow_thread_url(subject: Subject) -> str:
    """Where the button that follows the thread of a title or a person posts to."""
    name = "reviews:follow-title" if isinstance(subject, Title) else "reviews:follow-person"
    return reverse(name, args=[subject.pk])
