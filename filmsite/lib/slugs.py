from unicodedata import combining, normalize

from django.utils.text import slugify

SLUG_LENGTH = 80


def slug_for(name: str) -> str:
    """A readable part of an address; "-" for a name without Latin letters. Never used to find anything."""
    plain = "".join(c for c in normalize("NFKD", name) if not combining(c))
    return slugify(plain)[:SLUG_LENGTH].strip("-") or "-"
