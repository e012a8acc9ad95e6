"""Open, import, save, watch: what the File menu does, slow work as jobs."""
