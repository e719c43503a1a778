"""What screening puts on the kernel's pages: called once, when the app is ready."""


def register() -> None:
    """Register tasks, panels, menu lines, and what follows a recorded registry file, with eqfund.hooks."""
    from eqfund import hooks
    from screening import (  # noqa: F401  (hooked_privacy on import)
        hooked_form01,
        hooked_grant,
        hooked_handover,
        hooked_listing,
        hooked_privacy,
        hooked_visits,
        unfinished,
    )
    from screening.actions.grants import settle_after_import
    from screening.actions.visits import propose_after_import

    hooked_form01.register()
    hooked_grant.register()
    hooked_handover.register()
    hooked_listing.register()
    unfinished.register()
    hooked_visits.register()
    hooks.registry_imported.register(settle_after_import)
    hooks.registry_imported.register(propose_after_import, order=60)  # after the grants are settled
