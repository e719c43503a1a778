from django.apps import AppConfig


class ProgressConfig(AppConfig):
    name = "monitoring.progress"
    label = "progress"
