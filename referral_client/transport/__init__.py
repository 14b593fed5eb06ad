"""Moving sealed bytes to a destination and bringing its answer back. Native HTTPS now; more carriers fit `Carrier`.

Promises: TLS is always verified and plain http refused; redirects are never followed; every answer is capped in size
and time; an upload is read from its file piece by piece; each fault is one typed outcome. What comes back is
untrusted: this room never verifies a receipt. The only room that imports requests; it imports base and nothing else.
"""

from referral_client.transport.carrier import Announced, AnnouncedState, Carrier, HeldPart, Progress, Stop
from referral_client.transport.http import Endpoint, Timeouts
from referral_client.transport.native import NativeTransport
from referral_client.transport.outcomes import (
    AnswerNotUnderstood,
    Conflict,
    NotTrusted,
    PortalInTheWay,
    RedirectedAway,
    RefusedByServer,
    Stopped,
    TransportFault,
    TryLater,
    Unreachable,
    UploadGone,
)

__all__ = [
    "Announced",
    "AnnouncedState",
    "AnswerNotUnderstood",
    "Carrier",
    "Conflict",
    "Endpoint",
    "HeldPart",
    "NativeTransport",
    "NotTrusted",
    "PortalInTheWay",
    "Progress",
    "RedirectedAway",
    "RefusedByServer",
    "Stop",
    "Stopped",
    "Timeouts",
    "TransportFault",
    "TryLater",
    "Unreachable",
    "UploadGone",
]
