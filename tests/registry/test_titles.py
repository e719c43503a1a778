"""A title that is added: the deed, a second time, its removal."""

import pytest

from eqfund.models import RegistryTitle
from eqfund.refusal import Refused
from eqfund.registry.actions import adjusting as actions

pytestmark = pytest.mark.django_db


def test_a_title_is_added_once_and_removed(fund_officer, at):
    added = actions.add_registry_title(
        registry="LEC", title=" PID ", key="number", by=fund_officer, at=at("2569-05-01")
    )
    assert added.title == "PID"
    with pytest.raises(Refused):
        actions.add_registry_title(
            registry="LEC", title="PID", key="room", by=fund_officer, at=at("2569-05-01")
        )

    actions.remove_registry_title(added, by=fund_officer, at=at("2569-05-01"))

    assert not RegistryTitle.objects.exists()
