"""How an attempt to deliver can end other than well: one exception each, so that the queue can tell them apart.

    TransportFault
    ├── Unreachable          no connection, or it broke: try again with growing gaps
    ├── TryLater             the destination says later (`retry_after` seconds, 0 to 3600, or None)
    │   ├── AnswerNotUnderstood   cut short, too large, not JSON, or not what the protocol allows
    │   └── UploadGone            the started upload is no longer there: announce again
    ├── PortalInTheWay       a web page answered in place of the destination: sign in to the network
    ├── RedirectedAway       the address points elsewhere: needs a person
    ├── NotTrusted           the destination could not prove who it is: needs a person
    ├── RefusedByServer      understood and refused (`status`, `reason_code`): needs a person
    ├── Conflict             the id is held with other bytes; carries their receipt
    └── Stopped              this computer asked to stop

Imports base. No address, file name or answer of a server appears in any of the texts.
"""

from __future__ import annotations

from referral_client.base.errors import Refused

NOT_SENT = "The referral is NOT SENT. It is kept, and this program goes on trying."
HELD_UP = "The referral is NOT SENT. It is kept, and waits for a person."
RING = "If a child may be in danger, ring the front door now; do not wait for the computer."


class TransportFault(Refused):
    """The attempt ended without a receipt."""


class Unreachable(TransportFault):
    """No answer. `cause` is one of: no-connection, timed-out, broken-off, proxy."""

    def __init__(self, cause: str) -> None:
        words = {
            "no-connection": "The front door's computer cannot be reached from here.",
            "timed-out": "The front door's computer did not answer in time.",
            "broken-off": "The connection broke off before the answer came.",
            "proxy": "This network's proxy did not let the connection through.",
        }
        super().__init__("TRANSPORT-UNREACHABLE", words[cause], meaning=NOT_SENT, next_step=RING)
        self.cause = cause


class TryLater(TransportFault):
    """The destination answers, but not now. `retry_after` is seconds, at most an hour, or None when not said."""

    def __init__(self, retry_after: int | None = None, *, status: int = 0) -> None:
        super().__init__(
            "TRANSPORT-TRY-LATER",
            "The front door's computer is busy and asks to try again later.",
            meaning=NOT_SENT,
            next_step=RING,
        )
        self.retry_after = retry_after
        self.status = status


class AnswerNotUnderstood(TryLater):
    """The answer is not one the protocol allows. `fault` says which rule it broke, without its content."""

    def __init__(self, fault: str, *, status: int = 0) -> None:
        super().__init__(None, status=status)
        self.code = "TRANSPORT-ANSWER-NOT-UNDERSTOOD"
        self.what = "The front door's computer gave an answer that this program does not understand."
        self.reasons = (fault,)
        self.fault = fault


class UploadGone(TryLater):
    """The destination no longer has the started upload, or gave it up: announce again at once."""

    def __init__(self, *, status: int = 0) -> None:
        super().__init__(0, status=status)
        self.code = "TRANSPORT-UPLOAD-GONE"
        self.what = "The front door's computer no longer has the beginning of this upload."


class PortalInTheWay(TransportFault):
    """A web page came back where the protocol has none: a guest network or a web filter answered."""

    def __init__(self) -> None:
        super().__init__(
            "TRANSPORT-PORTAL",
            "A web page of this network answered in place of the front door.",
            meaning=NOT_SENT,
            next_step=f"Open a browser, sign in to the network, and try again. {RING}",
        )


class RedirectedAway(TransportFault):
    """The answer points to another address. It is never followed."""

    def __init__(self) -> None:
        super().__init__(
            "TRANSPORT-REDIRECTED",
            "The front door's address points to somewhere else, and this program does not follow.",
            meaning=HELD_UP,
            next_step=f"Ask IT to check the address in the council's profile. {RING}",
        )


class NotTrusted(TransportFault):
    """The certificate did not verify, or the address is not https."""

    def __init__(self, what: str = "The computer that answered could not prove that it is the front door.") -> None:
        super().__init__(
            "TRANSPORT-NOT-TRUSTED",
            what,
            meaning=HELD_UP,
            next_step=f"Ask IT to check the certificate and the clock of this computer. {RING}",
        )


class RefusedByServer(TransportFault):
    """The destination understood and refused. `reason_code` is its own code in plain letters, or empty."""

    def __init__(self, status: int, reason_code: str = "") -> None:
        super().__init__(
            "TRANSPORT-REFUSED",
            "The front door's computer refused this referral.",
            meaning=HELD_UP,
            next_step=f"Ring the front door and say that it was refused, with the code below. {RING}",
            reasons=(f"status {status}" + (f", {reason_code}" if reason_code else ""),),
        )
        self.status = status
        self.reason_code = reason_code


class Conflict(TransportFault):
    """The destination holds other bytes under this id. `receipt` is its untrusted receipt for those."""

    def __init__(self, receipt: bytes) -> None:
        super().__init__(
            "TRANSPORT-CONFLICT",
            "The front door already holds a referral with this number, and its content is not the same.",
            meaning="What it holds may be an earlier copy of this referral. Its receipt decides.",
            next_step=RING,
        )
        self.receipt = receipt


class Stopped(TransportFault):
    """The person or the program asked to stop. What was sent so far is kept and resumed."""

    def __init__(self) -> None:
        super().__init__(
            "TRANSPORT-STOPPED",
            "Sending was stopped.",
            meaning=NOT_SENT,
            next_step="Start sending again when you are ready; it goes on from where it stopped.",
        )
