"""Where ΔE counts from and what a photon carries: excitations, references, mean energies, widths."""
