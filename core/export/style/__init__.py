"""How figures look: palettes, presets of journals, sizes of pages, fonts and names in print."""
