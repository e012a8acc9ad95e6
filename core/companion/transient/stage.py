"""The rise of every transient of an experiment, each behind the response that was measured with it."""

from dataclasses import dataclass

import numpy as np

from asplab.core.companion.kept import KeptRecords
from asplab.core.companion.transient.columns import Trace, read_trace
from asplab.core.companion.transient.fit import TransientFit, fit_transient
from asplab.core.companion.transient.model import TransientShape
from asplab.core.companion.transient.response import InstrumentResponse, fit_response
from asplab.core.errors import AsplabError, InputError
from asplab.core.experiment import Record, frozen_array
from asplab.core.problems import Problem
from asplab.core.settings import GroupingSettings, TransientSettings
from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class TransientReading:
    """What one file of kind ``transient`` says.

    Attributes
    ----------
    source : str
    temperature_k, excitation_nm : float or None
        As the manifest has them.
    probe_nm : ndarray, shape (n_probes,)
        NaN where the file names no wavelength.
    response_source : str
        Where width and time zero of the response come from, in words; empty where they were not measured.
    fit : TransientFit or None
    reason : str
        Why there is no fit; empty where there is one.
    sample : str
        As the manifest has it; empty where it names none.
    """

    source: str
    temperature_k: float | None
    excitation_nm: float | None
    probe_nm: FloatArray
    response_source: str
    fit: TransientFit | None
    reason: str = ""
    sample: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Transients:
    """All transients, by temperature, then from short to long excitation wavelengths."""

    readings: tuple[TransientReading, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Measured:
    """The response that files of one excitation tell; the excitation is None where the files name none."""

    excitation_nm: float | None
    sample: str
    source: str
    response: InstrumentResponse


def find_transients(kept: KeptRecords, grouping: GroupingSettings, settings: TransientSettings) -> Transients:
    """Fit every file of kind ``transient``; one that can't be read becomes a problem that names it."""
    problems: list[Problem] = []
    responses = _responses(kept, settings, problems)
    records = kept.of("transient")
    found = [_read(record, responses, grouping, settings) for record in records]
    problems += [
        Problem("warning", record.where, f"this transient is not used: {one.reason}")
        for record, one in zip(records, found, strict=True)
        if one.reason
    ]
    found.sort(key=lambda one: (one.temperature_k or 0.0, one.excitation_nm or np.inf))
    return Transients(tuple(found), tuple(problems))


def _read(
    record: Record, responses: list[_Measured], grouping: GroupingSettings, settings: TransientSettings
) -> TransientReading:
    place = (record.source, record.condition.temperature_k, record.condition.excitation_nm)
    nothing, sample = frozen_array([]), record.condition.sample
    try:
        response, source = _response_of(record, responses, grouping, settings)
        trace = _inside(read_trace(record), settings, record.where)
        fit = fit_transient(
            trace.delay_fs,
            trace.signal,
            error=trace.error,
            response=response,
            shape=TransientShape(settings.artefact_terms, settings.has_decay, settings.has_offset),
        )
    except AsplabError as error:
        return TransientReading(*place, nothing, "", None, str(error).removeprefix(f"{record.where}: "), sample)
    return TransientReading(*place, frozen_array(trace.probe_nm), source, fit, "", sample)


def _inside(trace: Trace, settings: TransientSettings, where: str) -> Trace:
    """Return the delays and probe wavelengths of the settings."""
    rows = _between(trace.delay_fs, settings.delay_from_fs, settings.delay_to_fs)
    is_named = bool(np.isfinite(trace.probe_nm).all())
    columns = _between(trace.probe_nm, settings.probe_from_nm, settings.probe_to_nm) if is_named else np.array([True])
    if not rows.any() or not columns.any():
        which = "delay" if not rows.any() else "probe wavelength"
        raise InputError(f"{where}: no {which} lies in the range of the settings. Widen it.")
    error = None if trace.error is None else trace.error[rows][:, columns]
    return Trace(trace.delay_fs[rows], trace.probe_nm[columns], trace.signal[rows][:, columns], error)


def _between(values: FloatArray, low: float | None, high: float | None) -> np.ndarray:
    return np.asarray((values >= (-np.inf if low is None else low)) & (values <= (np.inf if high is None else high)))


def _responses(kept: KeptRecords, settings: TransientSettings, problems: list[Problem]) -> list[_Measured]:
    """Fit every file of kind ``irf``; one that shows no peak becomes a problem."""
    found = []
    for record in kept.of("irf"):
        try:
            trace = read_trace(record)
            if trace.signal.shape[1] > 1:
                raise InputError(f"{record.where}: it has {trace.signal.shape[1]} signals; a response has one.")
            usable = np.isfinite(trace.signal[:, 0])
            response = fit_response(trace.delay_fs[usable], trace.signal[usable, 0], holds_zero=settings.irf_holds_zero)
        except AsplabError as error:
            told = str(error).removeprefix(f"{record.where}: ")
            problems.append(Problem("warning", record.where, f"this response is not used: {told}"))
        else:
            found.append(_Measured(record.condition.excitation_nm, record.condition.sample, record.source, response))
    return found


def _response_of(
    record: Record, responses: list[_Measured], grouping: GroupingSettings, settings: TransientSettings
) -> tuple[InstrumentResponse, str]:
    """Return what is known of the response of a transient, and where from.

    What is typed stands before a file; a file of the same excitation before one that names none. Pulses of another
    excitation may be longer, so that a file of one is not taken.
    """
    excitation = record.condition.excitation_nm
    own = [one for one in responses if _is_same(one.excitation_nm, excitation, grouping.wavelength_tolerance_nm)]
    own = own or [one for one in responses if one.excitation_nm is None]
    # A response is of the instrument; of several the one that was measured with the sample counts.
    own = [one for one in own if one.sample == record.condition.sample] or own
    if len(own) > 1:
        names = ", ".join(one.source for one in own[:3])
        raise InputError(
            f"{record.where}: {len(own)} responses belong to it ({names}). Average them, or leave all but one out."
        )
    measured = own[0].response if own else InstrumentResponse(None, None, None, None)
    sources = [own[0].source] if own else []
    typed_width, typed_zero = settings.fwhm_fs is not None, settings.zero_fs is not None
    if typed_width or typed_zero:
        sources.append("typed")
    response = InstrumentResponse(
        *((settings.fwhm_fs, settings.fwhm_error_fs) if typed_width else (measured.fwhm_fs, measured.fwhm_error_fs)),
        *((settings.zero_fs, settings.zero_error_fs) if typed_zero else (measured.zero_fs, measured.zero_error_fs)),
    )
    return response, ", ".join(sources)


def _is_same(one: float | None, other: float | None, tolerance: float) -> bool:
    return one is not None and other is not None and abs(one - other) <= tolerance
