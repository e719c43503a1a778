"""The menu of a person: what they use most first, the rest in groups named after the work.

One arrangement for the desk's menu and the phone's. What a role uses most stands still all term
(only the phone's tabs follow the calendar), so that a hand finds it where it was yesterday.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from eqfund import access
from eqfund.access import Role
from eqfund.home import TABS
from eqfund.hooks import menu

# code -> heading, in the menu's order.
SECTIONS = {
    "work": _("My work"),
    "pupils": _("Pupils"),
    "screening": _("Screening and certification"),
    "money": _("Money and payout"),
    "follow": _("Attendance and follow-up"),
    "place": _("Schools and people"),
    "settings": _("Calendar and settings"),
}
MOST_USED = 6  # beside home
MOST_OPEN = 14  # lines that a desk shows at once; a longer menu folds its groups


def most_used(roles: set[str]) -> list[str]:
    """Addresses that stand in "My work", home first, in the order of the roles.

    >>> most_used({"registry_keeper"})
    ['home', 'registry:imports', 'rolls:rolls', 'registry:pupils', 'registry:classrooms']
    """
    names = [name for role in TABS if role in roles for name, _due in TABS[Role(role)]]
    return ["home", *list(dict.fromkeys(names))[:MOST_USED]]


def menu_for(user: Any, path: str) -> list[dict[str, Any]]:
    """The menu's groups for this person: {code, title, items, folded}.

    The item whose address begins `path` longest is current; the group that holds it is never folded.
    """
    items = [item for item in menu if item.is_for(user)]
    matching = [i for i in items if path == i.url or (i.url != "/" and path.startswith(i.url))]
    current = max(matching, key=lambda item: len(item.url), default=None)
    used = {name: n for n, name in enumerate(most_used(access.roles_of(user)))}
    groups: dict[str, list[Any]] = {code: [] for code in SECTIONS}
    for item in items:
        groups["work" if item.url_name in used else item.section].append(item)
    groups["work"].sort(key=lambda item: used.get(item.url_name, len(used)))
    return [
        {
            "code": code,
            "title": title,
            "items": [{"item": item, "current": item is current} for item in groups[code]],
            "folded": code != "work" and len(items) > MOST_OPEN and current not in groups[code],
        }
        for code, title in SECTIONS.items()
        if groups[code]
    ]
