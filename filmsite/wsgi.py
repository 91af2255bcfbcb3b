"""The WSGI application, for gunicorn or any other server."""

import os

from django.core.wsgi import get_wsgi_application
from django.template import engines
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "filmsite.settings")

application = get_wsgi_application()

# All pages and template tags now, and not at the first request: a mistake in one stops the start, and what gunicorn
# loads before its workers part is in memory once.
get_resolver().url_patterns  # noqa: B018  # a property that imports
engines.all()
