"""Every version of form 01 there is, by academic year. Pure."""

from .spec import Spec
from .v2569 import V2569

SPECS: dict[int, Spec] = {V2569.version: V2569}
NEWEST = max(SPECS)


def spec_for(version: int) -> Spec:
    """Return the specification a form was made with; ValueError for an unknown one."""
    if version not in SPECS:
        raise ValueError(f"form 01 has no version {version}")
    return SPECS[version]
