from django.apps import AppConfig


class AttendanceConfig(AppConfig):
    name = "attendance"

    def ready(self) -> None:
        from attendance import hooked  # noqa: F401  (it registers with the kernel's hooks)
