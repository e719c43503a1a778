from django.apps import AppConfig


class ProgressConfig(AppConfig):
    name = "monitoring.progress"
    label = "progress"

    def ready(self) -> None:
        from monitoring.progress import figures, hooked  # noqa: F401  (they register with the kernel's hooks)
