"""Reads of screening that join several tables."""
