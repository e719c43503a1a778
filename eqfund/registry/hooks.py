"""What the registry puts into the menu and the home page."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _

from eqfund import access
from eqfund.access import Role
from eqfund.hooks import MenuItem, Todo, home_tasks, menu
from eqfund.models import Affiliation, Classroom, Enrolment, Posting, RegistryImport, Term, User
from eqfund.windows import window_of

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

NEEDS_THE_LIST = "confirm_continuing"  # what waits for the term's first list


def _first_list(path: str, term: Term, at: datetime) -> Todo:
    """This term's pupils are not here yet: the registry's file, or the school's own list."""
    affiliation = Affiliation.objects.get(pk=int(path.split("/")[1]))
    window = window_of(term, NEEDS_THE_LIST, path, at)
    due = window.closes_at if window and window.is_open(at) else None
    if not affiliation.registry:
        return Todo(
            gettext("Add this term's pupils"),
            gettext("Your school adds them itself: with the template, or one by one."),
            url=reverse("registry:imports"),
            action_label=gettext("Add pupils"),
            due=due,
        )
    return Todo(
        gettext("Send this term's pupils from the source registry"),
        gettext(
            "The file of %(registry)s as it was downloaded. Without it nobody can be confirmed."
        )
        % {"registry": affiliation.registry},
        url=reverse("registry:imports"),
        action_label=gettext("Send a file"),
        due=due,
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
            todos.append(_first_list(path, term, at))
    return todos


@home_tasks.register
def awaited_lists(user: User, at: datetime) -> list[Todo]:
    """To a class's teacher: the class has no list yet, and who sends it."""
    posts = [post for post in access.postings_of(user) if post.role == Role.HOMEROOM_TEACHER]
    term = Term.objects.current(at) if posts else None
    if term is None:
        return []
    rooms = Classroom.objects.filter(path__in=[post.path for post in posts], year_be=term.year_be)
    filled = Enrolment.objects.filter(term=term, classroom__in=rooms).values("classroom")
    return [
        Todo(
            gettext("Wait for the list of %(room)s") % {"room": room.label},
            gettext("It comes when this person has sent it: %(names)s.")
            % {"names": _who_sends(room, at)},
            state="info",
            state_label=gettext("waits for others"),
        )
        for room in rooms.exclude(pk__in=filled).in_order()
    ]


def _who_sends(room: Classroom, at: datetime) -> str:
    """Who keeps the registry at the class's school, else its admins."""
    school = "/".join(room.path.split("/")[: access.SEGMENTS["school"]]) + "/"
    posts = Posting.objects.held_on(at.date()).filter(path=school).select_related("user")
    for role in (Role.REGISTRY_KEEPER, Role.SCHOOL_ADMIN):
        names = [post.user.full_name for post in posts if post.role == role]
        if names:
            return f"{access.ROLE_NAMES[role]} {', '.join(names)}"
    return str(access.ROLE_NAMES[Role.SCHOOL_ADMIN])
