"""What several tests of keys begin with."""

import pytest

from eqfund.privacy import index_keys


@pytest.fixture
def old_index_key(settings):
    """One index key, "old", and nothing remembered of another test's."""
    settings.INDEX_KEYS = ["old"]
    index_keys.forget()
    yield
    index_keys.forget()
