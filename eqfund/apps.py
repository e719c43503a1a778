from django.apps import AppConfig


class EqfundConfig(AppConfig):
    name = "eqfund"
    verbose_name = "eqfund"

    def ready(self) -> None:
        from eqfund import files, hooks_kernel  # noqa: F401  (they register jobs and menu items)
