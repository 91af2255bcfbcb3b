"""Bringing one's own in, taking it out."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
