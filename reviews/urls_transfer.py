"""Bringing one's own in, taking it out."""

from django.urls import path

from reviews.views import exports, imports

urlpatterns = [
    path("imports/", imports.imports, name="imports"),
    path("imports/<int:pk>/", imports.import_, name="import"),
    path("imports/<int:pk>/commit/", imports.commit, name="import-commit"),
    path("imports/<int:pk>/first/", imports.first, name="import-first"),
    path("imports/<int:pk>/discard/", imports.discard, name="import-discard"),
    path("imports/<int:pk>/undo/", imports.undo, name="import-undo"),
    path("imports/<int:pk>/left-out.csv", imports.left_out, name="import-left-out"),
    path("imports/<int:pk>/works/<int:number>/", imports.work, name="import-work"),
    path("exports/", exports.exports, name="exports"),
    path("exports/<int:pk>/", exports.export, name="export"),
]
