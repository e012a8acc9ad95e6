"""What another isotope would do to a phonon energy, and which atoms would have to move for it.

ω ∝ m^(−1/2) with unchanged forces. How much of a mode is the motion of the exchanged atom lies between two simple
pictures: it alone moves, which shifts most, or it moves against one other atom with their reduced mass.
"""

import math
from dataclasses import dataclass

from asplab.core.companion.literature.table import ATOMS, LiteratureValue
from asplab.core.errors import SettingsError
from asplab.core.rounding import two_digits

NATURAL_MASS_U = {"Cs": 132.9055, "Pb": 207.2, "Br": 79.904}
"""Mean masses of the natural elements in atomic mass units [IUPAC 2021]."""
ISOTOPES_U = {
    "Cs": {133: 132.9055},
    "Pb": {204: 203.9730, 206: 205.9745, 207: 206.9759, 208: 207.9767},
    "Br": {79: 78.9183, 81: 80.9163},
}
"""Masses of the stable isotopes in atomic mass units [AME 2020, Wang et al., Chinese Phys. C 45, 030003]."""
_SEEN = 2.0


@dataclass(frozen=True, slots=True)
class IsotopeShift:
    """What the exchange of the natural element for one isotope does to a phonon energy.

    Attributes
    ----------
    atom, mass_number, partner
        Exchanged element, its isotope, and the atom it moves against; "" where no partner is told.
    phonon_mev : float
        Before the exchange.
    largest_shift_mev : float
        Where the exchanged atom alone moves.
    pair_shift_mev : float
        Where it moves against its partner with their reduced mass; NaN without a partner.
    needed_error_mev : float
        Standard error of ħω, before and after, from which on the largest shift would be seen at two standard errors.
    sentence : str
    """

    atom: str
    mass_number: int
    partner: str
    phonon_mev: float
    largest_shift_mev: float
    pair_shift_mev: float
    needed_error_mev: float
    sentence: str


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


def isotope_shift(phonon_mev: float, *, atom: str, mass_number: int, partner: str) -> IsotopeShift:
    """Return what one stable isotope in the place of the natural element does to a phonon energy.

    Parameters
    ----------
    phonon_mev : float
    atom : {"Cs", "Pb", "Br"}
    mass_number : int
        Of a stable isotope.
    partner : {"Cs", "Pb", "Br", ""}
        The atom it moves against; "" where that is not known.

    Raises
    ------
    SettingsError
        For an element that is not in the crystal, an isotope that is not stable, or an energy that is not above 0.
    """
    for name, element in (("atom", atom), ("partner", partner or ATOMS[0])):
        if element not in ATOMS:
            raise SettingsError(f"{name} is {element!r}; choose one of: {', '.join(ATOMS)}.")
    if mass_number not in ISOTOPES_U[atom]:
        known = ", ".join(str(number) for number in ISOTOPES_U[atom])
        raise SettingsError(f"{atom} has no stable isotope {mass_number}; choose one of: {known}.")
    natural, new = NATURAL_MASS_U[atom], ISOTOPES_U[atom][mass_number]
    largest = isotope_phonon_mev(phonon_mev, natural, new) - phonon_mev
    pair = math.nan
    if partner:
        other = NATURAL_MASS_U[partner]
        before, after = natural * other / (natural + other), new * other / (new + other)
        pair = isotope_phonon_mev(phonon_mev, before, after) - phonon_mev
    needed = abs(largest) / (_SEEN * math.sqrt(2.0))
    return IsotopeShift(
        atom,
        mass_number,
        partner,
        phonon_mev,
        largest,
        pair,
        needed,
        _told(atom, mass_number, partner, largest, pair, needed),
    )


def isotope_shifts(value: LiteratureValue) -> tuple[IsotopeShift, ...]:
    """Return what each stable isotope of each moving atom does to a published mode; empty where none are told.

    For a range it is the shift of its middle. Atoms that move against each other are each other's partners.

    Raises
    ------
    SettingsError
        For a value that is no phonon energy.
    """
    if value.kind != "phonon_energy":
        raise SettingsError(f"{value.name} is a {value.kind}; only a phonon energy shifts with the mass.")
    middle = 0.5 * (value.low + value.high)
    moving = ((atom, "".join(other for other in mode if other != atom)) for mode in value.atoms for atom in mode)
    return tuple(
        isotope_shift(middle, atom=atom, mass_number=number, partner=partner)
        for atom, partner in moving
        for number in ISOTOPES_U[atom]
    )


def _told(atom: str, number: int, partner: str, largest: float, pair: float, needed: float) -> str:
    if len(ISOTOPES_U[atom]) == 1:
        return f"{atom} has only one stable isotope, {number}: a mode can't be shifted by exchanging it."
    told = f"{number}{atom} for natural {atom} shifts ħω by at most {_signed(largest)} meV, if {atom} alone moves"
    if partner:
        told += f", by {_signed(pair)} meV if it moves against {partner}"
    return f"{told}. To see it ħω must be known to {two_digits(needed)} meV before and after."


def _signed(shift: float) -> str:
    return f"{'+' if shift > 0.0 else '−'}{two_digits(abs(shift))}"
