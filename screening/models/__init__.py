"""Screening's tables: form 01, the proxy means test, announcements, committees, grants."""

from .announcement import AnnouncedPupil, Announcement, ScreeningPolicy
from .committee import (
    Abstention,
    CommitteeMeeting,
    Form05Line,
    FundVerification,
    MeetingMember,
    SpendingItem,
    SpendingPlan,
)
from .form01 import (
    Form01,
    Form01Photo,
    Form01Revision,
    Form01Signature,
    FormIdentity,
)
from .grants import AwaitedGrant, Grant, GrantRevival, GrantSuspension
from .pmt import InstitutionDecision, PmtFacts, PmtModel, PmtScore, Scoring
from .visits import HomeVisit

__all__ = [
    "Abstention",
    "AnnouncedPupil",
    "Announcement",
    "AwaitedGrant",
    "CommitteeMeeting",
    "Form01",
    "Form01Photo",
    "Form01Revision",
    "Form01Signature",
    "Form05Line",
    "FormIdentity",
    "FundVerification",
    "Grant",
    "GrantRevival",
    "GrantSuspension",
    "HomeVisit",
    "InstitutionDecision",
    "MeetingMember",
    "PmtFacts",
    "PmtModel",
    "PmtScore",
    "Scoring",
    "ScreeningPolicy",
    "SpendingItem",
    "SpendingPlan",
]
