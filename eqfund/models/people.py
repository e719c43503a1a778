"""People who sign in, and where they serve."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from eqfund import access, clock
from eqfund.access import Role
from eqfund.fields import EncryptedTextField, PathField
from eqfund.people import rules

from .base import ScopedQuerySet


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        """Make a person who may sign in; without a password they cannot use one."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person with an account. Rights come from postings alone; nobody is above the table."""

    open_because = "accounts are listed only on pages that scope by posting"
    personal = {"username", "email", "full_name", "phone"}

    username = models.CharField(_("user name"), max_length=150, unique=True)
    email = models.EmailField(_("e-mail"), blank=True)
    full_name = models.CharField(_("name"), max_length=200)
    phone = EncryptedTextField(purpose="user_phone", blank=True)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=clock.wall, editable=False)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("email"),
                name="user_email_is_one_persons",
                condition=~Q(email=""),
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name.split(" ")[0]


def posts_within(user: Any, roles_for: Callable[[str], tuple[str, ...]]) -> Q:
    """Rows with a role and a path, that the user's own posts lay open: each post opens the
    roles that `roles_for` says, at and under its place."""
    condition = Q(pk__in=[])
    for post in access.postings_of(user):
        if roles := roles_for(post.role):
            condition |= Q(role__in=roles) & access.within([post.path], "path")
    return condition


class PostingQuerySet(ScopedQuerySet):
    scope = "path"
    read_verb = "people.read"

    def visible_to(self, user: Any, verb: str | None = None) -> Self:
        """The posts that the user's own posts show on the page of people; not all under a place:
        an office sees its schools' admins and directors, and a school its teachers."""
        return self.filter(posts_within(user, lambda role: rules.SEES.get(role, ())))

    def held_on(self, day: date) -> Self:
        """Posts that hold on a day; the last day counts."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)

    def not_over_on(self, day: date) -> Self:
        """Posts that hold on a day or later."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day))


class EndReason(models.TextChoices):
    """Why a post ended, when somebody said so; a code, since a sentence would be personal."""

    MOVED = "moved", _("moved to another place")
    LEFT = "left", _("retired or left the service")
    REPLACED = "replaced", _("another person has the post now")
    NEW_YEAR = "new_year", _("a new school year")
    MISTAKE = "mistake", _("given by mistake")


class Posting(models.Model):
    """A person's post at a place, from a day to a day: the whole of their rights there.

    The closing slash keeps TH/5/ from being a beginning of TH/50/. Posts that check each
    other (eqfund.people.rules.clash) are kept apart by the trigger posting_goes_with_the_others.
    Written by eqfund.people.actions.
    """

    personal: set[str] = set()

    user = models.ForeignKey(User, models.CASCADE, related_name="postings")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    path = PathField(db_index=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    capacity = models.CharField(
        max_length=10,
        default="in_post",
        choices=[("in_post", _("in post")), ("acting", _("acting")), ("on_behalf", _("on behalf"))],
    )
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    end_reason = models.CharField(max_length=10, blank=True, choices=EndReason)

    objects = PostingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="posting_role_is_known", condition=Q(role__in=[r.value for r in Role])
            ),
            models.CheckConstraint(
                name="posting_path_ends_in_slash", condition=Q(path__endswith="/")
            ),
            models.CheckConstraint(
                name="posting_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="posting_is_not_granted_by_its_holder",
                condition=Q(granted_by=None) | ~Q(granted_by=F("user")),
            ),
            models.CheckConstraint(
                name="posting_end_reason_is_known",
                condition=Q(end_reason__in=["", *EndReason.values]),
            ),
            models.CheckConstraint(
                name="posting_capacity_is_known",
                condition=Q(capacity="in_post")
                | Q(capacity__in=["acting", "on_behalf"], role=Role.SCHOOL_DIRECTOR),
            ),
            ExclusionConstraint(
                name="posting_once_on_any_day",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("path", RangeOperators.EQUAL),
                    (
                        Func(
                            "starts_on",
                            "ends_on",
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.path}"
