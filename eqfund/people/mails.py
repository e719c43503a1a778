"""The mails of invitations and requests, written by a worker. In Thai: that is how people know the programme."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from eqfund import clock, jobs
from eqfund.access import ROLE_NAMES, Role
from eqfund.models import AccountRequest, Invitation, Posting
from eqfund.places import place_names
from eqfund.refusal import Refused
from eqfund.thai_text import thai_date_long

from . import rules
from .contacts import Contact, contact_of
from .outgoing import secret_of
from .permissions import day_of

log = logging.getLogger(__name__)


@jobs.register("people.send_invitations")
def send_invitations(run: jobs.JobRun) -> dict[str, Any]:
    """Write and send the mails of these invitations; one that was sent meanwhile is let be."""
    ids = run.params["ids"]
    sent = failed = 0
    for done, pk in enumerate(ids, 1):
        try:
            sent += _send_invitation(run, pk)
        except OSError as error:  # SMTP's errors are among these; the next address may be better
            log.warning("invitation %s was not sent: %s", pk, type(error).__name__)
            failed += 1
        run.progress(done, len(ids), gettext("Sending invitations"))
    return {"sent": sent, "failed": failed}


def _send_invitation(run: jobs.JobRun, pk: int) -> int:
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        rows = Invitation.objects.waiting().select_for_update(of=["self"])
        invitation = rows.select_related("invited_by").filter(pk=pk, sent_at=None).first()
        if invitation is None:
            return 0
        Invitation.objects.filter(pk=pk).update(
            token_hash=secret_of(token),
            sent_at=run.moment,
            times_sent=invitation.times_sent + 1,
        )
        send(
            "people/mail_invitation.txt",
            invitation.email,
            gettext("Invitation to the equity grant system: %(role)s")
            % {"role": ROLE_NAMES[Role(invitation.role)]},
            invitation=invitation,
            role=ROLE_NAMES[Role(invitation.role)],
            place=place_names({invitation.path}).get(invitation.path, ""),
            until=thai_date_long(day_of(invitation.expires_at)),
            link=settings.PUBLIC_URL + reverse("people:invitation-open", args=[token]),
            inviter=contact_of(invitation.invited_by, invitation.role, invitation.path),
        )
        run.check_fence()
    return 1


@jobs.register("people.tell_of_request")
def tell_of_request(run: jobs.JobRun) -> dict[str, Any]:
    """Tell those who give the post that somebody asks for it; the mail names nobody."""
    request = AccountRequest.objects.get(pk=run.params["id"])
    if request.status != AccountRequest.Status.OPEN:
        return {"told": 0}
    role = ROLE_NAMES[Role(request.role)]
    addresses = _givers(request)
    for address in addresses:
        send(
            "people/mail_request.txt",
            address,
            gettext("Somebody asks for an account: %(role)s") % {"role": role},
            role=role,
            place=place_names({request.path}).get(request.path, ""),
            link=settings.PUBLIC_URL + reverse("people:requests"),
        )
    return {"told": len(addresses)}


@jobs.register("people.tell_of_refusal")
def tell_of_refusal(run: jobs.JobRun) -> dict[str, Any]:
    """Tell somebody that their request was refused, why, and whom to ask."""
    request = AccountRequest.objects.select_related("decided_by").get(pk=run.params["id"])
    if request.status != AccountRequest.Status.REFUSED or request.decided_by is None:
        raise Refused(gettext("This request was not refused."))
    contact: Contact = contact_of(request.decided_by, request.role, request.path)
    send(
        "people/mail_refusal.txt",
        request.email,
        gettext("Your request for an account"),
        request=request,
        role=ROLE_NAMES[Role(request.role)],
        place=place_names({request.path}).get(request.path, ""),
        decider=contact,
    )
    return {"told": 1}


def _givers(request: AccountRequest) -> list[str]:
    """The addresses of those who may answer a request today."""
    parts = request.path.split("/")
    above = ["/".join(parts[:n]) + "/" for n in range(1, len(parts))]
    posts = Posting.objects.held_on(clock.today()).filter(
        role__in=rules.granters_of(request.role), path__in=above, user__is_active=True
    )
    found = posts.exclude(user__email="").values_list("user__email", flat=True)
    return sorted(set(found))[:10]


def send(template: str, to: str, subject: str, **context: Any) -> None:
    """One plain mail with the programme's contacts under it."""
    with translation.override("th"):
        text = render_to_string(
            template,
            context
            | {
                "phone": settings.CONTACT_PHONE,
                "email": settings.CONTACT_EMAIL,
                "line": settings.CONTACT_LINE,
            },
        )
    EmailMessage(subject, text, to=[to]).send()
