"""What the demo's moderators have on their desk: texts that share words with others, reports of every kind, a notice.

Every step goes through the site's own services, at the moment at which it happened.
"""

import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from accounts.models import Member
from films.models import Title
from filmsite.demo.clock import clock_at
from filmsite.demo.files import read
from reviews.models import Matter, Review, TitleList
from reviews.moderation.targets import target_of
from reviews.services.registering import register_text
from reviews.services.reporting import report
from reviews.services.serving_notices import confirm_notice, serve_notice

Text = dict[str, Any]

# What a text of `reviews.json` has and one of `moderation.json` need not say.
_PLAIN: Final[Mapping[str, Any]] = {
    "opinion": False,
    "verdict": None,
    "vote": None,
    "spoiler": False,
    "reply_to": None,
    "paste_signal": None,
    "copy_of": None,
    "removed_by_author": None,
    "moderation": None,
}


class Desk:
    """What `moderation.json` tells of. `reviews` are the texts that were published so far, by their name in the files."""

    def __init__(
        self,
        *,
        members: Mapping[str, Member],
        titles: Mapping[str, Title],
        reviews: dict[str, Review],
        now: datetime,
    ) -> None:
        self.members, self.titles, self.reviews, self.now = members, titles, reviews, now
        self.facts = read("moderation")

    def texts(self) -> Iterator[Text]:
        """The texts, in the shape of those of `reviews.json`."""
        for text in self.facts["texts"]:
            yield {**_PLAIN, **text}

    def register_texts(self, texts: list[Text]) -> int:
        """Register the texts that others own, before anybody uses their words; answers how many."""
        bodies = {text["id"]: text["body"] for text in texts}
        for fact in self.facts["known_texts"]:
            with clock_at(self.now - timedelta(days=600)):
                register_text(
                    text=fact.get("text") or bodies[fact["words_of"]],
                    label=fact["label"],
                    url=fact["url"],
                    holder=fact["holder"],
                    licence=fact["licence"],
                    section=fact["section"],
                    registered_by=self.members[fact["registered_by"]],
                )
        return len(self.facts["known_texts"])

    def report_the_rest(self) -> int:
        """Reports of lists, pictures and plots, and the notices; answers how many."""
        for said in self.facts["reports"]:
            with clock_at(self.now - timedelta(days=said["days_ago"])):
                match said["matter"]:
                    case "list":
                        row = TitleList.objects.get(owner=self.members[said["owner"]], name=said["list"])
                        self._report(Matter.LIST, row, said)
                    case "picture":
                        member = Member.objects.get(pk=self.members[said["member"]].pk)
                        self._report(Matter.PICTURE, member, said)
                    case "plot":
                        title = Title.objects.get(pk=self.titles[said["title"]].pk)
                        self._report(Matter.PLOT, title, said)
        for fact in self.facts["notices"]:
            with clock_at(self.now - timedelta(days=fact["days_ago"])):
                self._file(fact)
        return len(self.facts["reports"]) + len(self.facts["notices"])

    def _report(self, matter: Matter, row: Any, said: dict[str, Any]) -> None:
        report(
            target=target_of(matter, row),
            reporter=self.members[said["by"]],
            kind=said["kind"],
            text=said["text"],
        )

    def _file(self, fact: dict[str, Any]) -> None:
        notice = serve_notice(
            token=secrets.token_urlsafe(32),
            language="en",
            name=fact["name"],
            on_behalf_of=fact["on_behalf_of"],
            email=fact["email"],
            work=fact["work"],
            work_url=fact["work_url"],
            explanation=fact["explanation"],
            addresses=[self.reviews[fact["text"]].get_absolute_url()],
        )
        confirm_notice(notice=notice)
