"""Photon energy and width of each excitation, from measured laser lines where there are any."""

from dataclasses import dataclass

import numpy as np

from asplab.core.calibration import Calibration
from asplab.core.corrections import Corrected
from asplab.core.grouping.stage import Gathered, Stack
from asplab.core.problems import Problem
from asplab.core.settings import CalibrationSettings, EnergySettings
from asplab.core.units import FWHM_PER_SIGMA, FloatArray, energy_from_wavelength

_ALIKE = 0.3
"""Relative difference of the squares of two bandwidths up to which they count as alike."""
_NARROW_NM = 0.5
"""Bandwidth up to which a tail is not blurred to speak of."""


@dataclass(frozen=True, slots=True, eq=False)
class Excitations:
    """Excitation of each stack; every array has the shape (n_stacks,).

    Attributes
    ----------
    wavelength_nm, energy_mev, error_mev : ndarray
        Centre of the line, measured where it was, else as set; and the standard error of its photon energy.
    scan_mev, scan_error_mev : ndarray
        Photon energy at which the photothermal scans are read, and the standard error that a reading suffers from.
    sigma_mev : ndarray
        Standard deviation of the photon energies; 0 where the bandwidth isn't known or isn't corrected.
    sigma_error : float
        Relative standard error of all of ``sigma_mev`` at once.
    """

    wavelength_nm: FloatArray
    energy_mev: FloatArray
    error_mev: FloatArray
    scan_mev: FloatArray
    scan_error_mev: FloatArray
    sigma_mev: FloatArray
    sigma_error: float = 0.0
    problems: tuple[Problem, ...] = ()


def find_excitations(
    gathered: Gathered,
    corrected: Corrected,
    calibration: Calibration,
    energies: EnergySettings,
    settings: CalibrationSettings,
) -> Excitations:
    """Find the photon energies of all stacks.

    A measured line stands in for the set wavelength, with its error. Scans are read there too, unless their source is
    set like that of the spectra: then what is absorbed at a set wavelength stands at that wavelength of the scan,
    however far off both are.
    """
    nominal = np.array([stack.excitation_nm for stack in corrected.stacks], dtype=np.float64)
    lasers = calibration.lasers
    wavelength = np.array([n if laser is None else laser.centre_nm for n, laser in zip(nominal, lasers, strict=True)])
    spread = np.array([energies.wavelength_error_nm if laser is None else laser.error_nm for laser in lasers])
    energy = energy_from_wavelength(wavelength, medium=energies.medium)
    error = energy * spread / wavelength
    as_set = settings.scans_as_set
    widths = [
        _bandwidth_nm(stack, 0.0 if laser is None else laser.bandwidth_nm)
        for stack, laser in zip(corrected.stacks, lasers, strict=True)
    ]
    on = settings.correct_bandwidth
    return Excitations(
        wavelength_nm=wavelength,
        energy_mev=energy,
        error_mev=error,
        scan_mev=energy_from_wavelength(nominal, medium=energies.medium) if as_set else energy,
        scan_error_mev=np.zeros(nominal.size) if as_set else error,
        sigma_mev=np.array(widths) * energy / wavelength / FWHM_PER_SIGMA * on,
        sigma_error=0.01 * settings.bandwidth_error_percent,
        problems=(*_width_problems(corrected, widths), *_scan_problems(gathered, corrected, widths)) if on else (),
    )


def _bandwidth_nm(stack: Stack, measured_nm: float) -> float:
    """Return the full width at half maximum of an excitation: as told, else as measured; 0 where neither is."""
    told = [width for s in stack.members if (width := s.condition.bandwidth_nm) is not None]
    return float(np.mean(told)) if told else measured_nm


def _width_problems(corrected: Corrected, widths_nm: list[float]) -> tuple[Problem, ...]:
    """Tell where the bandwidth of some excitations is known and of anti-Stokes ones not."""
    told_at_all = [stack for stack in corrected.stacks if _is_told(stack)]
    anti = [(s, width) for s, width in zip(corrected.stacks, widths_nm, strict=True) if s.kind == "aspl"]
    told = [s for s, _ in anti if _is_told(s)]
    silent = [s for s, width in anti if width == 0.0 and not _is_told(s)]
    if not told_at_all or not silent:
        return ()
    message = (
        f"the bandwidth of the excitation is told for {len(told)} of {len(anti)} anti-Stokes conditions and "
        f"{len(told_at_all) - len(told)} Stokes ones; the other anti-Stokes ones "
        "are taken as lines without width. Fill bandwidth_nm for all; 0 for a narrow laser."
    )
    return (Problem("warning", silent[0].label, message),)


def _is_told(stack: Stack) -> bool:
    return any(member.condition.bandwidth_nm is not None for member in stack.members)


def _scan_problems(gathered: Gathered, corrected: Corrected, widths_nm: list[float]) -> tuple[Problem, ...]:
    """Tell once where scans have another width than the anti-Stokes spectra: it blurs their tail otherwise."""
    for stack, width in zip(corrected.stacks, widths_nm, strict=True):
        told = [own for s in gathered.scans[stack.temperature] if (own := s.condition.bandwidth_nm) is not None]
        if stack.kind != "aspl" or not told:
            continue
        of_scans = float(np.mean(told))
        if abs(of_scans**2 - width**2) > _ALIKE * max(of_scans, width) ** 2 and max(of_scans, width) > _NARROW_NM:
            message = (
                f"photothermal scans were taken with a bandwidth of {of_scans:.2g} nm, spectra with {width:.2g} nm: on "
                "the absorption tail PA is not that of the spectra's excitation. Take both with the same width."
            )
            return (Problem("warning", stack.label, message),)
    return ()
