"""One sentence on its way: what the engine gets to see of it, and how the answer is dressed again."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from filmsite.lib.text import escape_markdown
from reviews.translation.asking import Run, Unit
from reviews.translation.composing import By, markdown_of_person
from reviews.translation.masking import (
    EMOJI,
    OBJECT,
    Atom,
    Name,
    find_atoms,
    form_of,
    mask,
    pieces,
    unmask,
)
from reviews.translation.segments import Mark, Sentence, link_target
from reviews.translation.shaping import is_shouted
from reviews.translation.ways import count_words

MAX_MARK_WORDS: Final = 12

_LETTER = re.compile(r"[^\W\d_]")
_EDGE_START = re.compile(rf"^(?:{EMOJI.pattern}|[\s–—-])+")
_EDGE_END = re.compile(rf"(?:{EMOJI.pattern}|\s)+$")
_TITLE_LINK = re.compile(r"\[\[([^\[\]\n]+)\]\]")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beforehand of a text: names, and sentences that a person translated (Markdown to Markdown).

    Within an author's link names are not linked: `links` is false there, and in texts that must have none.
    """

    names: tuple[Name, ...] = ()
    corrections: Mapping[str, str] = field(default_factory=dict)
    links: bool = True


@dataclass(slots=True)
class Job:
    """One sentence: the unit that is translated, and what is put round and into the answer.

    A link within a sentence is an atom like a name; its own words are a job of their own (`labels`). `correction` is a
    person's Markdown, which no engine is asked for. `bare` is the masked text of a sentence that is nothing but names, of which
    readers of the target language know one otherwise: it needs no engine.
    """

    source: str
    words: int
    correction: str = ""
    start: str = ""
    end: str = ""
    dressed: tuple["Dressed", ...] = ()
    labels: Mapping[int, tuple[Mark, "Job"]] = field(default_factory=dict)
    marks: tuple[tuple[Mark, Unit | None], ...] = ()
    unit: Unit | None = None
    bare: str = ""

    @classmethod
    def of(
        cls, sentence: Sentence, known: Known, run: Run, *, owner: int, only_person: bool = False
    ) -> "Job":
        """Prepare a sentence of the text `owner`; registers with the run what has to be asked.

        With `only_person` nothing has: the sentence stands in the target language already, or a person translated it.
        """
        source = sentence.markdown()
        text = sentence.text.replace("\n", " ")
        correction = markdown_of_person(known.corrections.get(source, ""))
        if correction or only_person:
            return cls(source, count_words(text), correction)
        head, tail = _EDGE_START.match(text), _EDGE_END.search(text)
        start = head.end() if head else 0
        end = max(tail.start() if tail else len(text), start)
        core = text[start:end]
        marks = [
            replace(mark, start=max(mark.start - start, 0), end=min(mark.end, end) - start)
            for mark in sentence.marks
            if mark.start < end and mark.end > start
        ]
        emphasised = [(mark.start, mark.end) for mark in marks if mark.emphasis or mark.strong]
        atoms = find_atoms(core, names=known.names, emphasised=emphasised, any_case=is_shouted(core))
        atoms = _with_marked_titles(core, atoms, marks)
        links = [mark for mark in marks if mark.href and not _is_whole(mark, core)]
        atoms = _with_links(core, atoms, links)
        masked = mask(core, atoms)
        dressed = _dress(core, atoms, marks, sentence, known)
        used = {mark for one in dressed for mark in one.marks}.union(links)
        labels: dict[int, tuple[Mark, Job]] = {}
        for place, atom in enumerate(atoms):
            if link := next(
                (mark for mark in links if (mark.start, mark.end) == (atom.start, atom.end)), None
            ):
                inside = replace(known, corrections={}, links=False)
                labels[place] = link, cls.of(_part(sentence, core, link), inside, run, owner=owner)
        words = count_words(masked.text)
        unit = run.unit(masked.text, owner=owner) if words else None
        rest: list[tuple[Mark, Unit | None]] = []
        for mark in marks:
            if mark in used:
                continue
            if _is_whole(mark, core):
                rest.append((mark, None))
            elif own := _own_words(core, mark, atoms):
                rest.append((mark, run.unit(own, owner=owner)))
        bare = masked.text if not words and any(one.is_renamed for one in dressed) else ""
        return cls(source, words, "", text[:start], text[end:], dressed, labels, tuple(rest), unit, bare)

    @property
    def is_wanted(self) -> bool:
        """Whether there is anything to translate."""
        return self.unit is not None or bool(self.correction or self.bare)

    @property
    def is_done(self) -> bool:
        return bool(self.correction or self._answer)

    @property
    def _answer(self) -> str:
        """The sentence in the target language, still masked; empty while there is none."""
        return self.bare or (self.unit is not None and self.unit.answer) or ""

    def is_remembered(self, owner: int) -> bool:
        """Whether the sentence was translated without the engine being asked for the text `owner`."""
        unit = self.unit
        return unit is not None and unit.answer is not None and (unit.remembered or unit.owner != owner)

    def units(self) -> Iterator[Unit]:
        """Give every unit that this sentence uses."""
        if self.unit is not None:
            yield self.unit
        yield from (unit for _mark, unit in self.marks if unit is not None)
        for _mark, label in self.labels.values():
            yield from label.units()

    def render(self, linked: set[str]) -> tuple[str, By]:
        """Give the sentence in the target language, or as it was, and whose words these are.

        `linked` are the addresses that names of this text lead to already; each is led to once.
        """
        if self.correction:
            return self.correction, "person"
        if not self.is_wanted:
            return self.source, "same"
        if not self._answer:
            return self.source, "author"
        # In the order of the answer: the first mention is the one that is read first.
        shown = [""] * len(self.dressed)
        for place in _places(self._answer, len(shown)):
            if place in self.labels:
                mark, label = self.labels[place]
                shown[place] = mark.wrap(label.render(linked)[0])
            else:
                shown[place] = self.dressed[place].markdown(linked)
        whole = unmask(_project(self._answer, self.marks), shown)
        if whole is None:
            return self.source, "author"
        return f"{_edge(self.start)}{whole}{_edge(self.end)}", "engine"


