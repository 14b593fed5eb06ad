"""A sample organisation, a sample family and a council of one's own, to try the whole thing on. Nobody receives it.

Promises: all keys are made anew in each folder; every statement, ticket, receipt and manifest carries the practice
mark, which real intakes and real vaults refuse; the council's two sides run as processes of their own.
Imports services, intake, casework and everything below them. Public face: the names below.
"""

from referral_client.practice.council import Council
from referral_client.practice.demo import Step, run_demo
from referral_client.practice.rehearsal import Rehearsal, practice_home
from referral_client.practice.sample import SamplePhotograph, sample_answers, sample_photographs, sample_policy

__all__ = [
    "Council",
    "Rehearsal",
    "SamplePhotograph",
    "Step",
    "practice_home",
    "run_demo",
    "sample_answers",
    "sample_photographs",
    "sample_policy",
]
