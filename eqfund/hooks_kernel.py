"""The kernel's own lines of the menu."""

from django.utils.translation import gettext_lazy as _

from eqfund.hooks import MenuItem, menu

menu.register(MenuItem("work", _("Home"), "home", "home"), order=0)
