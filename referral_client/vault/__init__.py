"""A person's encrypted store: drafts, photographs, the outbox of sealed packages, receipts, and the audit chain.

Promises: nothing readable touches the disk; what was committed survives whatever is killed; damage is an error and
never a wrong answer; one person cannot open another's store. The only importer of sqlite3 and keyring.
May import: base, referral, sealing. The face is what stands below.
"""

from referral_client.vault.audit import AuditKind, ChainBroken
from referral_client.vault.login_keys import LoginKeys, SystemLoginKeys, system_login_keys
from referral_client.vault.opening import create_vault, open_queue, open_vault
from referral_client.vault.queue import Queue
from referral_client.vault.slots import check_passphrase
from referral_client.vault.trouble import Damaged, NoKey, TooNew, WrongPassphrase
from referral_client.vault.values import (
    AuditEntry,
    Delivery,
    Finding,
    FormRef,
    NewDelivery,
    Person,
    ReferralRow,
    Revision,
    StoredPhoto,
    StoredReferral,
    Swept,
)
from referral_client.vault.vault import Vault

__all__ = [
    "AuditEntry",
    "AuditKind",
    "ChainBroken",
    "Damaged",
    "Delivery",
    "Finding",
    "FormRef",
    "LoginKeys",
    "NewDelivery",
    "NoKey",
    "Person",
    "Queue",
    "ReferralRow",
    "Revision",
    "StoredPhoto",
    "StoredReferral",
    "Swept",
    "SystemLoginKeys",
    "TooNew",
    "Vault",
    "WrongPassphrase",
    "check_passphrase",
    "create_vault",
    "open_queue",
    "open_vault",
    "system_login_keys",
]
