"""What a security key answered, read with suspicion: by it people sign in and join, so strangers may send anything."""

import json
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as allauth_forms
from cryptography.exceptions import UnsupportedAlgorithm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from fido2 import cbor
from fido2.utils import websafe_decode

UNREADABLE: Final = _(
    "The answer of your key could not be read. Please try again. If it happens every time, try another browser."
)

# A key answers with one or two thousand characters; the time that reading takes grows with their square.
LONGEST_ANSWER: Final = 20_000

# What the libraries that read an answer raise over one that no key gives. Errors of the database are none of these.
_CANNOT_BE_READ = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
    UnsupportedAlgorithm,
    struct.error,
)

# Bytes, as base64 in text.
_BYTES = frozenset({"clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"})


class KeyAnswerField(forms.CharField):
    """The JSON of a key's answer; gives the parts of it that are checked, as a dict with base64 text in it."""

    widget = forms.HiddenInput

    def __init__(self, **options: Any) -> None:
        messages = {"required": UNREADABLE, "max_length": UNREADABLE}
        super().__init__(max_length=LONGEST_ANSWER, error_messages=messages, **options)

    def clean(self, value: Any) -> dict[str, Any]:
        with _reading():
            return _parts(json.loads(super().clean(value)))


class _NewKeyForm(forms.Form):
    """A key that was made; allauth reads its answer with the whole form."""

    credential = KeyAnswerField()

    def clean(self) -> dict[str, Any] | None:
        with _reading():
            return super().clean()


class AddKeyForm(_NewKeyForm, allauth_forms.AddWebAuthnForm):
    """One more key of a member."""


class SignUpKeyForm(_NewKeyForm, allauth_forms.SignupWebAuthnForm):
    """The key that somebody joins with."""


class _KnownKeyForm(allauth_forms.AuthenticateWebAuthnForm):
    """A key that is known; allauth reads its answer with the field."""

    credential = KeyAnswerField()

    def clean_credential(self) -> Authenticator:
        with _reading():
            return super().clean_credential()


class SecondFactorKeyForm(_KnownKeyForm):
    """A key after the password."""


class LoginKeyForm(_KnownKeyForm, allauth_forms.LoginWebAuthnForm):
    """A key instead of name and password."""


class ReauthenticateKeyForm(_KnownKeyForm, allauth_forms.ReauthenticateWebAuthnForm):
    """A key before something that matters."""


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except _CANNOT_BE_READ as error:
        raise ValidationError(UNREADABLE, code="unreadable") from error


def _parts(answer: Any) -> dict[str, Any]:
    """The parts that are checked or kept, and nothing else: what a key's answer is stored as must not break a page.

    Whatever stands where bytes belong must be text. The library would make bytes of a number too: that many zeroes.
    Raises TypeError, ValueError or LookupError.
    """
    given = _mapping(answer["response"])
    response = {name: _text(given[name]) for name in _BYTES & given.keys() if given[name] is not None}
    _text(json.loads(websafe_decode(response["clientDataJSON"]))["challenge"])
    if "attestationObject" in response:
        _mapping(cbor.decode(websafe_decode(response["attestationObject"])))["authData"].hex()
    said = _mapping(_mapping(answer.get("clientExtensionResults") or {}).get("credProps") or {})
    return {
        "id": _text(answer["rawId"] if answer.get("id") is None else answer["id"]),
        "rawId": _text(answer["rawId"]),
        "type": "public-key",
        "response": response,
        "clientExtensionResults": {"credProps": {"rk": said["rk"] is True}} if "rk" in said else {},
    }


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"Text was expected, not {type(value).__name__}.")
    return value


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"A mapping was expected, not {type(value).__name__}.")
    return value
