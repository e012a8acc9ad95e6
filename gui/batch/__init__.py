"""Several samples with one set of settings: what is analysed, how far it is, and the comparison."""
