"""Why a user may not do a thing to a school's account, a pupil's channel or a rate. None means they may."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from eqfund import access
from eqfund.activities import ACTIVITY
from eqfund.models import Enrolment, School, StoredFile, Term, User
from eqfund.windows import why_closed
from payments.models import BenefitRate, SchoolBankAccount
from payments.rules.accounts import ACCOUNT_TRANSITIONS, AccountStatus
from payments.words.accounts import ACCOUNT_STATUS_NAMES

COUNTRY = "TH/"


def why_not_propose_account(school: School, user: User, *, term: Term, at: datetime) -> str | None:
    if reason := access.why_not(user, "payments.propose_account", school.path):
        return reason
    return why_closed(term, ACTIVITY["payments.propose_account"], school.path, at)


def why_not_approve_account(
    account: SchoolBankAccount, user: User, *, term: Term, at: datetime
) -> str | None:
    """The director approves what another person of the school proposed, while accounts are open."""
    path = account.school.path
    if reason := access.why_not(user, "payments.approve_account", path):
        return reason
    if reason := _why_not_move(account, AccountStatus.DIRECTOR_APPROVED):
        return reason
    if account.proposed_by_id == user.pk:
        return gettext("Whoever proposed the account does not approve it. Another person does.")
    if reason := _why_not_trust_proof(account):
        return reason
    return why_closed(term, ACTIVITY["payments.approve_account"], path, at)


def why_not_accept_account(account: SchoolBankAccount, user: User) -> str | None:
    """The fund accepts what the director approved; no window: the fund checks when it can."""
    if reason := access.why_not(user, "payments.decide_account", COUNTRY):
        return reason
    if reason := _why_not_move(account, AccountStatus.ACCEPTED):
        return reason
    if user.pk in (account.proposed_by_id, account.director_id):
        return gettext("Whoever proposed or approved the account does not accept it for the fund.")
    return _why_not_trust_proof(account)


def _why_not_trust_proof(account: SchoolBankAccount) -> str | None:
    """Nobody vouches for a number whose proof they cannot open. Accounts from before have none."""
    if account.proof is None or account.proof.state == StoredFile.State.CLEAN:
        return None
    if account.proof.state == StoredFile.State.QUARANTINE:
        return gettext("The photo of the book is being checked. Look again in a minute.")
    return gettext("The photo of the book cannot be opened. Send the account back for another one.")


def why_not_send_back_account(account: SchoolBankAccount, user: User) -> str | None:
    """The director or the fund sends back what is on its way."""
    director = access.why_not(user, "payments.approve_account", account.school.path)
    fund = access.why_not(user, "payments.decide_account", COUNTRY)
    if director and fund:
        return director
    return _why_not_move(account, AccountStatus.SENT_BACK)


def _why_not_move(account: SchoolBankAccount, to: AccountStatus) -> str | None:
    if to in ACCOUNT_TRANSITIONS[AccountStatus(account.status)]:
        return None
    return gettext("This account is: %(status)s. This cannot be done to it now.") % {
        "status": ACCOUNT_STATUS_NAMES[account.status]
    }


def why_not_confirm_continuing(path: str, user: User, *, term: Term, at: datetime) -> str | None:
    """For one pupil or a whole class: `path` is the classroom's."""
    if reason := access.why_not(user, "payments.confirm_continuing", path):
        return reason
    return why_closed(term, ACTIVITY["payments.confirm_continuing"], path, at)


def why_not_correct_channel(
    enrolment: Enrolment, user: User, *, term: Term, at: datetime
) -> str | None:
    return _why_not_set_channel("payments.correct_channel", enrolment, user, term, at)


def why_not_choose_channel(
    enrolment: Enrolment, user: User, *, term: Term, at: datetime
) -> str | None:
    return _why_not_set_channel("payments.choose_channel", enrolment, user, term, at)


def _why_not_set_channel(
    action: str, enrolment: Enrolment, user: User, term: Term, at: datetime
) -> str | None:
    if reason := why_not_reach_pupil(enrolment, user, "payments.set_channel"):
        return reason
    return why_closed(term, ACTIVITY[action], enrolment.path, at)


PROMPTPAY_ACTIVITIES = ("confirm_continuing", "choose_channel", "correct_channel")


def why_not_note_promptpay(enrolment: Enrolment, user: User, *, at: datetime) -> str | None:
    """While guardian and channel may be set at all: what is noted moves the channel."""
    if reason := why_not_reach_pupil(enrolment, user, "payments.set_channel"):
        return reason
    closed = [
        why_closed(enrolment.term, activity, enrolment.path, at)
        for activity in PROMPTPAY_ACTIVITIES
    ]
    return closed[-1] if all(closed) else None  # the corrections' own: when they open next


def why_not_reach_pupil(enrolment: Enrolment, user: User, verb: str) -> str | None:
    """Guardian and channel are the pupil's and go along to the next school; an old enrolment stays behind."""
    return access.why_not(user, verb, enrolment.path) or access.why_not(
        user, verb, enrolment.pupil.path
    )


def why_not_propose_rate(user: User) -> str | None:
    return access.why_not(user, "payments.propose_rate", COUNTRY)


def why_not_approve_rate(rate: BenefitRate, user: User) -> str | None:
    if reason := access.why_not(user, "payments.approve_rate", COUNTRY):
        return reason
    if rate.approved_by_id is not None:
        return gettext("This amount is approved already. An approved amount does not change.")
    if rate.proposed_by_id == user.pk:
        return gettext("Whoever proposed the amount does not approve it. Another person does.")
    return None


def may_anywhere(user: Any, verb: str) -> bool:
    """Whether the user holds the verb at any place; for showing a button at all."""
    return bool(access.paths_with(user, verb))
