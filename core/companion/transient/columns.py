"""A transient as the columns of a file have it: delays in fs, signals of one probe wavelength or many."""

import re
from dataclasses import dataclass

import numpy as np

from asplab.core.errors import InputError
from asplab.core.experiment import Record, Table
from asplab.core.io.headers import column_name
from asplab.core.units import FloatArray

_DELAYS = frozenset(("delay", "delays", "time", "times", "t", "time_delay", "delay_time", "pump_probe_delay"))
_ERRORS = frozenset(("error", "errors", "signal_error", "std", "sigma", "stderr", "standard_error"))
_FEMTOSECONDS = {"fs": 1.0, "ps": 1e3, "ns": 1e6}
_PROBE = re.compile(r"\s*(\d{3,4}(?:\.\d+)?)\s*(?:nm)?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """Delays (n,) in fs, ascending; signals (n, n_probes) with NaN for nothing; errors of the same shape or None.

    ``probe_nm`` (n_probes,) is NaN where the file names no wavelength.
    """

    delay_fs: FloatArray
    probe_nm: FloatArray
    signal: FloatArray
    error: FloatArray | None


def read_trace(record: Record) -> Trace:
    """Return the delays and signals of a file, in the order of the delays.

    Raises
    ------
    InputError
        Without a column of delays whose unit is stated, and without signals.
    """
    if not isinstance(record, Table):
        raise InputError(
            f"{record.where}: its numbers could not be read, for the reason that was told when it was loaded. Correct "
            "the file."
        )
    columns = record.columns
    named = [(header, *_name(header), values) for header, values in columns]
    delay = next(((unit, values) for _, name, unit, values in named if name in _DELAYS), None)
    if delay is None:
        raise InputError(
            f"{record.where}: no column holds delays, only {_listed(named)}. Name it delay_fs or delay_ps."
        )
    unit, values = delay
    if unit not in _FEMTOSECONDS:
        raise InputError(f"{record.where}: the unit of the delays is not stated. Name the column delay_fs or delay_ps.")
    probes = [(float(match[1]), y) for header, *_, y in named if (match := _PROBE.fullmatch(header)) is not None]
    error = next((y for _, name, _, y in named if name in _ERRORS), None)
    if probes:
        probe_nm, signal, error = np.array([nm for nm, _ in probes]), np.column_stack([y for _, y in probes]), None
    else:
        found = [y for _, name, _, y in named if name not in _DELAYS | _ERRORS]
        if len(found) != 1:
            raise InputError(
                f"{record.where}: {len(found)} columns may hold the signal ({_listed(named)}). Name one signal, or "
                "give each probe wavelength a column named by it, such as '506 nm'."
            )
        probe_nm, signal = np.array([np.nan]), found[0][:, None]
    return _ascending(_FEMTOSECONDS[unit] * values, probe_nm, signal, None if error is None else error[:, None])


def _name(header: str) -> tuple[str, str]:
    """Return name and unit of a column, also of one such as ``delay_ps``."""
    name, unit = column_name(header)
    base, _, suffix = name.rpartition("_")
    return (base, suffix) if not unit and base and suffix in _FEMTOSECONDS else (name, unit)


def _listed(named: list[tuple[str, str, str, FloatArray]]) -> str:
    return ", ".join(header for header, *_ in named[:6]) or "no columns"


def _ascending(delay_fs: FloatArray, probe_nm: FloatArray, signal: FloatArray, error: FloatArray | None) -> Trace:
    """Sort by delay, and leave out rows without a delay and probes without any signal."""
    order = np.argsort(delay_fs, kind="stable")
    order = order[np.isfinite(delay_fs[order])]
    seen = np.isfinite(signal).any(axis=0)
    return Trace(delay_fs[order], probe_nm[seen], signal[order][:, seen], None if error is None else error[order])
