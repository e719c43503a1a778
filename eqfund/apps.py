from django.apps import AppConfig


class EqfundConfig(AppConfig):
    name = "eqfund"
    verbose_name = "eqfund"

    def ready(self) -> None:
        # the queue must be known to every process that asks for work; the others register jobs and menu items
        import eqfund.audit.exports
        import eqfund.audit.hooks
        import eqfund.audit.proving  # noqa: F401
        from eqfund import celery, files, hooks_kernel  # noqa: F401
        from eqfund.accounts import hooks as account_hooks  # noqa: F401
        from eqfund.calendar import hooks as calendar_hooks  # noqa: F401
        from eqfund.duplicates import hooks as duplicate_hooks  # noqa: F401
        from eqfund.handover import hooks as handover_hooks  # noqa: F401
        from eqfund.people import hooks as people_hooks, mails  # noqa: F401
        from eqfund.privacy import hooked  # noqa: F401
        from eqfund.registry import hooks, unfinished, work  # noqa: F401
        from eqfund.rolls import hooks as roll_hooks  # noqa: F401
        from eqfund.schools import hooks as school_hooks  # noqa: F401
