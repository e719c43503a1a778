"""Reads of payments that join several models."""
