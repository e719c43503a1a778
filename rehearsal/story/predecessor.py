"""The predecessor's list of continuing grants finds its pupils."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

from django.core.management import call_command

from rehearsal.world import World
from screening.models import Grant


def play(world: World) -> Iterator[tuple[str, Any]]:
    """Load the list twice: the second time must add nothing."""
    told = [_load(world), _load(world)]
    yield "rows of the predecessor's list", told[0]["read"]
    yield "continuing grants", Grant.objects.filter(source="predecessor").count()
    yield "rows that wait for their pupil", told[0]["waiting"]
    if told[1]["new"] or told[1]["granted"] != told[0]["granted"]:
        raise AssertionError("the same list, loaded again, added something")
    yield "added by loading it again", told[1]["new"]


def _load(world: World) -> dict[str, int]:
    out = StringIO()
    call_command(
        "import_grants", str(world.predecessor_file), "--term", world.term.label, stdout=out
    )
    return {
        word: int(figure)
        for word, figure in re.findall(r"(\w+) (\d+)", out.getvalue().splitlines()[-1])
    }
