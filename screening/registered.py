"""What screening puts on the kernel's pages: called once, when the app is ready."""


def register() -> None:
    """Register tasks, panels and menu lines with eqfund.hooks."""
    from screening import hooked_form01, hooked_grant, hooked_privacy  # noqa: F401  (the last on import)

    hooked_form01.register()
    hooked_grant.register()
