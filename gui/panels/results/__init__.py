"""All results in one table."""
