"""The words a photograph policy is written in: one enumeration per kind of value, and plain English for each.

Promises: a code once published keeps its meaning. Imports nothing of the program.
The body regions are those of the body map and of `injury.site`. Roles and places are open lists: a policy may
add its own in `[roles]` and `[places]`.
"""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What the policy says, mildest first. The order is the order of restriction."""

    ATTACH = "attach"
    ATTACH_WITH_WARNINGS = "attach-with-warnings"
    NEEDS_APPROVAL = "needs-approval"
    NEEDS_MORE_INFORMATION = "needs-more-information"
    BLOCKED_USE_BODY_MAP = "blocked-use-body-map"
    BLOCKED_TELL_YOUR_LEAD = "blocked-tell-your-lead"

    @property
    def restriction(self) -> int:
        """0 for the mildest; a higher number never lets more through than a lower one."""
        return tuple(Outcome).index(self)


class Severity(StrEnum):
    """What one finding does: stops the picture, asks the person, asks the approver, or is only said."""

    BLOCK = "block"
    ASK = "ask"
    APPROVE = "approve"
    WARN = "warn"


class Question(StrEnum):
    """The two different questions a policy answers."""

    MAY_TAKE = "may_take"
    MAY_ATTACH = "may_attach"


class Source(StrEnum):
    """Who the picture came from. The first two are our own pictures."""

    SELF = "self"
    COLLEAGUE = "colleague"
    PARENT = "parent"
    CHILD = "child"
    OTHER_AGENCY = "other_agency"
    ANONYMOUS = "anonymous"
    SCREENSHOT = "screenshot"


class ThirdPartyRule(StrEnum):
    REFUSE = "refuse"
    ACCEPT_FLAGGED = "accept_flagged"
    ACCEPT = "accept"


class Taking(StrEnum):
    FORBIDDEN = "forbidden"
    ALLOWED_IF = "allowed_if"
    EXPECTED = "expected"
    REQUIRED = "required"


class Device(StrEnum):
    ORG_CAMERA = "org_camera"
    ORG_TABLET = "org_tablet"
    ORG_PHONE_MANAGED = "org_phone_managed"
    CLINICAL_IMAGE_APP = "clinical_image_app"
    MEDICAL_PHOTOGRAPHY = "medical_photography"
    POLICE_KIT = "police_kit"
    PARENT_DEVICE = "parent_device"
    PERSONAL = "personal"


class Region(StrEnum):
    FACE = "face"
    HEAD = "head"
    NECK = "neck"
    EAR = "ear"
    MOUTH = "mouth"
    CHEST = "chest"
    ABDOMEN = "abdomen"
    BACK = "back"
    SHOULDER = "shoulder"
    UPPER_ARM = "upper_arm"
    FOREARM = "forearm"
    HAND = "hand"
    THIGH = "thigh"
    LOWER_LEG = "lower_leg"
    FOOT = "foot"
    ARMPIT = "armpit"
    BUTTOCK = "buttock"
    BREAST = "breast"
    GENITAL = "genital"
    ANAL = "anal"


# A picture of one of these on a child is an intimate image, whatever else is said about it, and no file changes that.
INTIMATE_REGIONS = frozenset({Region.BUTTOCK, Region.BREAST, Region.GENITAL, Region.ANAL})


class Side(StrEnum):
    LEFT = "left"
    RIGHT = "right"
    MIDDLE = "middle"
    BOTH = "both"


class View(StrEnum):
    IDENTITY = "identity"
    ORIENTATION = "orientation"
    CLOSE_UP = "close_up"
    CLOSE_UP_WITH_SCALE = "close_up_with_scale"


CLOSE_UPS = frozenset({View.CLOSE_UP, View.CLOSE_UP_WITH_SCALE})


class Said(StrEnum):
    """What a person whose agreement is needed answered."""

    YES = "yes"
    NO = "no"
    REFUSED = "refused"
    NOT_ASKED = "not_asked"


class ConsentFrom(StrEnum):
    CHILD = "child"
    PARENT_PR = "parent_pr"
    PLACING_AUTHORITY = "placing_authority"
    NONE_REQUIRED = "none_required"


class ConsentForm(StrEnum):
    """Weakest first."""

    IMPLIED = "implied"
    VERBAL_RECORDED = "verbal_recorded"
    WRITTEN = "written"


class Exemption(StrEnum):
    SIGNIFICANT_HARM = "significant_harm"
    ASKING_RAISES_RISK = "asking_raises_risk"
    POLICE_DIRECTION = "police_direction"


class Requester(StrEnum):
    NONE = "none"
    CLINICIAN = "clinician"
    SOCIAL_CARE_OR_POLICE = "social_care_or_police"
    CONSULTANT = "consultant"


class Approver(StrEnum):
    NONE = "none"
    DSL_OR_DEPUTY = "dsl_or_deputy"
    HEAD = "head"
    MANAGER = "manager"
    NAMED_PROFESSIONAL = "named_professional"


class ChildRefusal(StrEnum):
    BLOCKS = "blocks"
    RECORD_AND_ESCALATE = "record_and_escalate"


class BodyMap(StrEnum):
    OPTIONAL = "optional"
    PREFERRED = "preferred"
    REQUIRED = "required"


class NonMobileRule(StrEnum):
    PHONE_NOW = "phone_now"
    INFORM = "inform"


class Original(StrEnum):
    DISCARD = "discard"
    RETAIN_IN_ORG_RECORD = "retain_in_org_record"


class Recompress(StrEnum):
    NEVER = "never"
    IF_OVER_LIMIT = "if_over_limit"


class ClientDeletion(StrEnum):
    RECEIPT = "receipt"
    RECORD_COPY_CONFIRMED = "record_copy_confirmed"


class Recipient(StrEnum):
    FRONT_DOOR = "front_door"
    POLICE = "police"
    HEALTH = "health"


class Metadata(StrEnum):
    TAKEN_AT = "taken_at"
    TAKEN_BY = "taken_by"
    OTHERS_PRESENT = "others_present"
    DEVICE_ID = "device_id"
    PLACE = "place"
    BODY_REGION = "body_region"
    SIDE = "side"
    INJURY_REF = "injury_ref"
    CONSENT_RECORD = "consent_record"
    REASON = "reason"
    RECORD_NUMBER = "record_number"


class ManifestFact(StrEnum):
    TAKEN_AT = "taken_at"
    TAKEN_BY = "taken_by"
    DEVICE_ID = "device_id"
    PLACE = "place"
    RECORD_NUMBER = "record_number"
    EXHIBIT_REF = "exhibit_ref"
    SHA256 = "sha256"


ROLES: dict[str, str] = {
    "teacher": "teacher",
    "teaching_assistant": "teaching assistant",
    "head": "head teacher",
    "deputy_head": "deputy head teacher",
    "dsl": "designated safeguarding lead",
    "deputy_dsl": "deputy designated safeguarding lead",
    "school_nurse": "school nurse",
    "nursery_worker": "nursery worker",
    "manager": "manager",
    "deputy_manager": "deputy manager",
    "registered_clinician": "registered clinician",
    "health_visitor": "health visitor",
    "gp": "GP",
    "nurse": "nurse",
    "midwife": "midwife",
    "paediatrician": "paediatrician",
    "consultant": "consultant",
    "clinical_photographer": "clinical photographer",
    "named_nurse": "named nurse",
    "named_doctor": "named doctor",
    "named_midwife": "named midwife",
    "social_worker": "social worker",
    "supervising_social_worker": "supervising social worker",
    "foster_carer": "foster carer",
    "police_officer": "police officer",
    "trained_officer": "trained officer",
    "crime_scene_investigator": "crime scene investigator",
    "forensic_clinician": "forensic clinician",
    "exhibits_officer": "exhibits officer",
}

PLACES: dict[str, str] = {
    "medical_room": "medical room",
    "toilet": "toilet",
    "changing_room": "changing room",
    "classroom": "classroom",
    "office": "office",
    "nursery_room": "nursery room",
    "bathroom": "bathroom",
    "bedroom": "bedroom",
    "living_room": "living room",
    "clinic_room": "clinic room",
    "examination_room": "examination room",
    "emergency_department": "emergency department",
    "ward": "ward",
    "photography_studio": "medical photography studio",
    "police_station": "police station",
    "custody_suite": "custody suite",
    "family_home": "family’s home",
    "foster_home": "foster home",
    "outdoors": "outdoors",
    "vehicle": "vehicle",
}

# Which roles count when a policy names a group rather than a role.
REQUESTER_ROLES: dict[Requester, frozenset[str]] = {
    Requester.NONE: frozenset(),
    Requester.CONSULTANT: frozenset({"consultant"}),
    Requester.CLINICIAN: frozenset(
        {
            "consultant",
            "paediatrician",
            "registered_clinician",
            "gp",
            "nurse",
            "midwife",
            "health_visitor",
            "school_nurse",
            "named_nurse",
            "named_doctor",
            "named_midwife",
            "forensic_clinician",
        }
    ),
    Requester.SOCIAL_CARE_OR_POLICE: frozenset(
        {"social_worker", "police_officer", "trained_officer", "crime_scene_investigator"}
    ),
}
APPROVER_ROLES: dict[Approver, frozenset[str]] = {
    Approver.NONE: frozenset(),
    Approver.DSL_OR_DEPUTY: frozenset({"dsl", "deputy_dsl"}),
    Approver.HEAD: frozenset({"head", "deputy_head"}),
    Approver.MANAGER: frozenset({"manager", "deputy_manager"}),
    Approver.NAMED_PROFESSIONAL: frozenset({"named_nurse", "named_doctor", "named_midwife"}),
}

WORDS: dict[str, str] = {
    "self": "you",
    "colleague": "a colleague",
    "parent": "a parent or carer",
    "child": "the child",
    "other_agency": "another agency",
    "anonymous": "somebody who did not give a name",
    "screenshot": "a screenshot",
    "org_camera": "the organisation’s camera",
    "org_tablet": "the organisation’s tablet",
    "org_phone_managed": "a phone the organisation manages",
    "clinical_image_app": "the clinical image app",
    "medical_photography": "the medical photography department’s camera",
    "police_kit": "police photographic kit",
    "parent_device": "a parent’s device",
    "personal": "a personal phone or camera",
    "parent_pr": "a parent or other person with parental responsibility",
    "placing_authority": "the authority that placed the child",
    "none_required": "nobody",
    "identity": "a picture that shows who it is",
    "orientation": "a picture that shows where on the body it is",
    "close_up": "a close-up",
    "close_up_with_scale": "a close-up with a scale beside the mark",
    "written": "in writing",
    "verbal_recorded": "spoken, with a note of it",
    "implied": "understood from what the person did",
    "significant_harm": "the child may be at risk of significant harm",
    "asking_raises_risk": "asking would put the child at more risk",
    "police_direction": "the police directed it",
    "clinician": "a clinician",
    "social_care_or_police": "social care or the police",
    "consultant": "a consultant",
    "dsl_or_deputy": "the designated safeguarding lead or a deputy",
    "head": "the head teacher or a deputy head",
    "manager": "the manager or a deputy manager",
    "named_professional": "the named nurse, doctor or midwife",
    "front_door": "the council’s front door",
    "police": "the police",
    "health": "a health service",
    "taken_at": "when it was taken",
    "taken_by": "who took it, and their role",
    "others_present": "who else was there",
    "device_id": "which device it was taken on",
    "place": "where it was taken",
    "body_region": "which part of the body it shows",
    "side": "which side of the body it shows",
    "injury_ref": "which injury it shows",
    "consent_record": "who agreed, and how",
    "reason": "why it was taken",
    "record_number": "the child’s record number",
    "exhibit_ref": "the exhibit reference",
    "sha256": "the digest of the file",
}


def words(code: str) -> str:
    """Plain English for a code; a code nobody gave words to is shown with its underscores as spaces."""
    return WORDS.get(code, code.replace("_", " "))


def part_words(region: str) -> str:
    """Plain English for a part of the body. Apart from `words`, because `head` is a role as well."""
    return region.replace("_", " ")


def role_words(code: str, own: dict[str, str]) -> str:
    """Plain English for a role: the policy's own words first."""
    return own.get(code) or ROLES.get(code) or code.replace("_", " ")


def place_words(code: str, own: dict[str, str]) -> str:
    """Plain English for a place: the policy's own words first."""
    return own.get(code) or PLACES.get(code) or code.replace("_", " ")


def listed(items: list[str], last: str = "or") -> str:
    """`a, b or c`; "none" for an empty list."""
    if not items:
        return "none"
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"
