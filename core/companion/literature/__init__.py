"""Published phonon energies and couplings of CsPbBr₃, and what isotopes would do to them."""
