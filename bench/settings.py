"""The site's own settings, with one empty page beside its addresses to measure the others against."""

from filmsite.settings import *  # noqa: F403  (all of them; only the map differs)

ROOT_URLCONF = "bench.urls"
