"""One's own account: what is kept, contacts, factors, sessions; and the way through the first use."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from eqfund.access import ROLE_NAMES, Role, open_to_all, postings_of
from eqfund.accounts import actions, first_use, sessions, suspended
from eqfund.accounts.browsers import name_of_browser
from eqfund.accounts.forms import CodeForm, EmailForm, PhoneForm
from eqfund.accounts.pages import account_links
from eqfund.accounts.reauthentication import prove, reauthenticated
from eqfund.models import ContactCode
from eqfund.places import place_names
from eqfund.refusal import Refused

FORMS = {ContactCode.Kind.EMAIL: EmailForm, ContactCode.Kind.PHONE: PhoneForm}


def own(view: Callable[..., Any]) -> Callable[..., Any]:
    """A page about nobody but the signed-in person: it needs no post, and shows nobody else."""

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
        return view(request, *args, **kwargs)

    guarded = never_cache(login_required(guarded))
    return open_to_all("everybody who is signed in keeps their own account")(guarded)


# --- one's own page ---------------------------------------------------------------------------


@require_GET
@own
def account(request: Any) -> HttpResponse:
    """My account: everything that is kept of me here, and what I can change."""
    user = request.user
    state = first_use.state_of(user)
    factors = list(Authenticator.objects.filter(user=user).order_by("created_at"))
    codes = next((one for one in factors if one.type == Authenticator.Type.RECOVERY_CODES), None)
    names = place_names({posting.path for posting in postings_of(user)})
    context = {
        "email_verified": first_use.email_is_verified(user, state),
        "phone_verified": first_use.phone_is_verified(user, state),
        "posts": [(ROLE_NAMES[Role(p.role)], names.get(p.path, "")) for p in postings_of(user)],
        "totp": next((one for one in factors if one.type == Authenticator.Type.TOTP), None),
        "passkeys": [one for one in factors if one.type == Authenticator.Type.WEBAUTHN],
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
        "needs_factor": first_use.needs_factor(user),
        "sessions": [_session_line(request, one) for one in sessions.of(user)],
        "links": list(account_links),
    }
    return render(request, "account/account.html", context)


def _session_line(request: Any, session: UserSession) -> dict[str, Any]:
    return {
        "pk": session.pk,
        "browser": name_of_browser(session.user_agent),
        "ip": session.ip,
        "created_at": session.created_at,
        "last_seen_at": session.last_seen_at,
        "is_here": session.session_key == request.session.session_key,
    }


@require_POST
@own
def end_sessions(request: Any) -> HttpResponse:
    """Sign out on one other device, or on all others."""
    here = request.session.session_key
    if pk := request.POST.get("session", ""):
        one = get_object_or_404(
            UserSession.objects.exclude(session_key=here),
            user=request.user,
            pk=pk if pk.isdecimal() else 0,
        )
        count = sessions.end([one])
    else:
        count = sessions.end_all(request.user, but=here)
    messages.success(request, gettext("Signed out on %(count)d other devices.") % {"count": count})
    return redirect(f"{reverse('account')}#devices")


def keeps_last_factor(view: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse to remove the last factor of a person whose post demands one; allauth asks for apps only."""

    @wraps(view)
    def guarded(request: Any, pk: int) -> Any:
        passkey = get_object_or_404(
            Authenticator, pk=pk, user=request.user, type=Authenticator.Type.WEBAUTHN
        )
        if not get_adapter().can_delete_authenticator(passkey):
            raise Refused(str(get_adapter().error_messages["cannot_delete_authenticator"]))
        return view(request, pk=pk)

    return guarded


# --- contacts ---------------------------------------------------------------------------------


