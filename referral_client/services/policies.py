"""Policy files from the disk: check, explain, test, compare, tabulate.

Reads files and prints nothing. A policy that does not load closes the way for photographs only, never for a referral.
Imports base and policy.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from referral_client.base.canonical import Json
from referral_client.base.errors import KnownError
from referral_client.base.files import read_file, write_file
from referral_client.policy import (
    CaseResult,
    Cell,
    Change,
    Difference,
    Policy,
    diff,
    explain,
    facts_schema,
    load_policy,
    matrix,
    matrix_lines,
    policy_schema,
    run_cases,
    says_schema,
)

__all__ = [
    "Change",
    "PolicyCheck",
    "PolicyComparison",
    "PolicyMatrix",
    "PolicyTest",
    "PolicyWords",
    "check_policies",
    "compare_policies",
    "explain_policy",
    "read_policy",
    "schema_text",
    "schemas",
    "tabulate_policy",
    "try_policy",
    "write_schemas",
]

# Bounds what is read at all; the loader's own limit is smaller and says so.
_READ_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class PolicyCheck:
    """One file: what it is when it loads, every fault when it does not."""

    file: str
    policy_id: str = ""
    version: str = ""
    organisation: str = ""
    sha256: str = ""
    faults: tuple[str, ...] = ()

    @property
    def loads(self) -> bool:
        return not self.faults

    def as_json(self) -> Json:
        return {
            "file": self.file,
            "loads": self.loads,
            "policy_id": self.policy_id,
            "version": self.version,
            "organisation": self.organisation,
            "sha256": self.sha256,
            "faults": list(self.faults),
        }


@dataclass(frozen=True, slots=True)
class PolicyWords:
    """A policy in words, and which one it is."""

    policy: Policy
    lines: tuple[str, ...]

    def as_json(self) -> Json:
        return {**_which(self.policy), "lines": list(self.lines)}


@dataclass(frozen=True, slots=True)
class PolicyTest:
    """A policy's own cases, run."""

    policy: Policy
    results: tuple[CaseResult, ...]

    @property
    def passed(self) -> bool:
        """False for a policy without cases, too: nothing was shown."""
        return bool(self.results) and all(result.passed for result in self.results)

    def as_json(self) -> Json:
        return {
            **_which(self.policy),
            "passed": self.passed,
            "cases": [result.as_json() for result in self.results],
        }


@dataclass(frozen=True, slots=True)
class PolicyMatrix:
    """Who x device x part of the body, as cells and as lines."""

    policy: Policy
    cells: tuple[Cell, ...]
    lines: tuple[str, ...]

    def as_json(self) -> Json:
        return {**_which(self.policy), "cells": [cell.as_json() for cell in self.cells]}


@dataclass(frozen=True, slots=True)
class PolicyComparison:
    """What differs between two."""

    before: Policy
    after: Policy
    difference: Difference

    def as_json(self) -> Json:
        return {"before": _which(self.before), "after": _which(self.after), **self.difference.as_json()}


def read_policy(path: Path) -> Policy:
    """Read one policy file; Refused names every fault."""
    untrusted = read_file(path, limit=_READ_LIMIT, what="the photograph policy", code="POLICY")
    return load_policy(untrusted, path.name)


def check_policies(paths: Sequence[Path]) -> tuple[PolicyCheck, ...]:
    """Every file, and every fault in each; one that cannot be read does not hide the others."""
    return tuple(_check(path) for path in paths)


def _check(path: Path) -> PolicyCheck:
    try:
        policy = read_policy(path)
    except KnownError as error:
        return PolicyCheck(path.name, faults=error.reasons or (f"{path.name}:1: file: {error.what}",))
    return PolicyCheck(path.name, policy.policy_id, policy.version, policy.organisation, policy.sha256)


def explain_policy(path: Path) -> PolicyWords:
    """In plain English."""
    policy = read_policy(path)
    return PolicyWords(policy, tuple(explain(policy).split("\n")))


def try_policy(path: Path) -> PolicyTest:
    """Its own cases."""
    policy = read_policy(path)
    return PolicyTest(policy, run_cases(policy))


def tabulate_policy(path: Path) -> PolicyMatrix:
    """The table."""
    policy = read_policy(path)
    return PolicyMatrix(policy, matrix(policy), tuple(matrix_lines(policy)))


def compare_policies(before: Path, after: Path) -> PolicyComparison:
    """Two files."""
    one, other = read_policy(before), read_policy(after)
    return PolicyComparison(one, other, diff(one, other))


def write_schemas(root: Path) -> None:
    """Write the three published schemas below the root of a checkout, from the models."""
    for name, schema in schemas().items():
        write_file(root / name, schema_text(schema), mode=0o644)


def schemas() -> dict[str, Json]:
    """Each published schema by its place in a checkout."""
    return {
        "policies/policy-1.schema.json": policy_schema(),
        "docs/schemas/photo-facts.schema.json": facts_schema(),
        "docs/schemas/photo-says.schema.json": says_schema(),
    }


def schema_text(schema: Json) -> bytes:
    """The bytes that stand in the file."""
    return (json.dumps(schema, ensure_ascii=False, indent=2) + "\n").encode()


def _which(policy: Policy) -> dict[str, Json]:
    return {
        "policy_id": policy.policy_id,
        "version": policy.version,
        "organisation": policy.organisation,
        "sha256": policy.sha256,
    }
