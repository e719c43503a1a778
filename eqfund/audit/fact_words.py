"""What the facts of an event are called, and how their values are said on the auditor's page.

A key that is recorded and does not stand here fails tests/audit/test_words.py.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext, pgettext_lazy

from eqfund.access import ROLE_NAMES, Role
from eqfund.money import baht
from eqfund.thai_text import thai_date

FACTS = {
    "act": pgettext_lazy("fact", "what was done"),
    "activity": pgettext_lazy("fact", "activity"),
    "again": pgettext_lazy("fact", "how often again"),
    "agree": pgettext_lazy("fact", "things that agree"),
    "amount_satang": pgettext_lazy("fact", "amount"),
    "answer": pgettext_lazy("fact", "answer"),
    "asked": pgettext_lazy("fact", "asked for"),
    "at": pgettext_lazy("fact", "moment"),
    "attempt": pgettext_lazy("fact", "attempt"),
    "band": pgettext_lazy("fact", "band"),
    "bands": pgettext_lazy("fact", "bands"),
    "bank": pgettext_lazy("fact", "bank"),
    "banks": pgettext_lazy("fact", "banks"),
    "based_on": pgettext_lazy("fact", "on which version"),
    "because": pgettext_lazy("fact", "because"),
    "before": pgettext_lazy("fact", "before"),
    "begin": pgettext_lazy("fact", "begin"),
    "by_policy": pgettext_lazy("fact", "decided by policy"),
    "cannot_pay": pgettext_lazy("fact", "cannot be paid"),
    "capacity": pgettext_lazy("fact", "capacity"),
    "certified": pgettext_lazy("fact", "certified"),
    "changed": pgettext_lazy("fact", "changed"),
    "channel": pgettext_lazy("fact", "channel"),
    "checked": pgettext_lazy("fact", "how it was checked"),
    "checks": pgettext_lazy("fact", "checks"),
    "claim": pgettext_lazy("fact", "second payment"),
    "claimed_satang": pgettext_lazy("fact", "claimed back"),
    "classroom": pgettext_lazy("fact", "class"),
    "classrooms": pgettext_lazy("fact", "classes"),
    "closed": pgettext_lazy("fact", "closed"),
    "closes": pgettext_lazy("fact", "closes"),
    "confirmed": pgettext_lazy("fact", "confirmed"),
    "count": pgettext_lazy("fact", "how many"),
    "counts": pgettext_lazy("fact", "counts"),
    "day": pgettext_lazy("fact", "day"),
    "dedicated": pgettext_lazy("fact", "account for the grant alone"),
    "digest": pgettext_lazy("fact", "digest"),
    "end": pgettext_lazy("fact", "end"),
    "ends_on": pgettext_lazy("fact", "last day"),
    "enrolment": pgettext_lazy("fact", "enrolment"),
    "evidence": pgettext_lazy("fact", "evidence"),
    "export": pgettext_lazy("fact", "export"),
    "factors": pgettext_lazy("fact", "ways of proof"),
    "fields": pgettext_lazy("fact", "fields"),
    "file": pgettext_lazy("fact", "file"),
    "format": pgettext_lazy("fact", "format"),
    "found": pgettext_lazy("fact", "found"),
    "from": pgettext_lazy("fact", "from"),
    "from_family": pgettext_lazy("fact", "given back by the family"),
    "gone": pgettext_lazy("fact", "gone"),
    "good": pgettext_lazy("fact", "good"),
    "granted": pgettext_lazy("fact", "granted"),
    "grants": pgettext_lazy("fact", "grants"),
    "ground": pgettext_lazy("fact", "on what ground"),
    "homes": pgettext_lazy("fact", "homes"),
    "how": pgettext_lazy("fact", "how"),
    "hurdle": pgettext_lazy("fact", "hurdle"),
    "is": pgettext_lazy("fact", "is now"),
    "items": pgettext_lazy("fact", "items"),
    "joined": pgettext_lazy("fact", "joined"),
    "kept": pgettext_lazy("fact", "kept"),
    "key": pgettext_lazy("fact", "key's number"),
    "kind": pgettext_lazy("fact", "kind"),
    "known": pgettext_lazy("fact", "known"),
    "late": pgettext_lazy("fact", "late"),
    "leaflets": pgettext_lazy("fact", "leaflets"),
    "left": pgettext_lazy("fact", "left"),
    "left_out": pgettext_lazy("fact", "left out"),
    "letters": pgettext_lazy("fact", "letters"),
    "level": pgettext_lazy("fact", "level"),
    "lines": pgettext_lazy("fact", "lines"),
    "list": pgettext_lazy("fact", "list"),
    "listed": pgettext_lazy("fact", "listed"),
    "made": pgettext_lazy("fact", "made"),
    "means": pgettext_lazy("fact", "means"),
    "members": pgettext_lazy("fact", "members"),
    "method": pgettext_lazy("fact", "kind of request"),
    "month": pgettext_lazy("fact", "month"),
    "most_days": pgettext_lazy("fact", "most days"),
    "moves": pgettext_lazy("fact", "rows that went along"),
    "my_closes": pgettext_lazy("fact", "closes as I saw it"),
    "my_opens": pgettext_lazy("fact", "opens as I saw it"),
    "number": pgettext_lazy("fact", "number"),
    "on": pgettext_lazy("fact", "day"),
    "open": pgettext_lazy("fact", "still open"),
    "opens": pgettext_lazy("fact", "opens"),
    "other": pgettext_lazy("fact", "other"),
    "outcome": pgettext_lazy("fact", "outcome"),
    "paid": pgettext_lazy("fact", "paid"),
    "paid_on": pgettext_lazy("fact", "paid on"),
    "paid_satang": pgettext_lazy("fact", "paid"),
    "pair": pgettext_lazy("fact", "duplicate"),
    "path": pgettext_lazy("fact", "place"),
    "patterns": pgettext_lazy("fact", "patterns"),
    "payers": pgettext_lazy("fact", "payers"),
    "people": pgettext_lazy("fact", "people"),
    "person": pgettext_lazy("fact", "person's number"),
    "planned_satang": pgettext_lazy("fact", "planned"),
    "prefilled": pgettext_lazy("fact", "filled in beforehand"),
    "present": pgettext_lazy("fact", "present"),
    "proof": pgettext_lazy("fact", "proof"),
    "pupil": pgettext_lazy("fact", "child's number"),
    "pupils": pgettext_lazy("fact", "pupils"),
    "purpose": pgettext_lazy("fact", "purpose"),
    "reason": pgettext_lazy("fact", "reason"),
    "reasons": pgettext_lazy("fact", "reasons"),
    "receipts": pgettext_lazy("fact", "receipts"),
    "references": pgettext_lazy("fact", "references"),
    "registry": pgettext_lazy("fact", "registry"),
    "replaced": pgettext_lazy("fact", "replaced"),
    "results": pgettext_lazy("fact", "results"),
    "revision": pgettext_lazy("fact", "save no."),
    "role": pgettext_lazy("fact", "role"),
    "round": pgettext_lazy("fact", "round"),
    "rows": pgettext_lazy("fact", "rows"),
    "satang": pgettext_lazy("fact", "amount"),
    "school": pgettext_lazy("fact", "school's number"),
    "school_days": pgettext_lazy("fact", "school days"),
    "schools": pgettext_lazy("fact", "schools"),
    "section": pgettext_lazy("fact", "section"),
    "serial": pgettext_lazy("fact", "serial"),
    "serials": pgettext_lazy("fact", "serials"),
    "settled": pgettext_lazy("fact", "settled"),
    "sha256": pgettext_lazy("fact", "file's digest"),
    "share_satang": pgettext_lazy("fact", "share"),
    "slot": pgettext_lazy("fact", "which photo"),
    "starts_on": pgettext_lazy("fact", "first day"),
    "state": pgettext_lazy("fact", "state"),
    "statement_line": pgettext_lazy("fact", "line of the statement"),
    "status": pgettext_lazy("fact", "status"),
    "stay": pgettext_lazy("fact", "stay"),
    "step": pgettext_lazy("fact", "step"),
    "taken_by": pgettext_lazy("fact", "taken by"),
    "term": pgettext_lazy("fact", "term"),
    "time": pgettext_lazy("fact", "which time"),
    "title": pgettext_lazy("fact", "title"),
    "to": pgettext_lazy("fact", "to"),
    "transfer": pgettext_lazy("fact", "transfer"),
    "transfers": pgettext_lazy("fact", "transfers"),
    "until": pgettext_lazy("fact", "until"),
    "user": pgettext_lazy("fact", "person's number"),
    "value": pgettext_lazy("fact", "value"),
    "values": pgettext_lazy("fact", "values"),
    "version": pgettext_lazy("fact", "version"),
    "waiting": pgettext_lazy("fact", "waiting"),
    "was": pgettext_lazy("fact", "was before"),
    "way": pgettext_lazy("fact", "way"),
    "what": pgettext_lazy("fact", "what"),
    "who": pgettext_lazy("fact", "who"),
    "why": pgettext_lazy("fact", "why"),
    "without_id": pgettext_lazy("fact", "without an id"),
    "wrong": pgettext_lazy("fact", "wrong"),
}


def fact_word(key: str) -> str:
    """What a fact is called; its own name for one that has no word."""
    return str(FACTS.get(key, key))


def said(key: str, value: Any) -> str:
    """A fact's value in words: roles, money, days, yes and no; codes and figures as they are."""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if value in (None, "", [], {}):
        return "–"
    if isinstance(value, dict):
        return ", ".join(f"{fact_word(name)} {said(name, each)}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(said(key, each) for each in value)
    if isinstance(value, int) and key.endswith("satang"):
        return gettext("%(amount)s baht") % {"amount": baht(value)}
    if key == "role" and value in Role:
        return str(ROLE_NAMES[Role(value)])
    if isinstance(value, str) and (day := _day(value)):
        return thai_date(day)
    return str(value)


def lines_of_facts(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """An event's facts as they are shown."""
    return [(fact_word(key), said(key, value)) for key, value in facts.items()]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
