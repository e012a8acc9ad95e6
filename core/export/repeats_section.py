"""What the report says about true temperatures, how repeats were paired, and how they drift."""

from collections.abc import Iterator

import numpy as np

from asplab.core.export.markup import table
from asplab.core.pipeline import Results
from asplab.core.units import FloatArray

_MEANING = (
    '<p class="muted">Drift: relative standard deviation of a whole repeat, and of a single spectrum or reading beside '
    "it, detection noise taken out; shared: correlation of PL and PA, estimated from what was paired. It is close to 0 "
    "where PL and PA were not simultaneous.</p>"
)


def repeats_section(results: Results) -> Iterator[str]:
    """Yield the table of temperatures with their readings, pairing and drift; and the wavelengths that spread."""
    gathered, pairs, responses = results.gathered, results.pairs, results.responses
    if gathered is None or pairs is None or responses is None:
        yield "<p>There are no repeats: the numbers come from a table.</p>"
        return
    rows = [
        (
            f"{temperature:.1f}",
            "–" if readings is None else readings.words("K", 1),
            "taken as unpaired" if results.document.settings.responses.pairing == "unpaired" else pairs.words(t),
            *_drift(None if responses.common_drift is None else responses.common_drift[t]),
            *_drift(responses.drift[t]),
        )
        for t, (temperature, readings) in enumerate(zip(gathered.temperatures_k, gathered.readings, strict=True))
    ]
    header = ("T / K", "true temperatures", "PL and PA", "repeats: I", "PA", "shared", "single: I", "PA", "shared")
    yield table(header, rows)
    yield _MEANING
    spread = [
        (stack.label, stack.excitations.words("nm", 2), f"{len(set(stack.blocks)) or 1}")
        for stack in gathered.stacks
        if stack.excitations is not None and (stack.excitations.is_spread or stack.blocks)
    ]
    if spread:
        yield table(("condition", "true wavelengths", "times measured"), spread, kind="text")


def _drift(variances: FloatArray | None) -> tuple[str, str, str]:
    """Return two relative standard deviations in percent, and their correlation."""
    if variances is None:
        return ("–",) * 3
    light, heat = (f"{100.0 * np.sqrt(value):.2f} %" for value in variances[:2])
    size = float(np.sqrt(variances[0] * variances[1]))
    return light, heat, f"{variances[2] / size:.2f}" if size > 0.0 else "–"
