"""What screening puts on the kernel's pages: called once, when the app is ready."""


def register() -> None:
    """Register tasks, panels, menu lines, and what follows a recorded registry file, with eqfund.hooks."""
    from eqfund import hooks
    from screening import hooked_form01, hooked_grant, hooked_privacy  # noqa: F401  (the last on import)
    from screening.actions.grants import settle_after_import

    hooked_form01.register()
    hooked_grant.register()
    hooks.registry_imported.register(settle_after_import)
