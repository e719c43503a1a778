"""A thing the rules forbid, said in a sentence for the person who asked."""


class Refused(Exception):
    """Raised by an action; `str(refused)` is the sentence shown to the user."""
