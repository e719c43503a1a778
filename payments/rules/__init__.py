"""Decisions of payments. Pure."""
