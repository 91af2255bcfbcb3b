"""Names of domains: how they are compared, and what is one."""

import re
from typing import Final

from django.utils.encoding import punycode

LONGEST: Final = 253
# Labels of letters, digits and hyphens, two at least. Databases check it too: whoever changes it writes a migration.
DOMAIN: Final = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])$"


def in_ascii(written: str) -> str | None:
    """The domain as it is looked up and compared: in small letters, other scripts in Punycode. None where no domain can have
    that name.
    """
    lowered = written.lower()
    if len(lowered) > LONGEST:
        return None
    try:
        return punycode(lowered).lower()
    except UnicodeError:
        return None


def is_domain(compared: str) -> bool:
    """Whether this, as `in_ascii` gives it, is a domain with all that is below it: no whole ending like "org", and no address
    of the internet like 203.0.113.77.
    """
    is_one = len(compared) <= LONGEST and re.fullmatch(DOMAIN, compared) is not None
    return is_one and not compared.rpartition(".")[2].isdigit()
