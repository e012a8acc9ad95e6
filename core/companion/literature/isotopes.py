"""What another isotope would do to a phonon energy."""

import math

from asplab.core.errors import SettingsError


def isotope_phonon_mev(phonon_mev: float, mass_u: float, new_mass_u: float) -> float:
    """Return the phonon energy after the moving mass is exchanged: ω ∝ m^(−1/2), one mass and unchanged forces.

    An upper bound of the shift: other atoms take part in every mode of a crystal.

    Raises
    ------
    SettingsError
        For a number that is not above 0.
    """
    for name, number in (("phonon_mev", phonon_mev), ("mass_u", mass_u), ("new_mass_u", new_mass_u)):
        if not (math.isfinite(number) and number > 0.0):
            raise SettingsError(f"{name} is {number:g}; it must be above 0.")
    return phonon_mev * math.sqrt(mass_u / new_mass_u)
