"""What progress adds to the kernel's pages."""

from django.utils.translation import gettext_lazy as _

from eqfund.hooks import MenuItem, menu

menu.register(
    MenuItem("work", _("Follow-up of schools"), "progress:offices", "progress.read"), order=50
)
