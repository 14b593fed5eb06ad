"""A realistic readable copy of a family that does not exist. Numbers are those kept for drama."""

from __future__ import annotations

from datetime import UTC, datetime

from referral_client.document import (
    AdultLine,
    BodyMark,
    Call,
    ChildLine,
    Disagreement,
    Fact,
    FirstPage,
    HeldPhoto,
    KeepFromLine,
    Known,
    NotKnownLine,
    NotTold,
    PhotoLine,
    Quote,
    ReadableCopy,
    Referrer,
    Row,
    Section,
    Side,
    VisitingRisk,
    Whereabouts,
)

REFERENCE = "3f9a2c1e-7b64-4d0a-9a55-0c1d2e3f4a5b"

FIRST = FirstPage(
    children=(
        ChildLine(
            "Ayla Brightwater",
            "Born 2 July 2026 (4 months)",
            "At home, 4 Mill Row, Little Stretford SY6 9ZZ, with her mother and her mother's partner",
            "cannot yet move about alone",
        ),
        ChildLine(
            "Rowan Brightwater",
            "Born 14 March 2022 (4 years)",
            "At Acorn Day Nursery until 18:00, then collected by Callum Fenwick",
        ),
    ),
    visiting_risk=VisitingRisk(
        Known.YES, "Large dog loose in the yard. Callum shouted at the health visitor in October."
    ),
    not_told=(
        NotTold(
            "Kayleigh Brightwater", ("Telling her would put a child at greater risk",), "She tells Callum everything"
        ),
        NotTold("Callum Fenwick", ("Telling him would put a child at greater risk",)),
    ),
    keep_from=(
        KeepFromLine(
            "The nights that Dean Marlow stays at Mill Row, and who told us",
            "Callum Fenwick",
            "Rowan's grandmother told us and is afraid of him",
        ),
    ),
    adults=(
        AdultLine(
            "Kayleigh Brightwater",
            ("Mother of Ayla and Rowan, with parental responsibility",),
            (Whereabouts("Lives at 4 Mill Row", "Seen by the nursery", "20 Nov 2026"),),
        ),
        AdultLine(
            "Callum Fenwick",
            ("Ayla: father; parental responsibility not known", "Rowan: mother's partner"),
            (Whereabouts("Lives at 4 Mill Row", "Rowan's grandmother", "20 Nov 2026"),),
        ),
        AdultLine(
            "Dean Marlow",
            ("Rowan: father, with parental responsibility", "Ayla: no relation"),
            (
                Whereabouts("Believed gone, no contact", "Kayleigh, to the health visitor", "May 2026"),
                Whereabouts("Stays some nights at 4 Mill Row", "Rowan's grandmother, to the nursery", "16 Nov 2026"),
            ),
        ),
    ),
    disagreements=(
        Disagreement(
            "Is Dean Marlow still around the children?",
            (
                Side(
                    "He has gone and has no contact.",
                    "Kayleigh Brightwater",
                    "May 2026",
                    "Told the health visitor, not checked",
                ),
                Side(
                    "He lives ten minutes away and stays some nights.",
                    "Rowan's grandmother",
                    "16 Nov 2026",
                    "Saw his van outside at 07:00 twice, not checked",
                ),
            ),
        ),
        Disagreement(
            "How did Ayla come by the bruise on her cheek?",
            (
                Side("She rolled on to a toy.", "Kayleigh Brightwater", "20 Nov 2026", "Told the nursery manager"),
                Side("Rowan did it.", "Callum Fenwick", "20 Nov 2026", "Told the room leader at the door"),
            ),
        ),
    ),
    not_known=(
        NotKnownLine("Callum Fenwick's date of birth", "Asked Kayleigh on 20 November 2026, who did not answer"),
        NotKnownLine("Whether Callum Fenwick has other children", "Nobody was asked, because he was at the door"),
        NotKnownLine(
            "Where Dean Marlow lives", "Asked Rowan's grandmother on 16 November 2026, who said: “Ten minutes off.”"
        ),
    ),
    why_now="Ayla is four months old, cannot yet roll over, and came in today with a bruise on her left cheek. "
    "Two explanations were given and they differ. The family was stepped down to early help in June because "
    "Dean was believed to be gone; we now know that he may not be.",
    referrer=Referrer(
        "Priya Nayar",
        "Nursery manager and designated safeguarding lead",
        "Acorn Day Nursery",
        "01632 960118",
        "p.nayar@acorn.example",
        "until 18:30 today; afterwards 07700 900436",
    ),
    call=Call(
        "Rang the front door",
        "Friday 20 November 2026 at 15:20",
        "Duty worker, first name Sam",
        "01632 960900",
        "Send the form today. Do not question Rowan.",
        "C-20418",
    ),
)

