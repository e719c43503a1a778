"""Signing in: factors, sessions, first use, recovery. allauth does the work; here is what is ours."""
