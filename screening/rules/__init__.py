"""Decisions of screening after form 01: committee, verification, announcement, grants. Pure."""
