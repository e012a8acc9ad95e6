"""The import window: which files, under which conditions, and whether that makes sense, before they are analysed."""
