"""The council's online side: receives sealed packages, stores them once, and signs `stored`. It can open nothing.

Promises: of one (organisation, submission id) exactly one package is ever taken in, whatever is repeated or killed;
a receipt is signed only over bytes, a record and a place in the log that are on durable storage; an unknown sender
is kept apart under its keys, with budgets of its own. May import no reader of packages and no identity. The only
room that imports starlette, uvicorn and obstore; it also imports base, sealing and organisation.
"""

from referral_client.intake.app import create_app
from referral_client.intake.config import IntakeConfig, Limits, keygen, load_config, set_up
from referral_client.intake.register import Received, list_received, register
from referral_client.intake.server import serve

__all__ = [
    "IntakeConfig",
    "Limits",
    "Received",
    "create_app",
    "keygen",
    "list_received",
    "load_config",
    "register",
    "serve",
    "set_up",
]
