"""The shipped model: a demonstration, not the fund's, whose weights are not public."""

import json
from pathlib import Path
from typing import Any


def demonstration() -> dict[str, Any]:
    """The demonstration model of 2569 as data, with its worked cases."""
    text = (Path(__file__).parent / "demonstration_2569.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
