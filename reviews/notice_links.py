"""What guards the notices of rights-holders, who have no account: a stamp in the form and a key in the receipt.

The stamp says that the form came from here, and when. Its secret becomes the address of the notice, so that a form sent
twice is one notice.
"""

from dataclasses import dataclass
from secrets import token_urlsafe
from time import time
from typing import Final

from django.core import signing
from django.utils.crypto import constant_time_compare

from reviews.models import Notice

_STAMP: Final = "notice-form"
_KEY: Final = "notice-confirm"


@dataclass(frozen=True)
class Stamp:
    """The address that the notice will have, and for how many seconds the form has been open."""

    token: str
    age: float


def new_stamp() -> str:
    return signing.dumps([token_urlsafe(32), int(time())], salt=_STAMP)


def read_stamp(words: str) -> Stamp | None:
    """None where nothing of ours signed this."""
    try:
        token, made_at = signing.loads(words, salt=_STAMP)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Stamp(token, time() - made_at)


def key_of(notice: Notice) -> str:
    """Stands in the receipt alone: whoever has it reads the mail of that address."""
    return signing.Signer(salt=_KEY).signature(notice.token)


def is_key_of(notice: Notice, key: str) -> bool:
    return constant_time_compare(key, key_of(notice))
