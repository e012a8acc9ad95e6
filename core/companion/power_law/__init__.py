"""How emission grows with pump power: one photon, two, both, or saturation."""
