"""Django's migrate; an empty database of the embedded server is filled from a file where one is kept."""

from pathlib import Path
from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from eqfund.embedded import schema


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        file = file_for(options)
        database = connections[options["database"]].settings_dict
        filled = file and file.exists() and schema.restore(file, database)
        super().handle(*args, **options)
        if file and not filled:
            schema.keep(file, database)


def file_for(options: dict[str, Any]) -> Path | None:
    """The file of an empty database that is to be migrated whole; None for any other."""
    if options["app_label"] or options["plan"] or options["fake"]:
        return None
    if connections[options["database"]].introspection.table_names():
        return None
    return schema.file_of_migrations()
