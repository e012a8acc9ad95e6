"""Whether spectra have the shape of the band, and what becomes of bands that are moved."""
