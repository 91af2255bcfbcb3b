"""The WSGI application, for gunicorn or any other server."""

import os

import django
from django.template import engines
from django.urls import get_resolver

from filmsite.handler import Handler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "filmsite.settings")

django.setup(set_prefix=False)
application = Handler()

# All pages and template tags now, and not at the first request: a mistake in one stops the start, and what gunicorn
# loads before its workers part is in memory once.
get_resolver().url_patterns  # noqa: B018  # a property that imports
engines.all()
