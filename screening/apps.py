"""Screening: from the home visit to the grant."""

from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    name = "screening"

    def ready(self) -> None:
        from .registered import register

        register()
