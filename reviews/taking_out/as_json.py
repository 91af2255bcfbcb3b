"""`filmsite.json`: the whole of an export, one row a line, written as it is read."""

import json
from datetime import datetime
from typing import IO, Any

from django.conf import settings

from accounts.models import Member
from reviews.taking_out.catalogue import Catalogue
from reviews.taking_out.schema import FORMAT, VERSION
from reviews.taking_out.sections import SECTIONS, moment, profile_of


def write_json(out: IO[bytes], member: Member, catalogue: Catalogue, *, made_at: datetime) -> dict[str, int]:
    """Write the file; answers how many rows each section has."""
    counts: dict[str, int] = {}
    head = {
        "format": FORMAT,
        "version": VERSION,
        "site": {"name": settings.FILMSITE_NAME, "url": settings.FILMSITE_URL},
        "made_at": moment(made_at),
        "profile": profile_of(member),
    }
    out.write(b"{\n")
    for name, value in head.items():
        out.write(f"{_said(name)}: {_said(value)},\n".encode())
    for name, rows in SECTIONS.items():
        out.write(f"{_said(name)}: [".encode())
        number = 0
        for number, row in enumerate(rows(member, catalogue), 1):
            out.write((",\n" if number > 1 else "\n").encode() + _said(row).encode())
        out.write(b"],\n")
        counts[name] = number
    out.write(f"{_said('counts')}: {_said(counts)}\n}}\n".encode())
    return counts


def _said(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
