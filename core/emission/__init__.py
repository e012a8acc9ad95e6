"""From a corrected spectrum to a band intensity: the band, its windows, its running sums."""
