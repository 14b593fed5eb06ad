"""Who x device x part of the body: what the policy says when everything else is in order; and what differs between two.

Imports the room's own modules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from referral_client.base.canonical import Json
from referral_client.policy.cases import run_cases
from referral_client.policy.codes import (
    APPROVER_ROLES,
    REQUESTER_ROLES,
    Approver,
    ConsentForm,
    Device,
    Outcome,
    Region,
    Said,
    Source,
    Taking,
    View,
    listed,
    part_words,
    role_words,
    words,
)
from referral_client.policy.evaluate import may_attach
from referral_client.policy.facts import Agreed, AttestedFacts, Consents, Counts, TakenBy
from referral_client.policy.model import Policy

ANYBODY_ELSE = "anybody_else"
_THIRD_PARTIES = tuple(source for source in Source if source not in (Source.SELF, Source.COLLEAGUE))
# Compared in their own way, or worth no line of their own.
_NOT_COMPARED = frozenset({"case", "messages", "source"})
_FEW = 8  # a list of parts of the body longer than this is called "every other part"
SHORT = {
    Outcome.ATTACH: "goes",
    Outcome.ATTACH_WITH_WARNINGS: "goes, with a word about it",
    Outcome.NEEDS_APPROVAL: "waits for a yes",
    Outcome.NEEDS_MORE_INFORMATION: "needs more information",
    Outcome.BLOCKED_USE_BODY_MAP: "does not go: body map or words",
    Outcome.BLOCKED_TELL_YOUR_LEAD: "not opened: tell your lead",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """`who`: a role of our own people, or a source; `device`: "" for a source."""

    who: str
    device: str
    region: str
    outcome: Outcome

    def as_json(self) -> Json:
        return {"who": self.who, "device": self.device, "region": self.region, "outcome": self.outcome.value}


@dataclass(frozen=True, slots=True)
class Change:
    """One setting, or one answer, that differs. Values as they stand in the file, "" for none."""

    key: str
    before: str
    after: str

    def as_json(self) -> Json:
        return {"key": self.key, "before": self.before, "after": self.after}


@dataclass(frozen=True, slots=True)
class Difference:
    """`settings`: keys that differ; `answers`: cells and worked examples that now come out otherwise."""

    settings: tuple[Change, ...]
    answers: tuple[Change, ...]

    def as_json(self) -> Json:
        return {
            "settings": [change.as_json() for change in self.settings],
            "answers": [change.as_json() for change in self.answers],
        }


def matrix(policy: Policy) -> tuple[Cell, ...]:
    """Every cell: the policy's own roles and anybody else, every device, then every other source."""
    return tuple(_cells(policy, (*policy.permitted_roles, ANYBODY_ELSE)))


def _cells(policy: Policy, roles: tuple[str, ...]) -> Iterator[Cell]:
    for role in roles:
        for device in Device:
            for region in Region:
                facts = _in_order(policy, Source.COLLEAGUE, role, device, region)
                yield Cell(role, device.value, region.value, _outcome(policy, facts))
    for source in _THIRD_PARTIES:
        for region in Region:
            facts = _in_order(policy, source, ANYBODY_ELSE, Device.PARENT_DEVICE, region)
            yield Cell(source.value, "", region.value, _outcome(policy, facts))


def _outcome(policy: Policy, facts: AttestedFacts) -> Outcome:
    counts = Counts(views=frozenset(View))
    return may_attach(policy, facts, None, counts, recipient=policy.recipients_allowed[0]).outcome


def _in_order(policy: Policy, source: Source, role: str, device: Device, region: Region) -> AttestedFacts:
    """Facts in which everything but who, device and place on the body is as this policy wants it."""
    taken = datetime.combine(policy.effective_from, time(12, 0)) + timedelta(days=1)
    before = policy.preauthorisation.by if policy.preauthorisation else Approver.NONE
    return AttestedFacts(
        source=source,
        how_obtained="as an example",
        taken_at=taken.isoformat(),
        taken_by=TakenBy(name="An example", role=role),
        training=policy.training_required,
        device=device,
        device_id=policy.device_register[0] if policy.device_register else "EX-1",
        place=_a_place(policy),
        second_adult=True,
        others_present="A second adult",
        consent=Consents(child=Said.YES, parent_pr=Said.YES, placing_authority=Said.YES, form=ConsentForm.WRITTEN),
        preauthorised=_yes(before, taken),
        requested_by_role=_first(REQUESTER_ROLES[policy.request_required_from]),
        approval=_yes(policy.approval_to_attach, taken),
        child="child-1",
        child_mobile=True,
        injury="injury-1",
        region=region,
        side=None,
        view=policy.views_required[0] if policy.views_required else View.ORIENTATION,
        scale_in_view=True,
        colour_chart_in_view=True,
        intimate=False,
        clothing_moved=False,
        child_distressed=False,
        child_refused=False,
        edited=False,
        filtered=False,
        record_number="EX-1",
        exhibit_ref="EX/1",
        reason="as an example",
        written_description=True,
        body_map_done=True,
    )


