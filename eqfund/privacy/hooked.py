"""What the care of personal data registers with the kernel: imported once, when the app is ready."""

from eqfund.privacy import checks, field_keys, index_change, reveal, sources

__all__ = ["checks", "field_keys", "index_change", "reveal", "sources"]
