"""What is a domain, and how it is compared."""

import pytest

from filmsite.lib.domains import in_ascii, is_domain


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("Example.ORG", "example.org"),
        ("MÜNCHEN.example", "xn--mnchen-3ya.example"),
        ("xn--mnchen-3ya.example", "xn--mnchen-3ya.example"),
        ("münchen。example", "xn--mnchen-3ya.example"),
        ("", ""),
        ("a." * 126 + "b", "a." * 126 + "b"),
        ("a." * 126 + "bc", None),
        ("é" * 64 + ".example", None),
        ("\ud800.example", None),
    ],
)
def test_a_domain_is_compared_in_one_form_however_it_is_written(written: str, compared: str | None) -> None:
    assert in_ascii(written) == compared


@pytest.mark.parametrize(
    "compared", ["example.org", "a.bc", "xn--mnchen-3ya.example", "4.example", "mail.example.xn--p1ai"]
)
def test_a_domain_has_two_labels_at_least(compared: str) -> None:
    assert is_domain(compared)


@pytest.mark.parametrize(
    "compared",
    [
        *("", "org", ".org", "a..org", "example.o", "example.org.", "example.org\n", "*.example"),
        *("-a.example", "a-.example", "a_b.example", "a.example-", "a b.example", "münchen.example"),
        *("203.0.113.7", "203.0.113.77", f"{'a' * 64}.example", "a." * 126 + "bc"),
    ],
)
def test_an_ending_an_address_and_what_nobody_can_register_are_no_domains(compared: str) -> None:
    assert not is_domain(compared)
