"""Everything under /api/v1/. The addresses and what they answer are a public contract: additions only."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from reviews.views import api

urlpatterns = [
    path("reviews/", api.ReviewList.as_view(), name="api-reviews"),
    path("reviews/<int:pk>/", api.ReviewDetail.as_view(), name="api-review"),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
]
