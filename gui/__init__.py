"""ASPLab."""
