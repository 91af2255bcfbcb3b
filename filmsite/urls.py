"""The map of the site. Every address below is a public contract."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from filmsite import views

# One way in: the admin signs in where everybody does, with the same limits and second factor.
admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as allauth documents

urlpatterns = [
    path("", views.home, name="home"),
    path("about/", views.about, name="about"),
    path("rules/", views.rules, name="rules"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("", include("films.urls")),
    path("", include("accounts.urls")),
    path("", include("reviews.urls")),
    path("api/v1/", include("reviews.urls_api")),
    path("moderation/", include("reviews.urls_moderation")),
    path("notice/", include("reviews.urls_notices")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]

if not settings.PRODUCTION:
    urlpatterns.append(path(f"{settings.MEDIA_URL.lstrip('/')}<path:path>", views.media))

handler400 = "filmsite.views.bad_request"
handler403 = "filmsite.views.forbidden"
handler404 = "filmsite.views.not_found"
handler500 = "filmsite.views.server_error"
