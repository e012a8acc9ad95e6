"""Corrections of photon energies."""

from collections.abc import Iterator

import numpy as np

from asplab.core.ledger.step import Step, Switch
from asplab.core.pipeline import Results
from asplab.core.units import energy_from_wavelength


def energy_steps(results: Results) -> Iterator[Step]:
    """Yield the corrections of wavelengths and energies; none where there is no excitation."""
    if results.excitations is not None and results.excitations.wavelength_nm.size:
        yield _medium(results)


def _medium(results: Results) -> Step:
    assert results.excitations is not None
    step = Step("medium", "Air to vacuum", "excitation", switch=Switch("energies", "medium", "air", "vacuum"))
    wavelength = results.excitations.wavelength_nm
    shift = energy_from_wavelength(wavelength, medium="air") - energy_from_wavelength(wavelength)
    size = f"{np.mean(np.abs(shift)):.2f} meV"
    if results.document.settings.energies.medium == "air":
        words = f"Wavelengths are those of air; photon energies are {size} lower than in vacuum."
        return step.found("on", f"{size} lower", words, range(wavelength.size))
    words = f"Wavelengths count as those of vacuum; were they of air, photon energies would be {size} lower."
    return step.found("off", f"{size} lower in air", words)
