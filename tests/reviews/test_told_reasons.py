"""The site's own reasons, read in the reader's language; what a moderator wrote stays as it was written."""

import pytest
from django.test import Client
from django.utils.translation import override

from accounts.models import Member
from reviews.models import Evidence, KnownKind, KnownText, LogEntry, Verdict
from reviews.moderation import rules
from reviews.moderation.canned import canned_reasons, told
from reviews.moderation.evidence import Comparison, Passage, Source
from reviews.services.deciding import decide_case
from tests.reviews.casework import make_copied_case

VERDICTS = (Verdict.KEEP, Verdict.TRIM, Verdict.QUOTE, Verdict.HIDE, Verdict.REMOVE)
PLACES = (
    (KnownKind.PLOT, "Dr. Strangelove (1964)", ""),
    (KnownKind.REVIEW, "", ""),
    (KnownKind.BIOGRAPHY, "Agnès Varda", ""),
    (KnownKind.REGISTERED, "Press sheet", "https://example.org/press"),
    (KnownKind.REGISTERED, "", "https://example.org/other"),
    (KnownKind.REGISTERED, "", ""),
)


def comparison(words: int) -> Comparison:
    sources = [Source(label, url, KnownText(kind=kind)) for kind, label, url in PLACES]
    return Comparison(sources=sources, passages=[Passage(1, Evidence(words=words))])


def all_reasons(language: str, words: int) -> list[str]:
    found = [
        canned_reasons(VERDICTS, about, language=language) for about in (Comparison(), comparison(words))
    ]
    return [reason for reasons in found for under in reasons.values() for reason in under.values()]


@pytest.mark.parametrize("words", [1, 60, 1234])
@pytest.mark.parametrize(("written", "reader"), [("en", "nl"), ("nl", "en"), ("nl", "nl")])
def test_every_proposed_reason_is_read_in_the_readers_language(written: str, reader: str, words: int) -> None:
    reasons = all_reasons(written, words)
    assert len(set(reasons)) > 2 * len(rules.RULES)
    with override(reader):
        assert [told(reason) for reason in reasons] == all_reasons(reader, words)


@pytest.mark.parametrize(
    "reason",
    [
        "",
        "You wrote this about somebody else.",
        "This goes after another member instead of what they wrote. Please don't.",
        "I counted: 60 words here also stand elsewhere: in another member's message. "
        "The passage is now a quotation that names its source; your own words stand as they were.",
        "60 words here also stand elsewhere: in the plot of Vertigo. See there. "
        "The passage is now a quotation that names its source; your own words stand as they were.",
    ],
)
def test_what_somebody_wrote_or_changed_stays_as_it_is(reason: str) -> None:
    with override("nl"):
        assert told(reason) == reason


ATTACK = "This goes after another member instead of what they wrote."


@pytest.mark.django_db
def test_the_log_the_statement_and_ones_own_page_say_it_in_the_readers_language(
    client: Client, alice: Member, mona: Member, settings
) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    case = make_copied_case(alice)
    Member.objects.filter(pk=alice.pk).update(interface_language="nl")
    decision = decide_case(
        case=case, moderator=mona, verdict="remove", rule="personal-attack", reason=ATTACK, measure="warning"
    )
    with override("nl"):
        in_dutch = told(ATTACK)
    assert in_dutch != ATTACK
    assert LogEntry.objects.latest("pk").reason == ATTACK, "what is sealed is as it was written"
    client.force_login(alice)
    statement = decision.statements.get().get_absolute_url()
    for address in ("/moderation/log/", "/moderation/log/feed/", statement, "/moderation/mine/"):
        page = client.get(address, headers={"accept-language": "nl"}).text
        assert in_dutch in page, address
        assert ATTACK not in page, address
