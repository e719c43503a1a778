"""Who serves at my places; a person's posts; ending, extending and changing one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eqfund import access
from eqfund.access import ROLE_NAMES, Role, requires
from eqfund.accounts.reauthentication import reauthenticated
from eqfund.models import Classroom, Posting, School, User
from eqfund.pages import paged, render_part
from eqfund.people import permissions, places, queries
from eqfund.people.actions import postings
from eqfund.people.forms import CapacityForm, ClassForm, EndForm, ExtendForm, PostForm
from eqfund.people.permissions import day_of

STATES = {
    "now": _("In post now"),
    "not_entered": _("Has not signed in yet"),
    "coming": _("Begins later"),
    "ended": _("Post over"),
    "closed": _("Account closed"),
}


@require_GET
@requires("people.read")
def people(request: Any) -> HttpResponse:
    """The posts at my places, by role and place; who has not signed in yet."""
    day = day_of(request.moment)
    state = request.GET.get("state", "now")
    state = state if state in STATES else "now"
    role, q = request.GET.get("role", ""), request.GET.get("q", "").strip()
    rows = queries.posts_for_table(request.user, day, state=state, role=role, q=q)
    page = paged(request, rows)
    counts = queries.counts(request.user, day)
    context = {
        "page": page,
        "rows": queries.rows_of(page, day),
        "states": [(code, label, counts[code]) for code, label in STATES.items()],
        "counts": counts,
        "chosen": {"state": state, "role": role, "q": q},
        "roles": queries.roles_seen(request.user),
        "given": queries.roles_given(request.user),
        "schools": _schools(request.user),
    }
    return render_part(request, "people/people.html", "list", context)


@require_GET
@requires("people.read")
def person(request: Any, pk: int) -> HttpResponse:
    """One person: the posts that I see, and what I may change."""
    found = _person(request, pk)
    day = day_of(request.moment)
    posts = Posting.objects.visible_to(request.user).filter(user=found)
    posts = posts.select_related("user", "granted_by").order_by("-starts_on", "-pk")
    rows = [
        (row, permissions.why_not_change_post(row.posting, request.user))
        for row in queries.rows_of(posts, day)
    ]
    context = {
        "person": found,
        "rows": rows,
        "day": day,
        "given": queries.roles_given(request.user),
        "why_not_close": permissions.why_not_close_account(found, request.user, day),
    }
    return render(request, "people/person.html", context)


@require_http_methods(["GET", "POST"])
@requires("people.manage")
@reauthenticated(only="POST")
def give(request: Any, pk: int, role: str) -> HttpResponse:
    """One more post for a person who has an account."""
    found = _person(request, pk)
    if role not in dict(queries.roles_given(request.user)):
        raise Http404
    choices = places.choices_for(request.user, role, request.moment)
    start = {"starts_on": day_of(request.moment)}
    form = PostForm(request.POST or None, role=role, places=choices, initial=start)
    if request.method == "POST" and form.is_valid():
        postings.give_post(
            found, role=role, by=request.user, at=request.moment, **form.cleaned_data
        )
        messages.success(request, gettext("The post was given."))
        return redirect("people:person", pk)
    title = gettext("Give a post: %(role)s") % {"role": ROLE_NAMES[Role(role)]}
    return _form(request, found, form, title, gettext("Give the post"))


@require_http_methods(["GET", "POST"])
@requires("people.manage")
@reauthenticated(only="POST")
def end(request: Any, pk: int) -> HttpResponse:
    """The last day of a post, and why."""
    posting = _posting(request, pk)
    form = EndForm(request.POST or None, initial={"on": day_of(request.moment)})
    if request.method == "POST" and form.is_valid():
        postings.end_post(posting, by=request.user, at=request.moment, **form.cleaned_data)
        messages.success(request, gettext("The end of the post was recorded."))
        return redirect("people:people")
    return _change(request, posting, form, gettext("End a post"), gettext("End the post"))


@require_http_methods(["GET", "POST"])
@requires("people.manage")
@reauthenticated(only="POST")
def extend(request: Any, pk: int) -> HttpResponse:
    """A later last day, or none."""
    posting = _posting(request, pk)
    form = ExtendForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        postings.extend_post(posting, by=request.user, at=request.moment, **form.cleaned_data)
        messages.success(request, gettext("The post was extended."))
        return redirect("people:person", posting.user_id)
    return _change(request, posting, form, gettext("Extend a post"), gettext("Extend"))


@require_http_methods(["GET", "POST"])
@requires("people.manage")
@reauthenticated(only="POST")
def change_class(request: Any, pk: int) -> HttpResponse:
    """Another class for a homeroom teacher."""
    posting = _posting(request, pk, role=Role.HOMEROOM_TEACHER)
    school = places.school_under(posting.path)
    year = places.year_of(request.moment)
    rooms = Classroom.objects.under(school).filter(year_be=year).in_order()
    form = ClassForm(request.POST or None, classes=rooms, initial={"on": day_of(request.moment)})
    if request.method == "POST" and form.is_valid():
        postings.change_class(posting, by=request.user, at=request.moment, **form.cleaned_data)
        messages.success(request, gettext("The teacher has the new class from that day."))
        return redirect("people:person", posting.user_id)
    return _change(
        request, posting, form, gettext("Change the class"), gettext("Record the change")
    )


@require_http_methods(["GET", "POST"])
@requires("people.manage")
@reauthenticated(only="POST")
def change_capacity(request: Any, pk: int) -> HttpResponse:
    """In post, acting, or on behalf: as the director's signature says."""
    posting = _posting(request, pk, role=Role.SCHOOL_DIRECTOR)
    start = {
        "capacity": posting.capacity,
        "on": day_of(request.moment),
        "until": posting.ends_on,
    }
    form = CapacityForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        postings.change_capacity(posting, by=request.user, at=request.moment, **form.cleaned_data)
        messages.success(request, gettext("The capacity was recorded from that day."))
        return redirect("people:person", posting.user_id)
    return _change(
        request, posting, form, gettext("Change the capacity"), gettext("Record the change")
    )


