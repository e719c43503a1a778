"""The kernel's own lines of the menu."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from eqfund.hooks import MenuItem, menu

menu.register(MenuItem("work", _("Home"), "home", "home"), order=0)
if settings.DEMO_MODE:
    menu.register(MenuItem("settings", _("Demo clock"), "demo-clock", "move_clock"), order=90)
