"""The start of a school year: the school's homeroom teachers, class by class, in one act."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.utils.translation import gettext

from eqfund import audit
from eqfund.access import Role
from eqfund.models import Posting, School, User
from eqfund.models.people import EndReason
from eqfund.people import rules
from eqfund.people.recording import close_post, one_posts_transaction, write_post
from eqfund.people.rules_year import Plan
from eqfund.people.year import digest_of, plan_for
from eqfund.refusal import Refused


def replace_teachers(
    school: School,
    chosen: Mapping[str, list[int]],
    *,
    on: date,
    seen: str,
    by: User,
    at: datetime,
) -> Plan:
    """Let the chosen teachers have the classes from a day on: other homeroom posts of the school end
    the day before, new ones begin, and who keeps a class is left as they are.

    `seen` is the digest of the plan the person looked at; when the posts have changed since, nothing is done.
    """
    with one_posts_transaction():
        School.objects.select_for_update(no_key=True).get(pk=school.pk)
        made = plan_for(school, chosen, on=on, by=by, at=at)
        if digest_of(made, on) != seen:
            raise Refused(
                gettext(
                    "The posts have changed since this preview. Look at it again, then confirm."
                )
            )
        if made.is_empty:
            raise Refused(gettext("Nothing changes: every class keeps its teachers."))
        posts = Posting.objects.select_for_update(no_key=True)
        for posting in posts.filter(pk__in=[held.pk for held in made.end]).order_by("pk"):
            close_post(posting, on=on - timedelta(days=1), reason=EndReason.NEW_YEAR, by=by, at=at)
        people = User.objects.in_bulk([user for user, _path in made.begin])
        for user, path in made.begin:
            post = rules.Post(Role.HOMEROOM_TEACHER, path, on)
            write_post(people[user], post, by=by, at=at)
        facts = {
            "on": on.isoformat(),
            "stay": len(made.stay),
            "begin": len(made.begin),
            "end": len(made.end),
        }
        audit.record("people.replace_teachers", school, by=by, at=at, facts=facts)
        return made
