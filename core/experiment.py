"""What was measured: raw spectra, scans and tables with their conditions, exactly as read from the files."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from asplab.core.problems import Problem
from asplab.core.units import FloatArray

EMISSION_KINDS = ("pl", "aspl", "emission")
BLANK_KINDS = ("background", "emission_blank")
"""Spectra of what is there without the sample's light: pump off, and the bare substrate."""
LINE_KINDS = ("lamp", "laser")
"""Spectra of lines: of a lamp whose wavelengths are known, and of the excitation itself."""
SPECTRUM_KINDS = (*EMISSION_KINDS, "dark", *BLANK_KINDS, *LINE_KINDS, "reference", "low_power")
CURVE_KINDS = ("response", "filter", "absorption")
TABLE_KINDS = ("responses", "ratios", "efficiency")
SPHERE_KINDS = ("sphere_blank", "sphere_out", "sphere_in", "sphere_dilute")
"""Of an integrating sphere: empty, sample beside the beam, in it; and the emission of a dilute sample."""
KEPT_KINDS = ("power", *SPHERE_KINDS, "matched", "transient", "irf", "sizes")
"""Kinds that are loaded as they are, as tables where they hold numbers only."""
MEDIA = ("film", "suspension")
"""What a sample can be in; results of one are not results of the other."""
KINDS = (*SPECTRUM_KINDS, "pa", "pa_blank", *CURVE_KINDS, *TABLE_KINDS, *KEPT_KINDS)


def frozen_array(values: object) -> FloatArray:
    """Return a read-only float64 copy of ``values``."""
    array = np.array(values, dtype=np.float64)
    array.flags.writeable = False
    return array


@dataclass(frozen=True, slots=True)
class Condition:
    """Under which conditions a file was measured; None where the manifest is silent.

    Attributes
    ----------
    temperature_k, excitation_nm, longpass_nm, shortpass_nm : float or None
        Sample temperature, excitation wavelength and filter cutoffs, as read (true values, never rounded).
    power_uw, exposure_s : float or None
        Pump power at the sample and exposure time.
    repeat, pair : int or None, str
        Number of the repeat; which PL and PA repeats belong together.
    sample, series, note : str
        Free text.
    nd_od, em_gain, accumulations : float or None
        Optical density of a neutral filter in front of the detector, electron-multiplying gain, and number of
        exposures that the counts are the sum of.
    bandwidth_nm : float or None
        Full width at half maximum of the excitation.
    temperature_error_k : float or None
        Standard error of the temperature.
    probe_mw, sensitivity_v : float or None
        Probe power and full scale of the lock-in of a photothermal scan.
    time : str
        When it was measured, as `asplab.core.grouping.clock.clock` understands it.
    path : str
        Name of the optical path: of a filter, and of the spectra that went through it.
    medium : str
        One of `MEDIA`, or empty where it is not told.
    """

    temperature_k: float | None = None
    excitation_nm: float | None = None
    longpass_nm: float | None = None
    shortpass_nm: float | None = None
    power_uw: float | None = None
    exposure_s: float | None = None
    repeat: int | None = None
    pair: str = ""
    sample: str = ""
    series: str = ""
    note: str = ""
    nd_od: float | None = None
    em_gain: float | None = None
    accumulations: int | None = None
    bandwidth_nm: float | None = None
    temperature_error_k: float | None = None
    probe_mw: float | None = None
    sensitivity_v: float | None = None
    time: str = ""
    path: str = ""
    medium: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """What every measured record has: kind, file, manifest line, condition and further columns."""

    kind: str
    source: str
    line: int | None
    condition: Condition
    metadata: tuple[tuple[str, str], ...] = ()

    @property
    def where(self) -> str:
        """Text that names the file, and the manifest line where there is one."""
        return self.source if self.line is None else f"{self.source} (manifest line {self.line})"


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum(Record):
    """One spectrum of emission, dark, background or lines: ``counts`` (n,) on ``wavelength_nm`` (n,), ascending."""

    wavelength_nm: FloatArray = field(kw_only=True)
    counts: FloatArray = field(kw_only=True)


@dataclass(frozen=True, slots=True, eq=False)
class Scan(Record):
    """One photothermal scan: lock-in voltages on ``excitation_nm`` (n,), ascending.

    ``lockin_y_v`` and ``power_uw`` are None where the file has no such column.
    """

    excitation_nm: FloatArray = field(kw_only=True)
    lockin_x_v: FloatArray = field(kw_only=True)
    lockin_y_v: FloatArray | None = field(kw_only=True, default=None)
    power_uw: FloatArray | None = field(kw_only=True, default=None)


@dataclass(frozen=True, slots=True, eq=False)
class Curve(Record):
    """Spectral response, filter transmission or linear absorption against ``wavelength_nm``, ascending."""

    wavelength_nm: FloatArray = field(kw_only=True)
    values: FloatArray = field(kw_only=True)


@dataclass(frozen=True, slots=True, eq=False)
class Table(Record):
    """A table that enters half-way (``responses``, ``ratios``, ``efficiency``): equally long named columns."""

    columns: tuple[tuple[str, FloatArray], ...] = field(kw_only=True)

    def column(self, name: str) -> FloatArray | None:
        """Return the column ``name`` (n,) or None where the table has none."""
        return dict(self.columns).get(name)


@dataclass(frozen=True, slots=True)
class Source:
    """One file that was read: path relative to the experiment's folder, and the SHA-256 of its bytes."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True, eq=False)
class Experiment:
    """Everything that was measured, as read; the analysis never changes it.

    Attributes
    ----------
    name : str
        Name of the experiment, by default that of its folder.
    simulated : bool
        True when the data come from the virtual experiment; shown wherever results appear.
    spectra : tuple of Spectrum
        Emission spectra, dark frames, backgrounds and lines, each with its own true condition.
    scans : tuple of Scan
        Photothermal scans (``pa``, ``pa_blank``).
    curves, tables : tuple
        Response, filter and absorption curves; tables that enter half-way.
    kept : tuple of Record
        Records of companion measurements.
    sources : tuple of Source
        All files read.
    problems : tuple of Problem
        What could not be read and why.
    """

    name: str
    simulated: bool = False
    spectra: tuple[Spectrum, ...] = ()
    scans: tuple[Scan, ...] = ()
    curves: tuple[Curve, ...] = ()
    tables: tuple[Table, ...] = ()
    kept: tuple[Record, ...] = ()
    sources: tuple[Source, ...] = ()
    problems: tuple[Problem, ...] = ()

    def spectra_of(self, kinds: Iterable[str]) -> tuple[Spectrum, ...]:
        """Return the spectra whose kind is among ``kinds``."""
        wanted = frozenset(kinds)
        return tuple(spectrum for spectrum in self.spectra if spectrum.kind in wanted)
