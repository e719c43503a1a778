"""Every write of payments, one file per group of nouns. Each action is one transaction."""
