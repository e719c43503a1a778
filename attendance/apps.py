from django.apps import AppConfig


class AttendanceConfig(AppConfig):
    name = "attendance"

    def ready(self) -> None:
        from attendance import hooked, hooked_handover, hooked_privacy, unfinished  # noqa: F401  (they register with the kernel's hooks)
