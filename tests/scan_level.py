"""Photothermal scans by themselves: the emission is measured once and the scans are drawn again and again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from toy_experiment import Toy

from asplab.core.document import Document
from asplab.core.experiment import Condition, Scan, frozen_array
from asplab.core.photothermal.absorption import Absorbed, photothermal
from asplab.core.pipeline import Results, analyse
from asplab.core.problems import Problem
from asplab.core.scans import Scans, align_scans, read_scans
from asplab.core.settings import BaselineSettings, EnergySettings, ScanSettings
from asplab.core.units import HC_MEV_NM

SHORT: dict[str, tuple[float, float, int]] = {"axis_nm": (400.0, 620.0, 276)}
"""Few pixels: these tests look at the scans."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What became of one draw."""

    scans: Scans
    absorbed: Absorbed
    problems: tuple[Problem, ...]

    def says(self, text: str) -> list[Problem]:
        return [problem for problem in self.problems if text in problem.message]

    @property
    def error(self) -> np.ndarray:
        """Standard errors of the readings of the first temperature, in the order of ``absorbed.mean``."""
        assert self.absorbed.per_scan[0] is not None
        own = np.diag(self.absorbed.noise[0]) / len(self.absorbed.per_scan[0])
        return np.sqrt(own + np.diag(self.absorbed.shared[0]))


class ScanBench:
    """A toy whose emission is measured once."""

    def __init__(self, toy: Toy) -> None:
        self.toy = toy
        self.results: Results = analyse(Document(replace(toy, noise_counts=0.01).experiment()))
        assert self.results.excitations is not None
        self.energies_mev = self.results.excitations.energy_mev

    @property
    def truth(self) -> np.ndarray:
        """Heat per power at the excitations, in the order of ``absorbed.mean``."""
        return self.toy.heat(self.energies_mev)

    def read(
        self,
        scans: Sequence[Scan],
        blanks: Sequence[Scan] = (),
        *,
        settings: ScanSettings | None = None,
        baseline: BaselineSettings | None = None,
    ) -> Reading:
        """Analyse scans of the only temperature in place of the toy's own."""
        found = self.results
        settings, energy_settings = settings or ScanSettings(), EnergySettings()
        assert found.gathered is not None
        assert found.excitations is not None
        assert found.energies is not None
        assert found.layout is not None
        ordered = sorted(scans, key=lambda s: (s.condition.repeat or 0, s.source))
        gathered = replace(found.gathered, scans=(tuple(ordered),), blanks=(tuple(blanks),))
        alignment = align_scans(gathered, found.energies, settings)
        read = read_scans(gathered, found.excitations, alignment, energy_settings, settings)
        absorbed = photothermal(
            read, found.excitations, found.energies, found.layout, baseline or BaselineSettings(shape="line")
        )
        return Reading(read, absorbed, (*read.problems, *absorbed.problems))

    def pulls(self, draw: Callable[[np.random.Generator], Reading], count: int) -> np.ndarray:
        """Return pulls of the readings over draws, (n_draws, n_stacks)."""
        rows = []
        for seed in range(count):
            found = draw(np.random.default_rng(seed))
            rows.append((found.absorbed.mean - self.truth) / found.error)
        return np.array(rows)


def scan(
    toy: Toy,
    rng: np.random.Generator,
    *,
    axis_nm: np.ndarray | None = None,
    repeat: int | None = 1,
    gain: float = 1.0,
    power_uw: float = 100.0,
    noise_v: float | None = None,
    meter: float = 0.0,
    pick_up_v: complex = 0.0,
    leak_v: complex = 0.0,
    kind: str = "pa",
    source: str = "",
    waves: float = 0.0,
    **condition: object,
) -> Scan:
    """Return one scan: X + iY = gain · (heat · power + pick-up + leak · power/100 µW) + noise.

    ``noise_v`` is per point and channel, before the gain; ``meter`` the relative noise of a power reading; ``waves`` by
    how much the power rises and falls along the scan.
    """
    axis = np.arange(HC_MEV_NM / (toy.band_mev + 500.0), HC_MEV_NM / (toy.band_mev - 300.0), toy.scan_step_nm)
    axis = axis if axis_nm is None else axis_nm
    energy = HC_MEV_NM / axis
    power = power_uw * (1.0 + toy.power_slope * (axis - toy.band_nm) / 100.0)
    power = power * (1.0 + waves * np.cos(2.0 * np.pi * (axis - 512.0) / 132.0))
    signal = toy.heat(energy) * power * np.exp(1j * np.deg2rad(toy.phase_deg))
    if kind == "pa_blank":
        signal = 0.0 * signal
    noise = (toy.noise_v if noise_v is None else noise_v) * rng.standard_normal((2, axis.size))
    volts = gain * (signal + pick_up_v + leak_v * power / 100.0 + noise[0] + 1j * noise[1])
    return Scan(
        kind=kind,
        source=source or f"{kind}_{axis[0]:.0f}_{repeat}.csv",
        line=None,
        condition=Condition(temperature_k=toy.temperatures_k[0], repeat=repeat, **condition),  # type: ignore[arg-type]
        excitation_nm=frozen_array(axis),
        lockin_x_v=frozen_array(volts.real),
        lockin_y_v=frozen_array(volts.imag),
        power_uw=frozen_array(power * (1.0 + meter * rng.standard_normal(axis.size))),
    )
