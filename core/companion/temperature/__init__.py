"""How energies and widths of a band follow temperature."""
