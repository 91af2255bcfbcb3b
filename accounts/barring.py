"""How a bar on signing up is kept, and what of somebody who signs up could meet one. Nothing here asks the database.

A bar is found by exact values: whoever comes is turned into the few values that would bar them (`values_barring`), so one
look into an index answers, however many bars there are.
"""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from django.utils.crypto import salted_hmac

from filmsite.lib.domains import in_ascii

# The shape of each kind of value as the database checks it. Of domains it lets stand what `is_domain` took less strictly once.
DOMAIN: Final = r"^([a-z0-9_-]{1,63}\.)+[a-z][a-z0-9-]{1,62}$"
DIGEST: Final = r"^[0-9a-f]{64}$"
NETWORK: Final = r"^[0-9a-f.:]+/[0-9]{1,3}$"
# The shortest prefix of a network that can be barred, by the version of the protocol.
WIDEST: Final = {4: 8, 6: 24}

_NETWORKS: Final[dict[int, type[IPv4Network] | type[IPv6Network]]] = {4: IPv4Network, 6: IPv6Network}


def domain_of(written: str) -> str:
    """The domain as it is compared: lower case, in ASCII. One that has no such form is as it was written, and meets no bar."""
    lowered = written.strip().rstrip(".").lower()
    return in_ascii(lowered) or lowered


def mailbox_of(address: str) -> str:
    """The mailbox that mail to the address comes into: what follows a "+" only sorts it there."""
    local, _at, domain = address.strip().rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain_of(domain)}".lower()


def digest_of(address: str) -> str:
    """What is kept of an address, from which it cannot be read: 64 characters, the same for all ways to write a mailbox."""
    return salted_hmac("accounts.barred-address", mailbox_of(address), algorithm="sha256").hexdigest()


def masked(address: str) -> str:
    """What is kept beside the digest: "z…", and no domain, which may be as good as a name."""
    return f"{mailbox_of(address)[:1]}…"


def network_of(written: str) -> IPv4Network | IPv6Network:
    """The network of "203.0.113.7", "203.0.113.0/24" or "2001:db8::/32"; ValueError for any other text."""
    found = ip_network(written.strip(), strict=False)
    # Made from its number: an address of IPv6 may have the name of a network card behind it.
    return _NETWORKS[found.version]((int(found.network_address), found.prefixlen))


def is_ip(written: str) -> bool:
    """Whether this is an address of the internet, of either version."""
    try:
        ip_address(written)
    except ValueError:
        return False
    return True


def values_barring(*, email: str = "", ip: str = "") -> list[str]:
    """Every value that would bar this mail address, or somebody who comes from this address of the internet (`is_ip`)."""
    return [*(_of_email(email) if "@" in email else ()), *(_of_ip(ip) if ip else ())]


def _of_email(email: str) -> Iterator[str]:
    yield digest_of(email)
    labels = domain_of(email.rpartition("@")[2]).split(".")
    yield from (".".join(labels[first:]) for first in range(len(labels) - 1))


def _of_ip(ip: str) -> Iterator[str]:
    address = ip_address(ip)
    if isinstance(address, IPv6Address):
        # A server that listens to both calls an IPv4 address "::ffff:203.0.113.7".
        address = address.ipv4_mapped or address
    network, widest = _NETWORKS[address.version], WIDEST[address.version]
    for prefix in range(widest, address.max_prefixlen + 1):
        yield str(network((int(address), prefix), strict=False))