@dataclass(frozen=True, slots=True)
class Dressed:
    """What stands in the place of a token: Markdown, where it leads, and the emphasis that is exactly round it."""

    inner: str
    href: str = ""
    # A link of the author's stays one however often it is there.
    always: bool = False
    is_renamed: bool = False
    marks: tuple[Mark, ...] = ()

    def markdown(self, linked: set[str]) -> str:
        text = self.inner
        if self.href and (self.always or self.href not in linked):
            linked.add(self.href)
            text = f"[{text}]({link_target(self.href)})"
        for mark in self.marks:
            text = mark.wrap(text)
        return text


def _places(answer: str, number: int) -> Iterator[int]:
    return (part for part in pieces(answer) if isinstance(part, int) and part < number)


def _edge(text: str) -> str:
    # Emoji, dashes and white space; bare addresses at an edge are atoms of the core.
    return escape_markdown(text) if text.strip() else text


def _part(sentence: Sentence, core: str, mark: Mark) -> Sentence:
    """Give the words of a mark as a sentence of their own."""
    inner = core[mark.start : mark.end]
    before = core[: mark.start].count(OBJECT)
    return Sentence(inner, (), sentence.objects[before : before + inner.count(OBJECT)])


def _is_whole(mark: Mark, core: str) -> bool:
    """True for a mark round all of a sentence but its full stop."""
    return mark.start == 0 and mark.end >= len(core.rstrip(" .!?…"))


def _with_links(core: str, atoms: list[Atom], links: Sequence[Mark]) -> list[Atom]:
    for mark in links:
        atoms = [atom for atom in atoms if not _overlap(atom, mark)]
        atoms.append(Atom(mark.start, mark.end, core[mark.start : mark.end]))
    return sorted(atoms, key=lambda atom: atom.start)


def _overlap(atom: Atom, mark: Mark) -> bool:
    return atom.start < mark.end and mark.start < atom.end


def _inside(atom: Atom, mark: Mark) -> bool:
    return mark.start <= atom.start and atom.end <= mark.end


