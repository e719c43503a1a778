"""The names of every address."""

from django.urls import URLPattern, get_resolver


def page_names(patterns=None, namespace=""):
    """Names as reverse() takes them."""
    found = set()
    for pattern in patterns or get_resolver().url_patterns:
        if isinstance(pattern, URLPattern):
            found.add(f"{namespace}{pattern.name}")
        else:
            inner = f"{pattern.namespace}:" if pattern.namespace else namespace
            found |= page_names(pattern.url_patterns, inner)
    return found