SECTIONS = (
    Section(
        "Danger and the call",
        (
            Row("Is a child in danger right now?", "Not sure", "The referrer added: Callum collects both at 18:00"),
            Row("Has 999 been called?", silent=True),
            Row("What was the advice?", "Send the form today. Do not question Rowan."),
        ),
    ),
    Section(
        "The children",
        (
            Row("First name", "Ayla", under="Child 1: Ayla Brightwater"),
            Row("Last name", "Brightwater", under="Child 1: Ayla Brightwater"),
            Row("Date of birth", "2 July 2026", under="Child 1: Ayla Brightwater"),
            Row(
                "Address",
                "4 Mill Row, Little Stretford SY6 9ZZ",
                under="Child 1: Ayla Brightwater",
                keep_from=("Dean Marlow: the mother asked for this in June",),
            ),
            Row("NHS number", silent=True, under="Child 1: Ayla Brightwater"),
            Row(
                "What have you seen of the child?",
                "Quiet, startles when the door opens, held stiffly by her mother. "
                "She took a full bottle at 13:00 and slept.\n\nShe did not cry when she was put down.",
                under="Child 1: Ayla Brightwater",
            ),
            Row("First name", "Rowan", under="Child 2: Rowan Brightwater"),
            Row("Date of birth", "14 March 2022", under="Child 2: Rowan Brightwater"),
            Row(
                "What did the child say?",
                "Dean sleeps on the sofa and we have to be quiet.\nCallum gets cross.",
                "Said to Lena Okafor, room leader, 20 November 2026 at 09:40. No question had been asked.",
                under="Child 2: Rowan Brightwater",
                verbatim=True,
            ),
            Row(
                "Father",
                "Not known",
                "Asked Kayleigh on 3 March 2026, who said “it doesn't matter now”",
                under="Child 2: Rowan Brightwater",
            ),
        ),
    ),
    Section(
        "Stepped down before",
        (
            Row("Was the family stepped down or closed before?", "Yes"),
            Row("When and to what", "June 2026, from a child in need plan to early help"),
            Row("On what belief", "That Dean Marlow had left the area and had no contact with Rowan."),
            Row("Is that belief still true?", "No"),
        ),
    ),
    Section(
        "Why you are worried",
        (
            Row("Why now", FIRST.why_now),
            Row(
                "What has been tried",
                "Two home visits offered in September; nobody was in. The health visitor wrote twice.",
            ),
            Row(
                "What is going well",
                "Both children come to nursery fed and warmly dressed. Rowan talks easily with Lena.",
            ),
            Row("What do you want to happen?", silent=True),
        ),
    ),
)

SAMPLE = ReadableCopy(
    front_door="Compass, Shropshire Council (example)",
    reference=REFERENCE,
    sent="Friday 20 November 2026 at 15:52",
    created_at=datetime(2026, 11, 20, 15, 52, 3, tzinfo=UTC),
    first=FIRST,
    urgent="Bruise on a baby who cannot yet move about alone; both children are collected at 18:00.",
    labels=("Written by the safeguarding lead",),
    sections=SECTIONS,
    body_marks=(
        BodyMark(
            1,
            "Ayla Brightwater",
            "Left cheek",
            "Bruise",
            "14 mm by 9 mm, measured",
            "Oval, purple with a yellow edge, skin not broken",
            "20 Nov 2026 at 08:50",
            (
                Quote("She rolled on to a toy.", "Kayleigh Brightwater", "20 Nov 2026 at 08:55"),
                Quote("Rowan did it.", "Callum Fenwick", "20 Nov 2026 at 12:10"),
            ),
        ),
        BodyMark(
            2,
            "Ayla Brightwater",
            "Right forearm",
            "Red mark",
            "about 20 mm, estimated",
            "Faint line",
            "20 Nov 2026 at 09:10",
        ),
    ),
    photographs=(
        PhotoLine(
            1,
            "0001.jpg",
            "Bruise on the left cheek with a scale",
            "Priya Nayar",
            "20 Nov 2026 at 09:05",
            "Your policy allows it",
            "Safeguarding policy 7.2: the lead may photograph a visible mark on the face",
            "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8",
            "The original is kept by Acorn Day Nursery",
        ),
        PhotoLine(
            2,
            "0002.png",
            "Screen of a text message to the nursery",
            "Lena Okafor",
            "20 Nov 2026 at 12:20",
            "Your policy allows it, with a warning",
            "Safeguarding policy 7.5: say whose phone it is",
            "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
        ),
    ),
    held_photographs=(
        HeldPhoto(
            "The yard of 4 Mill Row",
            "Nobody has approved it yet; it can follow as a supplement",
            "Safeguarding policy 7.4: photographs of a home need the lead's approval",
        ),
    ),
    about=(
        Fact("Form", "marf-shropshire 1, digest 9f86d081884c7d65"),
        Fact("Answers", "SHA-256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        Fact(
            "Record of custody",
            "14 entries; the last is ef2d127de37b942baad06145e54b0c619a1f22327b2ebbcfbec78f5564afe39d",
        ),
        Fact("Sent from", "Acorn Day Nursery, workstation office-1"),
    ),
)
