"""The dated versions of one organisation's policy, read together: all of them load, or none counts.

Promises: a version that does not load is never passed over in favour of an older one, and no choice is left between
two different policies. Imports base and the room's own modules.
"""

from __future__ import annotations

from collections.abc import Sequence

from referral_client.policy.lines import map_lines
from referral_client.policy.load import PolicyFaults, load_policy
from referral_client.policy.model import Policy


def load_versions(untrusted: Sequence[bytes]) -> tuple[Policy, ...]:
    """Every version, in the order given. PolicyFaults names every fault of all: `photo policy 2:line: key: reason`."""
    policies: list[Policy] = []
    reasons: list[str] = []
    for number, text in enumerate(untrusted, 1):
        try:
            policies.append(load_policy(text, _called(number)))
        except PolicyFaults as faults:
            reasons += faults.reasons
    if not reasons:
        reasons = _contradictions(policies, untrusted)
    if reasons:
        raise PolicyFaults(
            "POLICY-FAULTS",
            "The organisation’s photograph policy does not load.",
            meaning="Until every version of it does, no photograph goes; body maps, words and every referral still do.",
            next_step="Correct each line below, and sign the organisation’s settings again.",
            reasons=tuple(reasons),
        )
    return tuple(policies)


def _contradictions(policies: Sequence[Policy], untrusted: Sequence[bytes]) -> list[str]:
    reasons = []
    for number, policy in enumerate(policies, 1):
        place = f"{_called(number)}:"
        lines = map_lines(untrusted[number - 1].decode("utf-8-sig").replace("\r\n", "\n"))
        if policy.policy_id != policies[0].policy_id:
            reasons.append(
                f"{place}{lines.line_of(('policy_id',))}: policy_id: {policy.policy_id}, but photo policy 1 is "
                f"{policies[0].policy_id}; an organisation has one policy, in dated versions"
            )
            continue
        for earlier, other in enumerate(policies[: number - 1], 1):
            if (other.policy_id, other.effective_from, other.version) == (
                policy.policy_id,
                policy.effective_from,
                policy.version,
            ):
                reasons.append(
                    f"{place}{lines.line_of(('version',))}: version: {policy.version} from {policy.effective_from}, "
                    f"as photo policy {earlier}; two versions differ in one of the two"
                )
    return reasons


def _called(number: int) -> str:
    return f"photo policy {number}"
