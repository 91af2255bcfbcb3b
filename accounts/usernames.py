"""What a username may be, and when two of them look the same."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import count

from django.core.exceptions import ValidationError
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

ALLOWED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]")

# Names that would pass for the site itself, or for part of an address.
RESERVED = frozenset(
    [
        "about",
        "abuse",
        "account",
        "accounts",
        "admin",
        "administrator",
        "anonymous",
        "api",
        "contact",
        "filmsite",
        "help",
        "home",
        "host",
        "info",
        "login",
        "logout",
        "mail",
        "me",
        "member",
        "members",
        "moderation",
        "moderator",
        "null",
        "official",
        "owner",
        "postmaster",
        "privacy",
        "root",
        "security",
        "settings",
        "shows",
        "signup",
        "site",
        "staff",
        "support",
        "system",
        "undefined",
        "webmaster",
        "www",
    ]
)

# What is left of those who closed their accounts: "former-member-12".
FORMER = "former-member-"

# What a moderator calls somebody whose name could not stay: "member-12".
GIVEN = "member-"

# Letters and figures that are easily taken for one another.
_LOOKALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "-": "", ".": "", "_": ""})


def skeleton(username: str) -> str:
    """The username as an eye sees it: two names with the same skeleton cannot both exist."""
    folded = unicodedata.normalize("NFKC", username).casefold()
    return folded.translate(_LOOKALIKE).replace("rn", "m").replace("vv", "w") or folded


def digest_of(username: str) -> str:
    """What is kept of a name that nobody can have again: 64 characters, the same for all names that look alike."""
    return salted_hmac("accounts.former-name", skeleton(username), algorithm="sha256").hexdigest()


def given_names(pk: int) -> Iterator[str]:
    """The names that a moderator may give to the member of this number, the first that is free: "member-12", "member-12-2"…"""
    yield f"{GIVEN}{pk}"
    yield from (f"{GIVEN}{pk}-{number}" for number in count(2))


def is_given_name(username: str, pk: int) -> bool:
    """Whether a moderator gave the member of this number the name."""
    return username == f"{GIVEN}{pk}" or username.startswith(f"{GIVEN}{pk}-")


def validate_username(username: str) -> None:
    """Raise ValidationError, saying what to do, for a name that the rules refuse."""
    if not ALLOWED.fullmatch(username):
        raise ValidationError(
            _("Use letters, digits and - _ . only, and begin and end with a letter or a digit."),
            code="characters",
        )
    seen = skeleton(username)
    if seen in {skeleton(name) for name in RESERVED} or seen.startswith(skeleton(FORMER)):
        raise ValidationError(_("This name is kept for the site itself. Choose another."), code="reserved")
