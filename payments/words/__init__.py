"""The words for codes of payments. Codes are stored, never these."""
