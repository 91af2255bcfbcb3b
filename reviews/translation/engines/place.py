"""Where an engine on another machine is, and whose machine that is.

Addresses are the operator's, so they may be of a private network.
"""

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import urlsplit

from filmsite.lib.http import is_public
from reviews.translation.base import EngineSettingError
from reviews.translation.engines.options import refuse_unknown, yes_or_no

_VARIABLE: Final = re.compile(r"[A-Z_][A-Z0-9_]*")
# Names that are never given out on the internet.
_OF_THE_HOUSE: Final = re.compile(r"localhost|.+\.(localhost|local|internal|lan|home\.arpa)")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an engine is and how it is spoken to, from the words of the settings.

    Options: `url`; `key_env`, the name of the variable of the environment that holds its key; `external`, yes or no,
    where the address does not tell whether text leaves the house; `version`, any word, to be changed when the machine
    got other models, so that no translation of the old ones is taken from memory.
    """

    url: str
    external: bool
    secret: str = field(repr=False)
    version: str

    @classmethod
    def from_settings(
        cls, name: str, options: Mapping[str, str], *, known: Collection[str], default_url: str = ""
    ) -> Self:
        refuse_unknown(name, options, known)
        secret = _secret(name, options["key_env"]) if "key_env" in options else ""
        url = options.get("url", default_url)
        external = checked_address(name, url, yes_or_no(name, options, "external"))
        return cls(url.rstrip("/"), external, secret, options.get("version", ""))


def _secret(name: str, variable: str) -> str:
    if not _VARIABLE.fullmatch(variable):
        # It may be the key itself, so it is not shown.
        raise EngineSettingError(
            f"{name}: key_env is the name of a variable of the environment, as in DEEPL_KEY"
        )
    secret = os.environ.get(variable, "").strip()
    if not secret:
        raise EngineSettingError(f"{name}: the environment has no {variable}")
    if not (secret.isascii() and secret.isprintable()) or " " in secret:
        raise EngineSettingError(f"{name}: what {variable} holds is no key")
    return secret


def checked_address(name: str, url: str, external: bool | None) -> bool:
    """Whether text leaves the house by an address; the operator may say so in `external`.

    Without a word of theirs every address is outside but those of private networks, by number or by a name that can
    mean nothing on the internet. No name is looked up. Raises EngineSettingError.
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or not url.isascii() or not url.isprintable():
        raise EngineSettingError(f"{name}: url must be an http or https address")
    if parts.username is not None or parts.query or parts.fragment:
        raise EngineSettingError(f"{name}: url must have no password, no question mark and no #")
    outside = _is_outside(host) if external is None else external
    if outside and parts.scheme != "https":
        raise EngineSettingError(f"{name}: text leaves the house by https only (or say external=no)")
    return outside


def _is_outside(host: str) -> bool:
    try:
        return is_public(host)
    except ValueError:
        # No number. A name without a dot is a neighbour's, as containers call each other.
        return "." in host and _OF_THE_HOUSE.fullmatch(host) is None
