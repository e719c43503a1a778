"""What payments puts on the kernel's pages: called once, when the app is ready."""

from django.utils.translation import gettext_lazy as _

from eqfund import hooks


def register() -> None:
    """Register tasks, panels, checks and menu lines with eqfund.hooks, and the kinds of jobs."""
    from payments import hooked, tasks  # noqa: F401  (tasks registers its jobs)

    menu = hooks.menu.register
    menu(
        hooks.MenuItem(
            "work",
            _("Continuing group and channels"),
            "payments:channels",
            "payments.set_channel",
            _("Channels"),
        ),
        20,
    )
    menu(
        hooks.MenuItem(
            "work",
            _("Will they be paid?"),
            "payments:forecast",
            "payments.read_forecast",
            _("Forecast"),
        ),
        22,
    )
    menu(
        hooks.MenuItem(
            "work", _("Transfers"), "payments:rounds", "payments.read_round", _("Transfers")
        ),
        24,
    )
    menu(
        hooks.MenuItem(
            "work", _("School bank accounts"), "payments:accounts", "payments.read_account"
        ),
        26,
    )
    menu(
        hooks.MenuItem(
            "settings", _("Amounts of the grant"), "payments:rates", "payments.read_rate"
        ),
        40,
    )
    hooks.home_tasks.register(hooked.home_tasks)
    hooks.pupil_panels.register(hooked.pupil_panels)
    hooks.verification_checks.register(hooked.account_checks)
