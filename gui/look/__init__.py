"""The one visual language: colours, type, style sheet."""
