"""The mails of an office's reminders: one to each admin and director of a reminded school."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.utils import translation

from eqfund import clock, jobs
from eqfund.access import Role
from eqfund.accounts import mail
from eqfund.models import Posting, User
from monitoring.progress.models import Reminder
from monitoring.progress.rules import Stage
from monitoring.progress.words import STAGE_NAMES

TOLD = (Role.SCHOOL_ADMIN, Role.SCHOOL_DIRECTOR)


@jobs.register("progress.mail_reminders")
def mail_reminders(run: jobs.JobRun) -> dict[str, Any]:
    """Mail the schools that were reminded; a second time goes on where the first stopped."""
    waiting = Reminder.objects.filter(pk__in=run.params["reminders"], mailed_at=None)
    rows = list(waiting.select_related("school__office", "by", "term").order_by("pk"))
    people = _people([row.school.path for row in rows], rows[0].day if rows else None)
    mails = 0
    for done, row in enumerate(rows):
        run.progress(done, len(rows))
        with translation.override("th"):
            stages = [str(STAGE_NAMES[Stage(stage)]) for stage in row.stages]
        for user in people[row.school.path]:
            mail.send(
                user.email, "progress/mail_reminder", {"user": user, "row": row, "stages": stages}
            )
            mails += 1
        Reminder.objects.filter(pk=row.pk).update(mailed_at=clock.wall())
    return {"schools": len(rows), "mails": mails}


def _people(paths: list[str], day: Any) -> dict[str, list[User]]:
    """Who holds a post of the told roles at these schools on the day: path -> people."""
    found: dict[str, list[User]] = defaultdict(list)
    posts = Posting.objects.filter(path__in=paths, role__in=TOLD, starts_on__lte=day)
    posts = posts.exclude(ends_on__lt=day).filter(user__is_active=True)
    for post in posts.select_related("user").order_by("path", "user"):
        if post.user not in found[post.path]:
            found[post.path].append(post.user)
    return found
