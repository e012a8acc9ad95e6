"""The light of the pump: how pure it is, how many of its photons take part, and how many excitations it makes."""
