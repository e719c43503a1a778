"""What the tests of pages share: the demo's day, and the address of a page of people."""

from datetime import date

from django.urls import reverse

TODAY = date(2026, 7, 14)


def url(name, *args):
    return reverse(f"people:{name}", args=args)
