"""The queue: its settings are the CELERY_ ones of eqfund.settings, its tasks each app's tasks.py.

A message is only a hint; the Job row is the truth. So a message may come twice (it is
acknowledged when its work is done, and returned when its worker dies), and tasks are written
for that.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eqfund.settings")

app = Celery("eqfund")
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    broker_connection_retry_on_startup=True,
    # longer than the longest slice of work, or the broker hands it out again meanwhile
    broker_transport_options={"visibility_timeout": 6 * 60 * 60},
    timezone="Asia/Bangkok",
    enable_utc=True,
)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
