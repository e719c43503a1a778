"""What the registry puts into the menu and the home page."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _

from eqfund import access
from eqfund.hooks import MenuItem, Todo, home_tasks, menu
from eqfund.models import Affiliation, RegistryImport, Term, User

menu.register(MenuItem("pupils", _("Pupils"), "registry:pupils", "read_child"), order=10)
menu.register(MenuItem("pupils", _("Classrooms"), "registry:classrooms", "read_child"), order=12)
menu.register(
    MenuItem(
        "pupils", _("Source registry"), "registry:imports", "registry.read_import", _("Registry")
    ),
    order=14,
)
menu.register(MenuItem("settings", _("Calendar"), "registry:calendar", "read_calendar"), order=90)
menu.register(
    MenuItem("settings", _("Registry titles"), "registry:titles", "registry.edit_titles"), order=92
)


def _first_list(path: str) -> Todo:
    """This term's pupils are not here yet: the registry's file, or the school's own list."""
    affiliation = Affiliation.objects.get(pk=int(path.split("/")[1]))
    if not affiliation.registry:
        return Todo(
            gettext("Add this term's pupils"),
            gettext("Your school adds them itself: with the template, or one by one."),
            url=reverse("registry:imports"),
            action_label=gettext("Add pupils"),
        )
    return Todo(
        gettext("Send this term's pupils from the source registry"),
        gettext("The file of %(registry)s as it was downloaded.")
        % {"registry": affiliation.registry},
        url=reverse("registry:imports"),
        action_label=gettext("Send a file"),
    )


@home_tasks.register
def registry_tasks(user: User, at: datetime) -> list[Todo]:
    """A file that waits, or the term's first file; for those who keep one school's registry."""
    term = Term.objects.current(at)
    if term is None:
        return []
    todos = []
    for path in access.paths_with(user, "registry.import_file"):
        of_place = RegistryImport.objects.filter(term=term, path=path)
        waiting = of_place.filter(status=RegistryImport.Status.PREVIEWED).first()
        if waiting:
            todos.append(
                Todo(
                    gettext("Confirm the registry file"),
                    gettext("Its preview waits; nothing is recorded before you confirm."),
                    url=reverse("registry:import", args=[waiting.pk]),
                    action_label=gettext("Look at the preview"),
                    state="sun",
                )
            )
        elif (
            access.level_of_path(path) == "school"
            and not of_place.filter(status="confirmed").exists()
        ):
            todos.append(_first_list(path))
    return todos
