"""People who sign in, and where they serve."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from eqfund import clock
from eqfund.access import Role
from eqfund.fields import EncryptedTextField, PathField


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


class Posting(models.Model):
    """A person's post at a place, from a day to a day: the whole of their rights there.

    The closing slash keeps TH/5/ from being a beginning of TH/50/.
    """

    open_because = "read for the user alone, or through the pages of people under one's places"
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
            models.UniqueConstraint(
                name="posting_once", fields=["user", "role", "path", "starts_on"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.path}"
