"""What this computer obeys: pinned root, rising numbers, practice kept apart; expiry warns and stops nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from referral_client.organisation import (
    StatementRefused,
    install_authority,
    install_organisation,
    installed,
    sign_authority,
    sign_organisation,
)
from referral_client.policy import PolicyFaults
from referral_client.sealing.signing import SigningKeys
from tests.organisation.statements_made import NOW, authority, keys, organisation
from tests.policy.sample import PLAIN

Roots = tuple[SigningKeys, SigningKeys]


@pytest.fixture
def roots(tmp_path: Path) -> Roots:
    """An organisation installed in `tmp_path` that accepts one council, whose profile is installed too."""
    ours, theirs = keys(), keys()
    envelope = sign_organisation(organisation((theirs.public.thumbprint,)), ours)
    install_organisation(tmp_path, envelope, root_thumbprint=ours.public.thumbprint, practice=False)
    install_authority(tmp_path, sign_authority(authority(), theirs))
    return ours, theirs


def test_nothing_installed_is_not_an_error(tmp_path: Path) -> None:
    found = installed(tmp_path, NOW)
    assert (found.organisation, found.authorities, found.troubles) == (None, (), ())


def test_what_is_installed_is_verified_again_each_time(tmp_path: Path, roots: Roots) -> None:
    found = installed(tmp_path, NOW)
    assert found.organisation is not None
    assert found.authority_for("shropshire") is not None
    assert found.authority_for("elsewhere") is None
    path = tmp_path / "authority-sample-council.dsse.json"
    path.write_bytes(path.read_bytes().replace(b'"sig":"', b'"sig":"A', 1))
    found = installed(tmp_path, NOW)
    assert found.authorities == ()
    assert found.troubles


def test_a_bundle_swapped_for_another_organisations_is_not_used(tmp_path: Path, roots: Roots) -> None:
    (tmp_path / "organisation.dsse.json").write_bytes(sign_organisation(organisation(seq=9), keys()))
    found = installed(tmp_path, NOW)
    assert found.organisation is None
    assert found.authorities == ()
    assert found.troubles[0].code == "ORGANISATION-OTHER-ROOT"


@pytest.mark.parametrize("seq", [1, 2])
def test_a_sequence_number_never_falls_nor_repeats(tmp_path: Path, roots: Roots, seq: int) -> None:
    """Promise 9: no configuration is obeyed unless it is newer than the last one obeyed."""
    ours, theirs = roots
    thumbprint = ours.public.thumbprint
    accepted = (theirs.public.thumbprint,)
    install_organisation(
        tmp_path, sign_organisation(organisation(accepted, seq=2), ours), root_thumbprint=thumbprint, practice=False
    )
    again = sign_organisation(organisation(accepted, seq=seq, name="Other"), ours)
    with pytest.raises(StatementRefused) as refusal:
        install_organisation(tmp_path, again, root_thumbprint=thumbprint, practice=False)
    assert refusal.value.code == "STATEMENT-NOT-NEWER"
    assert installed(tmp_path, NOW).organisation.name == "Brook Lane (sample)"  # type: ignore[union-attr]


def test_an_older_file_put_back_by_hand_is_not_used(tmp_path: Path, roots: Roots) -> None:
    old = (tmp_path / "authority-sample-council.dsse.json").read_bytes()
    install_authority(tmp_path, sign_authority(authority(seq=5), roots[1]))
    (tmp_path / "authority-sample-council.dsse.json").write_bytes(old)
    found = installed(tmp_path, NOW)
    assert found.authorities == ()
    assert found.troubles[0].code == "STATEMENT-NOT-NEWER"


def test_a_council_that_the_organisation_does_not_accept_is_refused(tmp_path: Path, roots: Roots) -> None:
    with pytest.raises(StatementRefused) as refusal:
        install_authority(tmp_path, sign_authority(authority(authority_id="other", seq=3), keys()))
    assert refusal.value.code == "AUTHORITY-NOT-ACCEPTED"


def test_another_root_never_replaces_the_pinned_one(tmp_path: Path, roots: Roots) -> None:
    other = keys()
    with pytest.raises(StatementRefused) as refusal:
        install_organisation(
            tmp_path,
            sign_organisation(organisation(seq=9), other),
            root_thumbprint=other.public.thumbprint,
            practice=False,
        )
    assert refusal.value.code == "ORGANISATION-OTHER-ROOT"


@pytest.mark.parametrize(("marked", "home"), [(True, False), (False, True)])
def test_practice_and_real_never_mix(tmp_path: Path, marked: bool, home: bool) -> None:
    ours = keys()
    envelope = sign_organisation(organisation(practice=marked), ours)
    with pytest.raises(StatementRefused) as refusal:
        install_organisation(tmp_path, envelope, root_thumbprint=ours.public.thumbprint, practice=home)
    assert refusal.value.code == "STATEMENT-PRACTICE"


def test_a_real_home_never_becomes_a_practice_one(tmp_path: Path, roots: Roots) -> None:
    envelope = sign_organisation(organisation(practice=True, seq=2), roots[0])
    with pytest.raises(StatementRefused):
        install_organisation(tmp_path, envelope, root_thumbprint=roots[0].public.thumbprint, practice=True)


def test_expiry_is_a_warning_and_nothing_stops_working(tmp_path: Path, roots: Roots) -> None:
    """Promise 12."""
    found = installed(tmp_path, datetime(2031, 1, 1, tzinfo=UTC))
    assert found.organisation is not None
    assert found.authority_for("shropshire") is not None
    assert {trouble.code for trouble in found.troubles} == {"STATEMENT-EXPIRED"}


LAX = PLAIN
STRICTER = PLAIN.replace('"1.0.0"', '"2.0.0"').replace("2026-01-01", "2026-06-01")
BROKEN = STRICTER.replace("permitted_roles", "permited_roles")
OTHER = STRICTER.replace('policy_id = "plain"', 'policy_id = "another"')

NOT_ONE_POLICY = [
    pytest.param([LAX, BROKEN], "photo policy 2:7: permited_roles: there is no such setting", id="newer-is-broken"),
    pytest.param([BROKEN, LAX], "photo policy 1:7: permited_roles: there is no such setting", id="first-is-broken"),
    pytest.param([LAX, OTHER], "photo policy 2:1: policy_id: another, but photo policy 1 is plain", id="two-policies"),
    pytest.param([LAX, LAX + "# again\n"], "photo policy 2:2: version: 1.0.0 from 2026-01-01", id="one-version-twice"),
]


def with_policies(*texts: str) -> dict[str, object]:
    return organisation(seq=2, photo_policies=[{"toml": text} for text in texts])


@pytest.mark.parametrize(("texts", "reason"), NOT_ONE_POLICY)
def test_photo_policies_that_are_not_one_that_loads_are_not_installed(
    tmp_path: Path, roots: Roots, texts: list[str], reason: str
) -> None:
    with pytest.raises(PolicyFaults) as refusal:
        install_organisation(
            tmp_path,
            sign_organisation(with_policies(*texts), roots[0]),
            root_thumbprint=roots[0].public.thumbprint,
            practice=False,
        )
    assert any(each.startswith(reason) for each in refusal.value.reasons), refusal.value.reasons
    found = installed(tmp_path, NOW)
    assert found.organisation is not None
    assert found.organisation.seq == 1


@pytest.mark.parametrize(("texts", "reason"), NOT_ONE_POLICY)
def test_when_they_are_in_force_all_the_same_no_version_counts_and_referrals_go_on(
    tmp_path: Path, roots: Roots, texts: list[str], reason: str
) -> None:
    """An older program may have installed them: the older, laxer version never steps in for the newer one."""
    ours, theirs = roots
    bundle = {**with_policies(*texts), "accepts_authority_roots": [theirs.public.thumbprint]}
    (tmp_path / "organisation.dsse.json").write_bytes(sign_organisation(bundle, ours))
    found = installed(tmp_path, NOW)
    assert found.policies == ()
    assert [trouble.code for trouble in found.troubles] == ["POLICY-FAULTS"]
    assert found.organisation is not None
    assert found.authority_for("shropshire") is not None


def test_the_dated_versions_of_one_policy_are_all_in_force(tmp_path: Path, roots: Roots) -> None:
    envelope = sign_organisation(with_policies(LAX, STRICTER), roots[0])
    install_organisation(tmp_path, envelope, root_thumbprint=roots[0].public.thumbprint, practice=False)
    assert [policy.version for policy in installed(tmp_path, NOW).policies] == ["1.0.0", "2.0.0"]


@pytest.mark.parametrize(
    "damage", [b"", b"{}{", b"[]", b'{"highest":[]}', b'{"highest":{"organisation":"two"}}', b"\xff\xfe"]
)
def test_a_damaged_trust_file_is_said_and_writing_goes_on(tmp_path: Path, roots: Roots, damage: bytes) -> None:
    (tmp_path / "trust.json").write_bytes(damage)
    found = installed(tmp_path, NOW)
    assert found.organisation is None
    assert found.troubles[0].code == "STATEMENT-TRUST-DAMAGED"
    ours, theirs = roots
    envelope = sign_organisation(organisation((theirs.public.thumbprint,)), ours)
    install_organisation(tmp_path, envelope, root_thumbprint=ours.public.thumbprint, practice=False)
    assert installed(tmp_path, NOW).organisation is not None, "installing the file again mends it"


def two_councils(tmp_path: Path) -> tuple[SigningKeys, SigningKeys]:
    """Both accepted; the first one's profile is installed."""
    ours, first, second = keys(), keys(), keys()
    accepts = (first.public.thumbprint, second.public.thumbprint)
    envelope = sign_organisation(organisation(accepts), ours)
    install_organisation(tmp_path, envelope, root_thumbprint=ours.public.thumbprint, practice=False)
    install_authority(tmp_path, sign_authority(authority(), first))
    return first, second


