"""Sessions in the database, which say so when the database is away."""

from typing import Any

from django.contrib.sessions.backends import base, db
from django.db import OperationalError


class SessionStore(db.SessionStore):
    """Django's, but for one thing.

    Django takes whatever goes wrong when a session is stored for a session that somebody has deleted meanwhile, and answers
    "400 Bad Request". When the database went away in that moment nothing is wrong with the request: what raises here is
    answered by "503, try again", and whoever sends the same form again finds what they wrote stored once.
    """

    def save(self, must_create: bool = False) -> Any:
        """Raises OperationalError when the database is away."""
        try:
            return super().save(must_create)
        except base.UpdateError as error:
            if isinstance(error.__context__, OperationalError):
                raise error.__context__ from None
            raise