def _a_place(policy: Policy) -> str:
    if policy.places_allowed:
        return policy.places_allowed[0]
    return next((place for place in ("office", "clinic_room") if place not in policy.places_forbidden), "elsewhere")


def _first(roles: frozenset[str]) -> str | None:
    return min(roles, default=None)


def _yes(approver: Approver, at: datetime) -> Agreed | None:
    if approver is Approver.NONE:
        return None
    return Agreed(by_role=_first(APPROVER_ROLES[approver]), by="An example", at=at.isoformat(), reference="EX-1")


def matrix_lines(policy: Policy) -> list[str]:
    """The table in words: one block for each person, devices with the same answers together."""
    lines = [
        f"{policy.organisation}: {policy.policy_id} {policy.version}",
        "What happens to a picture when everything else is in order.",
    ]
    table: dict[str, dict[str, dict[Outcome, list[str]]]] = {}
    for cell in matrix(policy):
        row = table.setdefault(cell.who, {}).setdefault(cell.device, {})
        row.setdefault(cell.outcome, []).append(part_words(cell.region))
    for who, devices in table.items():
        lines += ["", _name(policy, who)]
        alike: dict[tuple[str, ...], list[str]] = {}
        for device, row in devices.items():
            alike.setdefault(tuple(_row(row)), []).append(device)
        for said, names in sorted(alike.items(), key=lambda each: len(each[1])):
            lines.append(f"  {_with(names)}:")
            lines += [f"    {part}" for part in said]
    return lines


def _row(row: dict[Outcome, list[str]]) -> list[str]:
    """One line for each answer; a long list of parts that is what remains is said as that, last."""
    rest = max(row, key=lambda outcome: len(row[outcome]))
    lines = [f"{SHORT[outcome]}: {listed(parts, 'and')}" for outcome, parts in row.items() if outcome is not rest]
    parts = row[rest]
    return [*lines, f"{SHORT[rest]}: {listed(parts, 'and') if len(parts) <= _FEW else 'every other part of the body'}"]


def _with(devices: list[str]) -> str:
    if devices == [""]:
        return "However it was taken"
    if len(devices) == len(Device):
        return "With any device"
    if len(devices) > len(Device) // 2:
        return "With any other device"
    return f"With {listed([words(device) for device in devices])}"


def _name(policy: Policy, who: str) -> str:
    if who == ANYBODY_ELSE:
        return "Anybody who works here" if policy.taking is Taking.FORBIDDEN else "Anybody else who works here"
    if who in {source.value for source in _THIRD_PARTIES}:
        return f"Not taken by our own people. It came from: {words(who)}"
    return f"Taken by: {role_words(who, policy.roles)}"


def diff(before: Policy, after: Policy) -> Difference:
    """Every setting that differs, and every answer that changes: in the table, and in both files' worked examples."""
    return Difference(tuple(_settings(before, after)), tuple(_answers(before, after)))


def _settings(before: Policy, after: Policy) -> Iterator[Change]:
    one, other = (each.model_dump(mode="json", by_alias=True) for each in (before, after))
    for key in one:
        if key not in _NOT_COMPARED and one[key] != other[key]:
            yield Change(key, _text(one[key]), _text(other[key]))
    for rule in sorted({*before.messages, *after.messages}):
        if before.clause(rule) != after.clause(rule):
            yield Change(f"messages.{rule}", before.clause(rule), after.clause(rule))


def _text(value: Json) -> str:
    """A setting as a person would say it."""
    if value is None or value == [] or value == {}:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_text(each) for each in value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_text(each)}" for key, each in value.items() if each is not None)
    return str(value)


def _answers(before: Policy, after: Policy) -> Iterator[Change]:
    roles = tuple(dict.fromkeys((*before.permitted_roles, *after.permitted_roles, ANYBODY_ELSE)))
    changed: dict[tuple[str, str, Outcome, Outcome], list[str]] = {}
    for one, other in zip(_cells(before, roles), _cells(after, roles), strict=True):
        if one.outcome is not other.outcome:
            changed.setdefault((one.who, one.device, one.outcome, other.outcome), []).append(part_words(one.region))
    for (who, device, was, now), regions in changed.items():
        name = f"{_name(after, who)}{f', with {words(device)}' if device else ''}: {listed(regions, 'and')}"
        yield Change(name, SHORT[was], SHORT[now])
    yield from _examples(before, after)


def _examples(before: Policy, after: Policy) -> Iterator[Change]:
    cases = {case.name: case for case in (*before.cases, *after.cases)}
    both = tuple(cases.values())
    first = run_cases(before.model_copy(update={"cases": both}))
    second = run_cases(after.model_copy(update={"cases": both}))
    for one, other in zip(first, second, strict=True):
        if one.said.outcome is not other.said.outcome:
            yield Change(f"Example: {one.name}", SHORT[one.said.outcome], SHORT[other.said.outcome])
