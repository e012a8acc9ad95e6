"""Measurements around the main one in every export: rows of results.json, tables, and parts of the report."""

from asplab.core.export.companion.registry import (
    COMPANIONS,
    TABLE_NAMES,
    companion,
    companion_section,
    companion_tables,
)

__all__ = ["COMPANIONS", "TABLE_NAMES", "companion", "companion_section", "companion_tables"]
