"""The mails of hand-overs, written by a worker. In Thai; they name no child."""

from __future__ import annotations

import logging
from collections import defaultdict
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

from eqfund import access, clock, jobs
from eqfund.models import Handover, Posting
from eqfund.people.mails import send
from eqfund.thai_text import thai_date_long

from . import permissions, rules
from .rules import Side, Way

log = logging.getLogger(__name__)
MOST = 10  # addresses at one school


@jobs.register("handover.tell_of_request")
def tell_of_request(run: jobs.JobRun) -> dict[str, Any]:
    """Tell those who answer at the other school that hand-overs wait; one mail a school."""
    waiting = Handover.objects.waiting().filter(pk__in=run.params["ids"])
    by_school: dict[str, list[Handover]] = defaultdict(list)
    for handover in waiting.order_by("pk"):
        side = rules.answers(Way(handover.way))
        by_school[permissions.side_path(handover, side)].append(handover)
    told = 0
    for path, mine in by_school.items():
        told += _send_all(
            path,
            "handover.answer",
            "handover/mail_request.txt",
            gettext("A pupil's hand-over waits for your school's answer"),
            count=len(mine),
            due=thai_date_long(min(one.due_on for one in mine)),
            link=_link(mine),
        )
        run.progress(told, 0)
    return {"told": told}


@jobs.register("handover.tell_of_answer")
def tell_of_answer(run: jobs.JobRun) -> dict[str, Any]:
    """Tell the school that began it how the other one answered."""
    told = 0
    for handover in Handover.objects.filter(pk__in=run.params["ids"]).exclude(status="proposed"):
        side = rules.begins(Way(handover.way))
        told += _send_all(
            permissions.side_path(handover, side),
            "handover.propose",
            "handover/mail_answer.txt",
            gettext("Answer about a pupil who moves: %(status)s")
            % {"status": handover.get_status_display()},
            status=handover.get_status_display(),
            refusal=handover.get_refusal_display() if handover.refusal else "",
            is_receiver=side is Side.RECEIVER,
            is_accepted=handover.status == rules.Status.ACCEPTED,
            link=_link([handover]),
        )
    return {"told": told}


def _send_all(path: str, verb: str, template: str, subject: str, **context: Any) -> int:
    """One mail to each person who may act at the school; an address that fails stops no other."""
    posts = Posting.objects.held_on(clock.today()).filter(
        role__in=access.VERBS[verb], path=path, user__is_active=True
    )
    found = posts.exclude(user__email="").values_list("user__email", flat=True)
    sent = 0
    for address in sorted(set(found))[:MOST]:
        try:
            send(template, address, subject, **context)
            sent += 1
        except OSError as error:
            log.warning("a mail about a hand-over was not sent: %s", type(error).__name__)
    return sent


def _link(handovers: list[Handover]) -> str:
    if len(handovers) == 1:
        return settings.PUBLIC_URL + reverse("handover:handover", args=[handovers[0].pk])
    return settings.PUBLIC_URL + reverse("handover:handovers") + "?status=proposed"
