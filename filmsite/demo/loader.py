"""Filling an empty site with the demo community, all or nothing."""

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from accounts.models import Member
from films.models import ExternalId, Person, Title
from films.services.listing import refresh_listings
from films.services.search_names import refresh_search_names
from filmsite.demo import DEMO_ACCOUNTS
from filmsite.demo.catalogue import load_catalogue
from filmsite.demo.community import load_members, load_votes, votes_with_text
from filmsite.demo.facts import plot_authors
from filmsite.demo.files import read
from filmsite.demo.lives import Lives, order_news, read_old_news
from filmsite.demo.moderation import Desk
from filmsite.demo.pictures import load_pictures
from filmsite.demo.rankings import load_rankings
from filmsite.demo.texts import Writing, order_other_texts
from reviews.models import Priority, Translation, TranslationStatus

# Children of Heaven: the film on which the demo turns.
_LANDMARK = "tt0118849"


class NotEmpty(Exception):
    """The database holds something else already."""


def holds_demo() -> bool:
    """Say whether this database already holds the demo community."""
    usernames = [username for _, username, _ in DEMO_ACCOUNTS]
    members = Member.objects.filter(username__in=usernames).count()
    return members == len(usernames) and ExternalId.objects.filter(value=_LANDMARK).exists()


@transaction.atomic
def load_demo(*, passwords: bool, say: Callable[[str], None]) -> None:
    """Store the demo: titles, people, members and their lives, votes, texts and the cases about some of them.

    `say` is told of each step. With `passwords` the accounts of DEMO_ACCOUNTS can sign in; without, nobody can. What
    calls for a worker (translations, mail) is sent when the transaction is stored. Raises NotEmpty when there are
    titles already or a member has a name that the demo needs.
    """
    texts = read("reviews")
    taken = Member.objects.filter(username__in=[fact["username"] for fact in read("members")])
    if Title.objects.exists() or taken.exists():
        raise NotEmpty
    now = timezone.now()
    titles = load_catalogue()
    say(f"{Title.objects.count()} titles, {Person.objects.count()} people")
    personas = load_members(now=now, passwords=passwords)
    say(f"{len(personas)} members, {load_pictures(personas)} of them with a picture")
    lives, facts = Lives(personas=personas, titles=titles, now=now), read("lives")
    lives.choose_privacy(facts["privacy"])
    lives.follow_threads(facts["threads"])
    say(f"{lives.follow(facts['follows'], facts['asks'])} members follow another")
    for key, username in plot_authors().items():
        Title.objects.filter(pk=titles[key].pk).update(plot_author=personas[username].member)
    votes = load_votes(personas=personas, titles=titles, with_text=votes_with_text(texts), now=now)
    say(f"{votes} votes, {lives.change_votes()} of them not the first")
    writing = Writing(
        members={name: persona.member for name, persona in personas.items()}, titles=titles, now=now
    )
    desk = Desk(members=writing.members, titles=titles, reviews=writing.reviews, now=now)
    say(f"{desk.register_texts(texts)} texts of others registered")
    texts = [*texts, *desk.texts()]
    for number, _review in enumerate(filter(None, writing.play(texts)), 1):
        if number % 50 == 0:
            say(f"{number} of {len(texts)} reviews and comments")
    say(f"{len(texts)} reviews and comments")
    say(f"{lives.keep_diaries(facts['diary'])} lines in diaries, {lives.keep_watchlists()} on watchlists")
    say(f"{lives.make_lists(facts['lists'])} lists, {lives.make_top_tens()} top tens")
    say(f"{desk.report_the_rest()} reports and notices about lists, pictures and the rest")
    say(f"{order_other_texts()} translations of plots, lives and lists ordered, behind those of messages")
    # Lists that were made just now are no news either.
    Translation.objects.filter(review=None).update(priority=Priority.BACKFILL)
    # Workers get them now, however old the texts are: nobody has waited for a year.
    Translation.objects.filter(status=TranslationStatus.QUEUED).update(queued_at=now, next_attempt_at=now)
    order_news()
    read_old_news(now=now)
    refresh_listings()
    refresh_search_names()
    say("browse and search tables")
    say(f"{load_rankings(now=now)} ranked lists")