@require_POST
@requires("people.manage")
@reauthenticated(only="POST")
def close(request: Any, pk: int) -> HttpResponse:
    """Shut an account, at once."""
    postings.close_account(_person(request, pk), by=request.user, at=request.moment)
    messages.success(request, gettext("The account is closed. Nobody can sign in with it."))
    return redirect("people:person", pk)


@require_POST
@requires("people.manage")
@reauthenticated(only="POST")
def reopen(request: Any, pk: int) -> HttpResponse:
    """Open a closed account again."""
    postings.reopen_account(_person(request, pk), by=request.user, at=request.moment)
    messages.success(request, gettext("The account is open again."))
    return redirect("people:person", pk)


def _person(request: Any, pk: int) -> User:
    return get_object_or_404(queries.visible_people(request.user), pk=pk)


def _posting(request: Any, pk: int, **fields: Any) -> Posting:
    rows = Posting.objects.visible_to(request.user).select_related("user")
    return get_object_or_404(rows, pk=pk, **fields)


def _schools(user: User) -> list[School]:
    """The schools whose teachers the person may invite from a list; one, as a rule."""
    paths = access.paths_with(user, "people.import_teachers")
    if not paths:
        return []
    return list(School.objects.filter(path__in=paths).only("pk", "name", "path").order_by("name"))


def _change(request: Any, posting: Posting, form: Any, title: str, label: str) -> HttpResponse:
    row = queries.rows_of([posting], day_of(request.moment))[0]
    why_not = permissions.why_not_change_post(posting, request.user)
    return _form(request, posting.user, form, title, label, row=row, why_not=why_not)


def _form(
    request: Any, found: User, form: Any, title: str, label: str, **more: Any
) -> HttpResponse:
    context = {"person": found, "form": form, "title": title, "label": label, **more}
    return render(request, "people/change.html", context, status=422 if form.errors else 200)
