"""Make a Form out of parsed files: a model alone, or a model with one authority's profile laid over it.

Promises: a profile replaces whole lists, words and facts, hides and adds questions, asks about more of them, and can do
nothing else; what a profile names and the model lacks is a fault at the profile's own line. Pure. Imports
base.canonical and this room.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from referral_client.base.canonical import Json, canonical_bytes
from referral_client.questionnaire.files import (
    ExtraEntry,
    ModelFile,
    OptionEntry,
    PageEntry,
    ProfileFile,
    QuestionEntry,
    RepeatEntry,
    Wording,
)
from referral_client.questionnaire.form import (
    Deadline,
    Evidence,
    Form,
    Number,
    Opening,
    Option,
    Page,
    ProfileFacts,
    Prompt,
    Question,
    Repeat,
    Section,
)
from referral_client.questionnaire.messages import near
from referral_client.questionnaire.strict_yaml import Document, Fault, Path

Place = tuple[Document, Path]
_PLACEHOLDER = re.compile(r"\{(front_door|authority)\}")


@dataclass(frozen=True, slots=True)
class Built:
    """A form with the place in a file of each part, for the lint. Keys of `places`: "question child.dob" and alike."""

    form: Form
    places: Mapping[str, Place]
    faults: tuple[Fault, ...] = ()

    def fault(self, part: str, path: Path, reason: str, *, at_key: bool = False) -> Fault:
        document, start = self.places[part]
        return document.fault((*start, *path), reason, at_key=at_key)


def build_model(document: Document, model: ModelFile) -> Built:
    """The model as a form of its own, for nobody in particular."""
    return _Builder(document, model, ProfileFacts(), document.data).build(model.form.id, model.form.version)


def build_profile(document: Document, profile: ProfileFile, model_document: Document, model: ModelFile) -> Built:
    """The model as one authority asks it."""
    digest = {"model": model_document.data, "profile": document.data}
    builder = _Builder(model_document, model, _facts(profile), digest)
    builder.lay_over(document, profile)
    return builder.build(profile.form.id, profile.form.version, title=profile.form.title)


def _facts(profile: ProfileFile) -> ProfileFacts:
    door = profile.front_door
    deadline = door.deadline
    return ProfileFacts(
        authority_id=profile.authority.id,
        authority_name=profile.authority.name,
        front_door=door.name,
        numbers=tuple(Number(n.label, n.number, n.hours, n.last_seen, n.source, n.confirmed) for n in door.numbers),
        opening=tuple(Opening(tuple(o.days), o.opens, o.closes) for o in door.opening),
        deadline=None
        if deadline is None
        else Deadline(deadline.from_, deadline.hours or 0, deadline.working_days or 0),
        example=profile.example,
        evidence=Evidence(
            tuple(profile.evidence.seen), tuple(profile.evidence.not_seen), tuple(profile.evidence.sources)
        ),
    )


def _options(entries: list[OptionEntry]) -> tuple[Option, ...]:
    return tuple(Option(entry.code, entry.label, entry.hint or "") for entry in entries)


def _repeat(entry: RepeatEntry) -> Repeat:
    return Repeat(
        id=entry.id,
        title=entry.title,
        one=entry.one,
        item_title=entry.item_title,
        no_title=entry.no_title,
        add_label=entry.add_label or f"Add {entry.one}",
        at_least=entry.at_least,
        at_most=entry.at_most,
        urgent=entry.urgent,
        missing=entry.missing or "",
        pair=tuple(entry.pairs or ()),
    )


@dataclass(slots=True)
class _Builder:
    document: Document
    model: ModelFile
    facts: ProfileFacts
    digest: Json
    lists: dict[str, tuple[Option, ...]] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    hidden: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    wording: dict[str, Wording] = field(default_factory=dict)
    extra: dict[str, list[tuple[ExtraEntry, Place]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, entries in self.model.lists.items():
            self.lists[name] = _options(entries)
            self.places[f"list {name}"] = (self.document, ("lists", name))

    # --- the profile --------------------------------------------------------------------------------------------

    def lay_over(self, document: Document, profile: ProfileFile) -> None:
        pages = [page for section in self.model.sections for page in section.pages]
        questions = {question.id: question for page in pages for question in page.questions}
        page_ids = {page.id for page in pages}
        sections = {section.id for section in self.model.sections}

        def known(path: Path, name: str, names: set[str] | Mapping[str, object], what: str) -> None:
            if name not in names:
                reason = f"there is no {what} “{name}” in {profile.over.id}{near(name, names)}"
                self.faults.append(document.fault(path, reason, at_key=isinstance(path[-1], str)))

        for name, entries in profile.lists.items():
            known(("lists", name), name, self.lists, "list")
            self.lists[name] = _options(entries)
            self.places[f"list {name}"] = (document, ("lists", name))
        for key, names in (("hidden", profile.hidden), ("required", profile.required)):
            for index, name in enumerate(names):
                known((key, index), name, questions, "question")
        for index, name in enumerate(profile.hidden):
            if name in questions and questions[name].urgent:
                reason = "is part of the least that an urgent referral holds, and stays"
                self.faults.append(document.fault(("hidden", index), reason))
        self.hidden, self.required = frozenset(profile.hidden), frozenset(profile.required)
        for what, wordings, there in (
            ("question", profile.wording.questions, set(questions)),
            ("page", profile.wording.pages, page_ids),
            ("section", profile.wording.sections, sections),
        ):
            for name, words in wordings.items():
                known(("wording", f"{what}s", name), name, there, what)
                self.wording[f"{what} {name}"] = words
                self.places[f"wording {what} {name}"] = (document, ("wording", f"{what}s", name))
        for index, entry in enumerate(profile.extra):
            known(("extra", index, "page"), entry.page, page_ids, "page")
            if entry.after is not None:
                known(("extra", index, "after"), entry.after, questions, "question")
            place: Place = (document, ("extra", index, "question"))
            self.extra.setdefault(entry.page, []).append((entry, place))

    # --- the form -----------------------------------------------------------------------------------------------

    def build(self, form_id: str, version: str, *, title: str = "") -> Built:
        head = self.model.form
        sections = []
        for s_index, entry in enumerate(self.model.sections):
            path: Path = ("sections", s_index)
            self._place(f"section {entry.id}", path)
            pages = [self._page(page, entry.id, (*path, "pages", index)) for index, page in enumerate(entry.pages)]
            words = self.wording.get(f"section {entry.id}", Wording())
            kept = tuple(page for page in pages if page.questions)
            sections.append(Section(entry.id, self._fill(words.title or entry.title), kept, entry.show_when))
        repeats: dict[str, Repeat] = {}
        for index, repeat in enumerate(self.model.repeats):
            self._place(f"repeat {repeat.id}", ("repeats", index))
            repeats[repeat.id] = _repeat(repeat)
        source = canonical_bytes(self.digest)
        form = Form(
            id=form_id,
            version=version,
            sha256=hashlib.sha256(source).hexdigest(),
            title=self._fill(title or head.title),
            language=head.language,
            model=head.id,
            model_version=head.version,
            sections=tuple(sections),
            repeats=repeats,
            lists=self.lists,
            settings={name: tuple(codes) for name, codes in self.model.settings.items()},
            profile=self.facts,
            source=source,
        )
        return Built(form, self.places, tuple(self.faults))

    def _place(self, part: str, path: Path, document: Document | None = None) -> None:
        document = document or self.document
        if part in self.places:
            self.faults.append(document.fault((*path, "id"), f"“{part.split(' ')[1]}” is already used"))
        else:
            self.places[part] = (document, path)

    def _page(self, entry: PageEntry, section: str, path: Path) -> Page:
        self._place(f"page {entry.id}", path)
        rows = [
            (question, (self.document, (*path, "questions", index))) for index, question in enumerate(entry.questions)
        ]
        for extra, place in self.extra.get(entry.id, ()):
            at = next((i + 1 for i, (question, _) in enumerate(rows) if question.id == extra.after), len(rows))
            rows.insert(at, (extra.question, place))
        questions = []
        for row, (document, start) in rows:
            self._place(f"question {row.id}", start, document)
            if row.id not in self.hidden:
                questions.append(self._question(row, entry, section, document))
        words = self.wording.get(f"page {entry.id}", Wording())
        return Page(
            id=entry.id,
            title=self._fill(words.title or entry.title),
            questions=tuple(questions),
            for_each=entry.for_each or "",
            text=self._fill(entry.text or ""),
            source=entry.source or "",
            show_when=entry.show_when,
        )

    def _question(self, entry: QuestionEntry, page: PageEntry, section: str, document: Document) -> Question:
        question = Question(
            id=entry.id,
            kind=entry.kind,
            label=self._fill(entry.label),
            section=section,
            page=page.id,
            group=page.for_each or "",
            hint=self._fill(entry.hint or ""),
            why=self._fill(entry.why or ""),
            source=entry.source or "",
            options=self._options_of(entry, document),
            about=tuple(entry.about),
            precision=tuple(entry.precision),
            required=entry.required or entry.id in self.required,
            urgent=entry.urgent,
            missing=self._fill(entry.missing or ""),
            show_when=entry.show_when,
            checks=tuple(entry.checks),
            prompts=tuple(Prompt(p.level, self._fill(p.text), p.source, p.when) for p in entry.prompts),
        )
        words = self.wording.get(f"question {entry.id}")
        if words is None:
            return question
        return replace(
            question,
            label=self._fill(words.label or "") or question.label,
            hint=self._fill(words.hint or "") or question.hint,
            why=self._fill(words.why or "") or question.why,
            source=words.source or question.source,
        )

    def _options_of(self, entry: QuestionEntry, document: Document) -> tuple[Option, ...]:
        if isinstance(entry.options, list):
            return _options(entry.options)
        if entry.options is None:
            return ()
        if entry.options not in self.lists:
            _, start = self.places[f"question {entry.id}"]
            reason = f"there is no list “{entry.options}”{near(entry.options, self.lists)}"
            self.faults.append(document.fault((*start, "options"), reason))
            return ()
        return self.lists[entry.options]

    def _fill(self, text: str) -> str:
        """The authority's own names in place of {front_door} and {authority}."""
        names = {"front_door": self.facts.front_door, "authority": self.facts.authority_name or "the council"}
        return _PLACEHOLDER.sub(lambda match: names[match[1]], text.strip())
