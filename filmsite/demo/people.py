"""The people of the demo. The files spell a person in one way only, so a name is a person."""

from typing import Any

from films.models import Person
from filmsite.demo.files import read


class People:
    """Everybody who is named, stored when first asked for."""

    def __init__(self) -> None:
        self.known: dict[str, dict[str, Any]] = read("people")
        self.stored: dict[str, Person] = {}

    def named(self, name: str) -> Person:
        if name not in self.stored:
            fact = self.known.get(name, {})
            self.stored[name] = Person.objects.create(
                name=name,
                sort_name=fact.get("sort_name") or "",
                born=fact.get("born") or "",
                died=fact.get("died") or "",
                birthplace=fact.get("birthplace") or "",
                country_id=fact.get("country"),
            )
        return self.stored[name]
