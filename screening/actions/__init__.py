"""All that changes a row of screening. Each action is one transaction."""
