"""What the report says of the checks of the measurement: plain sentences, then a line for each temperature."""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

from asplab.core.counting import counted
from asplab.core.export.markup import plain, table, temperature, with_error
from asplab.core.export.measurement_rows import measurement
from asplab.core.pipeline import Results
from asplab.core.rounding import two_digits

Row = dict[str, Any]

_FILES = (
    '<p class="muted">Condition by condition: tables/conditions.csv, shape_test.csv, trends.csv, pump.csv, '
    "power_series.csv, lines.csv. Beyond 3 σ allows for how many conditions were tested. ⟨N⟩: mean number of "
    "excitations in one crystal.</p>"
)
_FATES = {"widened": "which is in the errors", "corrected": "which is corrected", "left": "which is in no error"}


def measurement_section(results: Results) -> Iterator[str]:
    """Yield one sentence for each check that was made or could not be made, and a compact table."""
    found = measurement(results)
    lines = [*_shapes(found), *_trends(found), *_stokes_lines(found)]
    if found["pump"]:
        lines += [*_leaks(results, found), *_photons(found), *_crystals(found)]
    if not lines:
        yield "<p>The data entered as a table: there is no measurement to check.</p>"
        return
    yield "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"
    header = (
        "T / K", "shapes beyond 3 σ", "largest shift / meV", "own trends beyond 3 σ", "shared, I", "shared, PA",
        "curvature / eV⁻¹", "two photons", "leak possible", "⟨N⟩ of PL",
    )  # fmt: skip
    yield table(header, [_line(value, here) for value, here in _by_temperature(found)])
    yield _FILES


def _shapes(found: Row) -> Iterator[str]:
    rows = found["shape_test"]
    if not rows:
        return
    for kind, against in (("aspl", "the PL of its temperature"), ("pl", "the other PL of its temperature")):
        tested = [row for row in rows if row["kind"] == kind and row["significance"] is not None]
        if not tested:
            yield f"Shape of {kind.upper()}: not tested, for want of three repeats or of a range that filters share."
            continue
        beyond = [row for row in tested if row["beyond"]]
        yield f"Shape of {kind.upper()}: {_share(beyond, tested)} differ from {against} beyond 3 σ{_largest(beyond)}."
    moved = [row for row in rows if row["moved"]]
    if moved:
        many = counted(len(moved), "band")
        yield f"Moved bands: the hidden part of {many} is that of the moved shape, with the difference as error."


def _share(some: list[Row], every: list[Row]) -> str:
    return f"{len(some) or 'none'} of {counted(len(every), 'condition')}"


def _largest(rows: list[Row]) -> str:
    shifted = [row for row in rows if row["shift_mev"] is not None]
    if not shifted:
        return ""
    row = max(shifted, key=lambda row: abs(row["shift_mev"]))
    place = f"{row['excitation_nm']:.1f} nm, {temperature(row)} K"
    return f"; most of all by {with_error(row, 'shift_mev')} meV at {place}"


def _trends(found: Row) -> Iterator[str]:
    for quantity, what in (("emission", "emission"), ("photothermal", "photothermal signal")):
        rows = [row for row in found["trends"] if row["quantity"] == quantity]
        own = [row for row in rows if row["scope"] == "own" and row["beyond"] is not None]
        if not own:
            if rows:
                yield f"Trend of the {what} over repeats: not tested, for want of repeats or signal."
            continue
        beyond = [row for row in own if row["beyond"]]
        fate = f", {_FATES[beyond[0]['treatment']]}" if beyond else ""
        shared = [row for row in rows if row["scope"] == "shared" and row["beyond"]]
        also = f"; a trend common to all of a temperature, which cancels, at {len(shared)} of them" if shared else ""
        yield f"Trend of the {what} over repeats: beyond 3 σ in {_share(beyond, own)}{fate}{also}."
    references = [row for row in found["trends"] if row["scope"] == "reference"]
    changing = [row for row in references if row["beyond"]]
    if references:
        yield f"References: {len(changing) or 'none'} of {len(references)} change during the run beyond 3 σ."


def _stokes_lines(found: Row) -> Iterator[str]:
    every = found["lines"][-1] if found["lines"] else None
    if every is None or every["curvature_per_ev"] is None:
        return
    change, without = with_error(every, "yield_without_lowest"), with_error(every, "yield_without_highest")
    yield (
        f"Stokes lines of all temperatures together: curvature {with_error(every, 'curvature_per_ev')} of their slope "
        f"per eV. QY changes by {change} without the lowest excitation, by {without} without the highest."
    )


