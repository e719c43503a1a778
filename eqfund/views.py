"""The kernel's pages: home, a job's progress, the language; and the demo's own."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eqfund import actions, demo, home as first_page
from eqfund.access import open_to_all, requires
from eqfund.accounts import sessions
from eqfund.models import Job, Term, User
from eqfund.pages import render_part


@require_GET
@requires("home")
def home(request: Any) -> HttpResponse:
    """What I must do, by when: fed by windows and state at every place of mine."""
    lines = first_page.lines_of(request.user, request.moment)
    windows = first_page.open_now(lines, request.moment)
    groups = first_page.groups_for(request.user, request.moment)
    first_page.note_due(request.session, windows, groups)
    context = {
        "groups": groups,
        "posts": first_page.posts_in_words(request.user),
        "windows": windows,
        "open_lines": first_page.progress_of(
            request.user,
            [*windows, *first_page.outside_now(lines, request.moment)],
            request.moment,
        ),
        "left": windows[0].left(request.moment) if windows else "",
        "coming": first_page.coming_of(lines, request.moment),
        "moment": request.moment,
    }
    return render(request, "home.html", context)


@require_GET
@requires("home")
def job(request: Any, pk: int) -> HttpResponse:
    """A job's card, asked for again until it is over."""
    found = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    return render_part(request, "job.html", "card", {"job": found})


@require_POST
@open_to_all("the sign-in page, too, is read in Thai or English")
def set_language(request: Any) -> HttpResponse:
    """Thai or English for this session."""
    if request.POST.get("language") in ("th", "en"):
        request.session["language"] = request.POST["language"]
    return redirect(_back(request))


@require_POST
@open_to_all("the demo's one-click sign-in; its address exists in demo mode only")
def demo_sign_in(request: Any) -> HttpResponse:
    """Sign in as a demo person by one click."""
    person = get_object_or_404(
        User, username=request.POST.get("username", ""), is_demo=True, is_active=True
    )
    sessions.sign_in(request, person, sessions.ONE_CLICK)
    return redirect("home")


@require_http_methods(["GET", "POST"])
@requires("move_clock")
def demo_clock(request: Any) -> HttpResponse:
    """Where the demo stands in its term and what comes next; time moves to it, or to a moment given."""
    term = Term.objects.current(request.moment)
    if term is None:
        raise Http404
    by_hand = request.POST if request.POST and "next" not in request.POST else None
    form = demo.MomentForm(by_hand, initial={"day": request.moment.date()})
    if "next" in request.POST or form.is_valid():
        to = form.moment() if by_hand else demo.next_event(request.moment)
        actions.move_clock(to, by=request.user, at=request.moment)
        since = urlencode({"since": request.moment.isoformat(timespec="seconds")})
        return redirect(f"{reverse('demo-clock')}?{since}")
    context = {
        "term": term,
        "moments": demo.moments(term, request.moment),
        "passed": demo.passed(term, request.GET.get("since", ""), request.moment),
        "form": form,
    }
    return render(request, "demo/clock.html", context)


def _back(request: HttpRequest) -> str:
    """The page the person came from, if it is ours; else home."""
    address = request.headers.get("referer", "")
    ours = url_has_allowed_host_and_scheme(
        address, {request.get_host()}, require_https=request.is_secure()
    )
    return address if ours else "/"
