"""Thai first; English by choice, and back."""

import pytest
from django.urls import reverse


@pytest.mark.django_db
def test_the_page_names_its_language_and_offers_the_other(client):
    page = reverse("account_login")

    thai = client.get(page).text
    client.post(reverse("set-language"), {"language": "en"})
    english = client.get(page).text
    client.post(reverse("set-language"), {"language": "th"})

    assert '<html lang="th">' in thai
    assert "English</button>" in thai
    assert '<html lang="en">' in english
    assert "ภาษาไทย</button>" in english
    assert client.get(page).text.count('<html lang="th">') == 1


@pytest.mark.django_db
def test_a_language_that_is_not_there_changes_nothing(client):
    client.post(reverse("set-language"), {"language": "xx"})

    assert '<html lang="th">' in client.get(reverse("account_login")).text
