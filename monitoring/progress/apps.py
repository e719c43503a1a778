from django.apps import AppConfig


class ProgressConfig(AppConfig):
    name = "monitoring.progress"
    label = "progress"

    def ready(self) -> None:
        from monitoring.progress import hooked  # noqa: F401  (it registers with the kernel's hooks)