def contact_page(request: Any, kind: str, done: str, context: dict[str, Any]) -> HttpResponse:
    """Send a code to an address and take it back: one page that survives a refresh at every moment.

    POST act=send sends a code to `target`, act=check takes the code.
    """
    user, act = request.user, request.POST.get("act", "")
    target_form = FORMS[ContactCode.Kind(kind)](
        request.POST if act == "send" else None, initial={"target": getattr(user, kind)}
    )
    code_form = CodeForm(request.POST if act == "check" else None)
    try:
        if act == "send" and target_form.is_valid():
            target = target_form.cleaned_data["target"]
            actions.send_code(user, kind, target, by=user, at=request.moment)
            return redirect(request.get_full_path())
        if act == "check" and code_form.is_valid():
            typed = code_form.cleaned_data["code"]
            actions.verify_contact(user, kind, typed, by=user, at=request.moment)
            return redirect(done)
    except Refused as refused:
        form = target_form if act == "send" else code_form
        form.add_error("target" if act == "send" else "code", str(refused))
    code = actions.latest_code(user, kind)
    context |= {
        "kind": kind,
        "code": code,
        "target_form": target_form,
        "code_form": code_form,
        "wait": actions.seconds_until_next_code(user, kind) if code else 0,
    }
    wrong = target_form.errors or code_form.errors
    return render(request, "account/contact.html", context, status=422 if wrong else 200)


@require_http_methods(["GET", "POST"])
@own
@reauthenticated
def change_email(request: Any) -> HttpResponse:
    """Another e-mail address; the present one stays until the new one is proved."""
    return contact_page(request, "email", reverse("account"), {"changing": True})


@require_http_methods(["GET", "POST"])
@own
@reauthenticated
def change_phone(request: Any) -> HttpResponse:
    """Another phone; the present one stays until the new one is proved."""
    return contact_page(request, "phone", reverse("account"), {"changing": True})


# --- the first use ----------------------------------------------------------------------------


@require_GET
@own
def gate(request: Any) -> HttpResponse:
    """To the first step that is still open; when none is, on to where the person wanted to go."""
    if not sessions.is_one_click(request) and not first_use.finish(request):
        return redirect(first_use.open_steps(request.user)[0].url_name)
    if suspended.waiting(request):
        return redirect("account-go-on")
    url = request.session.pop(first_use.NEXT, "") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(url, {request.get_host()}, request.is_secure())
    return redirect(url if ours else "home")


def step_lines(user: Any, here: str) -> list[dict[str, Any]]:
    """The steps as components/steps.html shows them."""
    still_open = {step.code for step in first_use.open_steps(user)}
    return [
        {
            "label": step.label,
            "state": "now" if step.code == here else "" if step.code in still_open else "done",
        }
        for step in first_use.steps
    ]


@require_http_methods(["GET", "POST"])
@own
def verify_email(request: Any) -> HttpResponse:
    """First use: prove the e-mail address. Once proved, it is changed on one's own page, which asks who one is."""
    if first_use.email_is_verified(request.user):
        return redirect("first-use")
    context = {"steps": step_lines(request.user, "email")}
    return contact_page(request, "email", reverse("first-use"), context)


@require_http_methods(["GET", "POST"])
@own
def verify_phone(request: Any) -> HttpResponse:
    """First use: prove the phone. Once proved, it is changed on one's own page, which asks who one is."""
    if first_use.phone_is_verified(request.user):
        return redirect("first-use")
    context = {"steps": step_lines(request.user, "phone")}
    return contact_page(request, "phone", reverse("first-use"), context)


@require_http_methods(["GET", "POST"])
@own
def second_factor(request: Any) -> HttpResponse:
    """First use: an app or a passkey; "later" for those whose posts do not demand one."""
    if request.method == "POST":
        actions.postpone_factor(request.user, by=request.user, at=request.moment)
        return redirect("first-use")
    context = {
        "steps": step_lines(request.user, "factor"),
        "needed": first_use.needs_factor(request.user),
        "has_factor": first_use.has_factor(request.user),
    }
    return render(request, "account/second_factor.html", context)


@require_GET
@own
def go_on(request: Any) -> HttpResponse:
    """Send a form on that had to wait."""
    waiting = suspended.waiting(request)
    if waiting is None:
        return redirect("home")
    return render(request, "account/go_on.html", {"waiting": waiting})


@require_http_methods(["GET", "POST"])
@own
def demo_reauthenticate(request: Any) -> HttpResponse:
    """The demo's one-click session proves itself by one click more."""
    if not sessions.is_one_click(request):
        return redirect("account_reauthenticate")
    url = request.POST.get("next") or request.GET.get("next") or reverse("account")
    if request.method == "POST":
        prove(request, sessions.ONE_CLICK)
        ours = url_has_allowed_host_and_scheme(url, {request.get_host()}, request.is_secure())
        return redirect(url if ours else "account")
    return render(request, "account/reauthenticate_demo.html", {"next": url})