def _leaks(results: Results, found: Row) -> Iterator[str]:
    settings, needs = results.document.settings.pump, results.purity.needs if results.purity is not None else ""
    if settings.subtracted_leak_ppm is not None:
        yield f"Laser leak: {settings.subtracted_leak_ppm:g} ± {settings.measured_leak_error_ppm:g} ppm are subtracted."
    elif found["leak"] is None:
        yield f"Laser leak: no rejection is stated, so it is not bounded{f'; η {needs}' if needs else ''}."
    else:
        possible = [row for row in found["pump"] if row["leak_possible"]]
        least = f", from ΔE = {min(row['detuning_mev'] for row in possible):.0f} meV on" if possible else ""
        yield (
            f"Laser leak: within OD {settings.rejection_od:g} it could make more than the error of "
            f"{len(possible) or 'none'} of {len(found['pump'])} η{least}{f'; η {needs}' if needs and possible else ''}."
        )


def _photons(found: Row) -> Iterator[str]:
    known = [row for row in found["pump"] if row["two_photon_share"] is not None]
    unverified = [row for row in found["pump"] if "single_photon_not_verified" in row["flags"]]
    if known:
        row = max(known, key=lambda row: row["two_photon_share"])
        share, error = (f"{100.0 * row[name]:.1f}" for name in ("two_photon_share", "two_photon_share_error"))
        how = "subtracted" if row["two_photon_subtracted"] else "not subtracted"
        told = (
            f"{len(known)} of {len(found['pump'])} η have a power series; a share of up to {share} ± {error} % is {how}"
        )
    else:
        told = "no power series tells their share"
    more = f"; {len(unverified)} η beyond 120 meV are not shown to take one" if unverified else ""
    yield f"Two photons: {told}{more}."


def _crystals(found: Row) -> Iterator[str]:
    if found["excitations_unknown_without"]:
        yield f"⟨N⟩ in one crystal is not known without: {'; '.join(found['excitations_unknown_without'])}."
        return
    sizes = [(name, _most(found["conditions"], f"excitations_{name}")) for name in ("pl", "pa")]
    told = [f"{two_digits(size)} ({name.upper()})" for name, size in sizes if size is not None]
    if told:
        yield f"⟨N⟩ in one crystal is at most {' and '.join(told)}; emission and heat follow the pump well below 0.1."


def _most(rows: Iterable[Row], name: str) -> float | None:
    return max((row[name] for row in rows if row[name] is not None), default=None)


def _by_temperature(found: Row) -> Iterator[tuple[float, Row]]:
    """Yield each temperature with its rows; conditions carry the mean of their own readings, and go to the nearest."""
    places = sorted({row["temperature_k"] for row in (found["lines"] or found["trends"]) if row["temperature_k"]})
    for place in places:
        yield (
            place,
            {
                name: [
                    row
                    for row in found[name]
                    if row["temperature_k"] and min(places, key=lambda one: abs(one - row["temperature_k"])) == place
                ]
                for name in ("conditions", "shape_test", "trends", "pump", "lines")
            },
        )


def _line(temperature_k: float, here: Row) -> tuple[str, ...]:
    tested = [row for row in here["shape_test"] if row["significance"] is not None]
    beyond = [row for row in tested if row["beyond"]]
    shifted = [row for row in beyond if row["shift_mev"] is not None]
    largest: Row = max(shifted, key=lambda row: abs(row["shift_mev"]), default={})
    own = [row for row in here["trends"] if row["scope"] == "own" and row["beyond"] is not None]
    shared = {row["quantity"]: row for row in here["trends"] if row["scope"] == "shared"}
    share, leaks = _most(here["pump"], "two_photon_share"), [row["leak_possible"] for row in here["pump"]]
    return (
        f"{temperature_k:.1f}",
        f"{len(beyond)} of {len(tested)}" if tested else "–",
        with_error(largest, "shift_mev"),
        f"{sum(row['beyond'] for row in own)} of {len(own)}" if own else "–",
        *(_percent(shared.get(quantity)) for quantity in ("emission", "photothermal")),
        with_error(here["lines"][0] if here["lines"] else {}, "curvature_per_ev"),
        "–" if share is None else f"{100.0 * share:.1f} %",
        f"{sum(map(bool, leaks))} of {len(leaks)}" if leaks and None not in leaks else "–",
        plain(_most(here["conditions"], "excitations_pl"), ".2g"),
    )


def _percent(row: Row | None) -> str:
    if row is None or row["slope_per_repeat"] is None:
        return "–"
    value, error = (100.0 * row[name] for name in ("slope_per_repeat", "slope_per_repeat_error"))
    return f"{with_error({'value': value, 'value_error': error}, 'value')} %"
