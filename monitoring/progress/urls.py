"""Addresses."""

from typing import Any

app_name = "progress"
urlpatterns: list[Any] = []
