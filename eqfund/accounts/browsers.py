"""A browser's name for its owner: "Chrome, Android" says more than its own long line."""

from __future__ import annotations

BROWSERS = (
    ("Line/", "LINE"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def name_of_browser(agent: str) -> str:
    """Browser and system as people call them; "" for what nobody would know.

    >>> name_of_browser("Mozilla/5.0 (Linux; Android 14) Chrome/131.0 Mobile Safari/537.36")
    'Chrome, Android'
    """
    found = [
        next((name for sign, name in names if sign in agent), "") for names in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(part for part in found if part)