def test_one_accepted_council_cannot_speak_for_another(tmp_path: Path) -> None:
    first, second = two_councils(tmp_path)
    with pytest.raises(StatementRefused) as refusal:
        install_authority(tmp_path, sign_authority(authority(seq=50), second))
    assert refusal.value.code == "AUTHORITY-OTHER-ROOT"
    install_authority(tmp_path, sign_authority(authority(seq=2), first))
    path = tmp_path / "authority-sample-council.dsse.json"
    path.write_bytes(sign_authority(authority(seq=50), second))
    assert installed(tmp_path, NOW).authorities == (), "nor by a file put there by hand"


@pytest.mark.parametrize("shared", ["form", "destination"])
def test_two_councils_never_share_a_form_or_a_destination(tmp_path: Path, shared: str) -> None:
    _, second = two_councils(tmp_path)
    other = authority(authority_id="other-council", forms=["shropshire" if shared == "form" else "elsewhere"])
    if shared == "form":
        other["destinations"][0]["id"] = "other-door"  # type: ignore[index]
    with pytest.raises(StatementRefused) as refusal:
        install_authority(tmp_path, sign_authority(other, second))
    assert refusal.value.code == "AUTHORITY-OVERLAPS"


def test_a_council_called_organisation_does_not_use_up_the_organisations_numbers(tmp_path: Path) -> None:
    ours, theirs = keys(), keys()
    accepted = (theirs.public.thumbprint,)
    thumbprint = ours.public.thumbprint
    install_organisation(
        tmp_path, sign_organisation(organisation(accepted), ours), root_thumbprint=thumbprint, practice=False
    )
    install_authority(tmp_path, sign_authority(authority(authority_id="organisation", seq=100), theirs))
    newer = sign_organisation(organisation(accepted, seq=2), ours)
    assert install_organisation(tmp_path, newer, root_thumbprint=thumbprint, practice=False).seq == 2


def test_a_council_with_a_new_key_is_taken_once_the_organisation_has_dropped_the_old_one(tmp_path: Path) -> None:
    ours, old, new = keys(), keys(), keys()
    thumbprint = ours.public.thumbprint

    def accept(seq: int, *roots: SigningKeys) -> None:
        draft = organisation(tuple(root.public.thumbprint for root in roots), seq=seq)
        install_organisation(tmp_path, sign_organisation(draft, ours), root_thumbprint=thumbprint, practice=False)

    accept(1, old)
    install_authority(tmp_path, sign_authority(authority(), old))
    accept(2, new)
    assert install_authority(tmp_path, sign_authority(authority(seq=2), new)).seq == 2
