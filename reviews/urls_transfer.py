"""Bringing one's own in, taking it out."""

from django.urls import path

from reviews.views import exports

urlpatterns = [
    path("exports/", exports.exports, name="exports"),
    path("exports/<int:pk>/", exports.export, name="export"),
]