def _with_marked_titles(core: str, atoms: list[Atom], marks: Sequence[Mark]) -> list[Atom]:
    """Take an emphasised run of capitalised words for a title: "*The Color of Paradise*" is hardly anything
    else.
    """
    for mark in marks:
        inner = core[mark.start : mark.end]
        words = inner.split()
        if (
            mark.emphasis
            and not mark.href
            and len(words) > 1
            and not _is_whole(mark, core)
            and OBJECT not in inner
            and not inner.isupper()
            and all(word[:1].isupper() or word[:1].isdigit() for word in words if len(word) > 3)
            and (words[0][:1].isupper() or words[0][:1].isdigit())
            and sum(word[:1].isupper() for word in words) > 1
            and not any(_fills(atom, inner, mark) for atom in atoms)
            and all(_inside(atom, mark) for atom in atoms if _overlap(atom, mark))
        ):
            atoms = [atom for atom in atoms if not _overlap(atom, mark)]
            atoms.append(Atom(mark.start, mark.end, inner))
    return sorted(atoms, key=lambda atom: atom.start)


def _fills(atom: Atom, inner: str, mark: Mark) -> bool:
    """True for a known name that is all there is in the emphasis."""
    lead = mark.start + len(inner) - len(inner.lstrip())
    return (lead, lead + len(inner.strip())) == (atom.start, atom.end)


def _dress(
    core: str, atoms: Sequence[Atom], marks: Sequence[Mark], sentence: Sentence, known: Known
) -> tuple[Dressed, ...]:
    """Give what stands in each atom's place, with the emphasis that is exactly round it."""
    out: list[Dressed] = []
    for atom in atoms:
        text = core[atom.start : atom.end]
        href = "" if any(mark.href and _overlap(atom, mark) for mark in marks) else atom.href
        one = Dressed(escape_markdown(atom.shown), href if known.links else "", is_renamed=atom.shown != text)
        if text == OBJECT:
            one = _dress_object(sentence.objects[core[: atom.start].count(OBJECT)], known)
        round_it = [
            mark for mark in marks if not mark.href and _fills(atom, core[mark.start : mark.end], mark)
        ]
        out.append(replace(one, marks=tuple(round_it)))
    return tuple(out)


def _dress_object(markdown: str, known: Known) -> Dressed:
    """Give what the author's Markdown showed to be a name: ``[[a title]]`` leads to the page of the one that is meant."""
    match = _TITLE_LINK.fullmatch(markdown)
    if match and known.links:
        written = form_of(match[1])
        name = next((name for name in known.names if form_of(name.written) == written and name.href), None)
        if name is not None:
            label = match[1].strip()
            shown = name.shown or label
            return Dressed(escape_markdown(shown), name.href, always=True, is_renamed=shown != label)
    return Dressed(markdown)


def _own_words(core: str, mark: Mark, atoms: Sequence[Atom]) -> str:
    """Give a marked stretch's words, by whose translation it is found again; none where they have no place of their own."""
    words = core[mark.start : mark.end].strip()
    covered = any(_overlap(atom, mark) for atom in atoms)
    return "" if covered or not _LETTER.search(words) or len(words.split()) > MAX_MARK_WORDS else words


def _project(answer: str, marks: Sequence[tuple[Mark, Unit | None]]) -> str:
    """Escape an answer and put marks back: round all of it (no unit), or where their own words are found exactly once.

    Emphasis with no such place is dropped: words in the wrong emphasis say more than the author did.
    """
    spans: list[tuple[int, int, Mark]] = []
    for mark, unit in marks:
        if unit is None:
            place = (0, len(answer)) if len(marks) == 1 else None
        else:
            place = _only_place((unit.answer or "").strip(" .!?,;:…"), answer)
        if place and not any(start < place[1] and place[0] < end for start, end, _mark in spans):
            spans.append((*place, mark))
    out: list[str] = []
    done = 0
    for start, end, mark in sorted(spans, key=lambda span: span[0]):
        out += [_escaped(answer[done:start]), mark.wrap(_escaped(answer[start:end]))]
        done = end
    return "".join([*out, _escaped(answer[done:])])


def _escaped(masked: str) -> str:
    return "".join(f"XQ{part}" if isinstance(part, int) else escape_markdown(part) for part in pieces(masked))


def _only_place(words: str, text: str) -> tuple[int, int] | None:
    if not words:
        return None
    found = list(re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", text, re.IGNORECASE))
    return found[0].span() if len(found) == 1 else None
