"""What no column can keep does not come as far as one."""

import pytest
from django.urls import reverse


@pytest.mark.parametrize(
    ("page", "method"),
    [("payments:accounts", "get"), ("people:people", "get"), ("set-language", "post")],
)
def test_a_text_with_nul_is_turned_away(page, method, client, fund_officer):
    client.force_login(fund_officer)

    for given in ({"q": "\0"}, {"\0": "x"}):
        assert getattr(client, method)(reverse(page), given).status_code == 400


@pytest.mark.parametrize(
    ("page", "name"), [("privacy:consent", "policy"), ("account-end-sessions", "session")]
)
@pytest.mark.parametrize("key", ["x", "²", "9" * 25])
def test_a_key_that_is_none_is_not_found(page, name, key, client, teacher):
    client.force_login(teacher)

    assert client.post(reverse(page), {name: key}).status_code == 404
