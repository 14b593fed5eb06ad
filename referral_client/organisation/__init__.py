"""The two signed statements and what this computer was told to trust.

The council signs an authority profile (where, to whom, which receipts count, which numbers to ring). The organisation
signs a bundle (its people, workstations, photo policies, lawful basis). Each has its own root, sequence number and
expiry; neither can state the other's fields. Nothing about a destination or a key comes from anywhere else.

Integrity fails closed, freshness fails soft: a wrong signature or an older sequence is refused; an expired statement
is a warning and never stops writing or an urgent sending. Imports base, policy and sealing. Public face: below.
"""

from referral_client.organisation.installed import (
    Installed,
    Trouble,
    install_authority,
    install_organisation,
    installed,
    policies_of,
)
from referral_client.organisation.models import (
    AuthorityProfile,
    Destination,
    FrontDoor,
    KeyPair,
    Number,
    OrganisationBundle,
    PhotoPolicySource,
    ReceiptKey,
    Recipient,
    RegisteredPerson,
    Transport,
    Workstation,
)
from referral_client.organisation.rootkey import make_root_key, open_root_key
from referral_client.organisation.statements import (
    StatementRefused,
    parse_authority,
    parse_organisation,
    sign_authority,
    sign_organisation,
    untrusted_authority,
    untrusted_organisation,
)

__all__ = [
    "AuthorityProfile",
    "Destination",
    "FrontDoor",
    "Installed",
    "KeyPair",
    "Number",
    "OrganisationBundle",
    "PhotoPolicySource",
    "ReceiptKey",
    "Recipient",
    "RegisteredPerson",
    "StatementRefused",
    "Transport",
    "Trouble",
    "Workstation",
    "install_authority",
    "install_organisation",
    "installed",
    "make_root_key",
    "open_root_key",
    "parse_authority",
    "parse_organisation",
    "policies_of",
    "sign_authority",
    "sign_organisation",
    "untrusted_authority",
    "untrusted_organisation",
]
