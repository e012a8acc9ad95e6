"""How much more repeats of a spectrum, or of the photothermal scans, would shrink the errors of ħω."""

from dataclasses import dataclass, replace

import numpy as np

from asplab.core.efficiency.stage import fit_efficiency
from asplab.core.errors import AnalysisError
from asplab.core.pipeline import Results
from asplab.core.polaron.fit import PolaronFit, fit_polaron
from asplab.core.progress import Progress
from asplab.core.responses.stage import Responses
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class RepeatPlan:
    """First-order errors of ħω now and with more repeats, everything else as measured.

    Attributes
    ----------
    more : int
        Number of further repeats.
    temperatures_k : ndarray, shape (n_temperatures,)
    detuning_mev : ndarray, shape (n_temperatures, n_columns)
        ΔE of each spectrum, Stokes ones negative.
    error_mev : ndarray, shape (n_temperatures + 1,)
        Of each temperature's fit, and of the joint one.
    spectra_mev, joint_spectra_mev : ndarray, shape (n_temperatures, n_columns)
        The error of the temperature's own fit, and of the joint one, with more spectra at that place; NaN where
        nothing was measured.
    scans_mev, joint_scans_mev : ndarray, shape (n_temperatures,)
        The same with more photothermal scans at that temperature.
    """

    more: int
    temperatures_k: FloatArray
    detuning_mev: FloatArray
    error_mev: FloatArray
    spectra_mev: FloatArray
    joint_spectra_mev: FloatArray
    scans_mev: FloatArray
    joint_scans_mev: FloatArray

    def words(self) -> list[str]:
        """Return the best place for spectra and the best temperature for scans, of the joint fit where there is one.

        Nothing where no error of ħω is known, or no repeats would shrink it by a per cent.
        """
        joint = np.isfinite(self.error_mev[-1])
        now = np.full(len(self.temperatures_k), self.error_mev[-1]) if joint else self.error_mev[:-1]
        spectra, scans = (self.joint_spectra_mev, self.joint_scans_mev) if joint else (self.spectra_mev, self.scans_mev)
        of = " of all temperatures" if joint else ""
        lines = []
        gain = 1.0 - spectra / now[:, None]
        if np.isfinite(gain).any():
            t, c = (int(k) for k in np.unravel_index(np.nanargmax(gain), gain.shape))
            side = "ΔE" if self.detuning_mev[t, c] > 0 else "ΔE_S"
            place = f"{side} = {abs(self.detuning_mev[t, c]):.0f} meV, {self.temperatures_k[t]:.0f} K"
            lines.append((gain[t, c], f"{self.more} more spectra at {place}"))
        gain = 1.0 - scans / now
        if np.isfinite(gain).any():
            t = int(np.nanargmax(gain))
            lines.append((gain[t], f"{self.more} more photothermal scans at {self.temperatures_k[t]:.0f} K"))
        ordered = sorted(lines, key=lambda line: -line[0])
        return [f"{text} shrink the error of ħω{of} by {100.0 * part:.0f} %" for part, text in ordered if part >= 0.01]


def plan_repeats(results: Results, *, more: int = 4, progress: Progress | None = None) -> RepeatPlan:
    """Return what more repeats of each spectrum, and of the scans of each temperature, would do to the errors of ħω.

    Noise and drift of repeats average down; what no repeat shows (dark frame, band shape, baseline, reference) stays.
    The chain from the responses on is run anew for each case.

    Raises
    ------
    AnalysisError
        Where there are no raw spectra and scans behind the fit, or ``more`` is not positive.
    Cancelled
        When ``progress`` was cancelled.
    """
    if more < 1:
        raise AnalysisError(f"{more} more repeats can't be planned; give 1 or more.")
    parts = _Parts.of(results)
    responses = parts.responses
    n_t, n = responses.valid.shape
    spectra, joint_spectra = np.full((n_t, n), np.nan), np.full((n_t, n), np.nan)
    scans, joint_scans = np.full(n_t, np.nan), np.full(n_t, np.nan)
    assert results.polaron is not None
    rows = np.flatnonzero(results.polaron.fitted)
    progress = progress or Progress()
    for done, t in enumerate(rows):
        progress.step(done, len(rows), "planning repeats")
        for c in np.flatnonzero(responses.fitted[t]):
            errors = parts.errors(results, int(t), np.arange(n) == c, more)
            spectra[t, c], joint_spectra[t, c] = errors[t], errors[-1]
        errors = parts.errors(results, int(t), None, more)
        scans[t], joint_scans[t] = errors[t], errors[-1]
    return RepeatPlan(
        more=more,
        temperatures_k=responses.temperatures_k,
        detuning_mev=responses.detuning_mev,
        error_mev=results.polaron.phonon_error_mev,
        spectra_mev=spectra,
        joint_spectra_mev=joint_spectra,
        scans_mev=scans,
        joint_scans_mev=joint_scans,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """Responses with the part of their covariance that repeats don't show, and the number of repeats.

    ``lasting`` has the shape of the covariance, ``spectra`` (n_temperatures, n_columns), ``scans`` (n_temperatures,).
    """

    responses: Responses
    lasting: FloatArray
    spectra: np.ndarray
    scans: np.ndarray

    @classmethod
    def of(cls, results: Results) -> "_Parts":
        responses, corrected, layout = results.responses, results.corrected, results.layout
        emission, absorbed = results.emission, results.absorbed
        if responses is None or corrected is None or layout is None or emission is None or absorbed is None:
            raise AnalysisError("repeats can be planned only where raw spectra and scans were analysed.")
        if results.polaron is None or not results.polaron.fitted.any():
            raise AnalysisError("there is no fit of Eq. 9 whose error more repeats could shrink.")
        n = responses.valid.shape[1]
        lasting = np.zeros_like(responses.covariance)
        lasting[:, :n, :n], lasting[:, n:, n:] = emission.shared, absorbed.lasting
        if responses.lasting is not None:
            lasting += responses.lasting
        both = np.concatenate([responses.valid, responses.valid], axis=1)
        lasting *= both[:, :, None] & both[:, None, :]
        scans = np.array([0 if readings is None else len(readings) for readings in absorbed.per_scan])
        return cls(responses, lasting, corrected.present[layout.index].sum(axis=2), scans)

    def errors(self, results: Results, t: int, chosen: np.ndarray | None, more: int) -> FloatArray:
        """Return the errors of ħω with more spectra in the chosen columns, or more scans where there are none."""
        n = self.responses.valid.shape[1]
        shrink = np.ones(2 * n)
        if chosen is None:
            shrink[n:] = np.sqrt(self.scans[t] / (self.scans[t] + more))
        else:
            count = self.spectra[t]
            shrink[:n] = np.where(chosen, np.sqrt(count / (count + more)), 1.0)
        covariance = self.responses.covariance.copy()
        own = covariance[t] - self.lasting[t]
        covariance[t] = self.lasting[t] + own * shrink[:, None] * shrink
        fit = _fit(results, replace(self.responses, covariance=covariance))
        # The weights change with the covariance and move ħω a little; the error of 1/ħω is that of the values as found.
        assert results.polaron is not None
        return fit.phonon_error_mev * (results.polaron.phonon_mev / fit.phonon_mev) ** 2


def _fit(results: Results, responses: Responses) -> PolaronFit:
    settings = results.document.settings
    return fit_polaron(fit_efficiency(responses, settings.efficiency), settings.polaron)
