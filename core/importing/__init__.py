"""Understand what people bring: find files, fill in their conditions, and say where every value comes from.

The modules are pure: values in, values out. A window or the command line stands on top of them.
"""
