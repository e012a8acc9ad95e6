"""The project file: an exact round trip, NeXus that viewers understand, and a file that no accident destroys."""

import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from asplab.core.document import Document, Exclusion, Exclusions, Scenario
from asplab.core.errors import Cancelled, ProjectError, SettingsError
from asplab.core.experiment import (
    CURVE_KINDS,
    SPECTRUM_KINDS,
    Condition,
    Curve,
    Experiment,
    Record,
    Scan,
    Source,
    Spectrum,
    Table,
    frozen_array,
)
from asplab.core.jobs.replay import compare_numbers
from asplab.core.loading import load_experiment
from asplab.core.pipeline import Results, analyse
from asplab.core.problems import Problem
from asplab.core.progress import Progress
from asplab.core.project import file as project
from asplab.core.project.file import final_numbers, open_project, save_project, stored_results, was_saved_by_person
from asplab.core.project.nexus import link_names
from asplab.core.provenance import sha256, software_versions
from asplab.core.settings import GroupingSettings, IntegrationSettings, PolaronSettings, ResponseSettings, Settings
from asplab.core.virtual import VirtualExperiment, simulate

AXIS = frozen_array(np.linspace(400.0, 600.0, 41))
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SMALL = VirtualExperiment(
    temperatures_k=(120.0, 250.0),
    stokes_detuning_mev=(170.0, 270.0, 370.0),
    detuning_mev=(23.0, 55.0, 77.0, 102.0),
    repeats=3,
    pixels=1024,
    pa_step_nm=1.0,
)


def spectrum(number: int, counts: Any, *, axis: Any = AXIS, kind: str = "pl", **condition: Any) -> Spectrum:
    known = {"temperature_k": 80.0, "excitation_nm": 450.0, "repeat": number} | condition
    return Spectrum(
        kind, f"{kind}_{number}.csv", number + 2, Condition(**known), wavelength_nm=axis, counts=frozen_array(counts)
    )


def counts(seed: int) -> Any:
    return np.random.default_rng(seed).poisson(300.0, AXIS.size)


def scan(number: int, **columns: Any) -> Scan:
    rng = np.random.default_rng(number)
    axis = frozen_array(np.linspace(450.0, 550.0, 30))
    given = {name: frozen_array(rng.normal(size=30)) for name, wanted in columns.items() if wanted}
    voltage = frozen_array(1e-7 * rng.normal(size=30))
    condition = Condition(temperature_k=80.0, repeat=number, pair="a")
    return Scan("pa", f"pa_{number}.csv", None, condition, excitation_nm=axis, lockin_x_v=voltage, **given)


def rich_document() -> Document:
    """Return a document with every kind of record and every oddity that must survive."""
    other_axis = frozen_array(AXIS + 0.1)
    odd = frozen_array(np.where(np.arange(41) == 3, -0.0, np.where(np.arange(41) == 4, np.nan, 0.1)))
    spectra = (
        spectrum(1, counts(1), power_uw=101.5, exposure_s=0.5, sample="CsPbBr₃ 6,8 nm", note="first"),
        spectrum(9, counts(9), kind="dark", temperature_k=None, excitation_nm=None, exposure_s=0.5),
        spectrum(2, counts(2), power_uw=None, temperature_k=80.123456789, sample="CsPbBr₃ 6,8 nm"),
        spectrum(3, counts(3) + 0.5, axis=other_axis, longpass_nm=455.0),
        spectrum(4, odd, kind="aspl", excitation_nm=530.1, shortpass_nm=525.0, series="b", pair="x"),
        spectrum(5, -counts(5), kind="aspl", excitation_nm=530.1, shortpass_nm=525.0, series="c"),
        spectrum(6, np.where(np.arange(41) == 7, -0.0, 5.0), kind="dark", exposure_s=2.0),
        Spectrum(
            "emission", "bad\udce9\0name.csv", None, Condition(), wavelength_nm=AXIS, counts=frozen_array(1e300 * AXIS)
        ),
    )
    metadata = (("Laser", "Ti:Sa"), ("Laser", "twice"), ("µ", ""))
    curve = Curve("response", "r.csv", 8, Condition(), metadata, wavelength_nm=AXIS, values=frozen_array(AXIS / 600))
    columns = {"detuning_mev": [20, 30], "a/b c": [0.5, np.inf], "n": [2**53, 1]}
    frozen = tuple((name, frozen_array(values)) for name, values in columns.items())
    table = Table("efficiency", "eta.csv", 3, Condition(series="s"), metadata, columns=frozen)
    sizes = Table("sizes", "sizes.csv", 4, Condition(note="x"), columns=())
    kept = (Record("lamp", "lamp.bin", 5, Condition()), sizes, spectrum(7, counts(7), kind="background"))
    experiment = Experiment(
        name="CsPbBr₃ – März",
        simulated=True,
        spectra=spectra,
        scans=(scan(1, lockin_y_v=True, power_uw=True), scan(2), scan(3, lockin_y_v=True, power_uw=True)),
        curves=(curve,),
        tables=(table,),
        kept=kept,
        sources=(Source("a/b.csv", "0" * 64), Source("ü.csv", "f" * 64)),
        problems=(Problem("error", "x.csv", "can't be read"), Problem("info", "y", "…")),
    )
    settings = Settings(integration=IntegrationSettings(window_nm=(410.1, 590.0)))
    exclusions = Exclusions((Exclusion("pl_1.csv", "bubble"), Exclusion("aspl|80.0 K|530.1", "wrong filter\nagain")))
    return Document(experiment, settings, exclusions, (kept_fit("Fit 2"), kept_fit("before\nµ\0", settings)))


def kept_fit(name: str, settings: Settings | None = None) -> Scenario:
    exclusions = Exclusions((Exclusion("pl_1.csv", "bubble"),))
    when = datetime(2026, 3, 1, 13, 30, 12, 345, timezone(timedelta(hours=1)))
    return Scenario(name, settings or Settings(), exclusions, "ħω 23.1 ± 1.0 meV · Eq. 9", when)


def flat(value: object) -> object:
    """Return a value in which arrays are replaced by their exact bytes, so that == compares everything."""
    if isinstance(value, np.ndarray):
        return (str(value.dtype), value.shape, value.tobytes())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return (type(value), *(flat(getattr(value, field.name)) for field in dataclasses.fields(value)))
    if isinstance(value, tuple):
        return tuple(flat(item) for item in value)
    return (type(value), value)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Results of a small virtual experiment that passed through the real importer."""
    folder = tmp_path_factory.mktemp("virtual") / "data"
    simulate(folder, SMALL, seed=3)
    return analyse(Document(load_experiment(folder)))


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    return save_project(rich_document(), tmp_path / "day.nxs", now=NOON)


def test_a_document_comes_back_bit_by_bit(saved: Path) -> None:
    assert flat(open_project(saved)) == flat(rich_document())


FULL = Condition(
    temperature_k=79.8,
    excitation_nm=535.03,
    longpass_nm=480.0,
    shortpass_nm=530.0,
    power_uw=12.5,
    exposure_s=0.5,
    repeat=3,
    pair="p3",
    sample="QD",
    series="second day",
    note="µ",
    nd_od=1.3,
    em_gain=60.0,
    accumulations=4,
    bandwidth_nm=0.8,
    temperature_error_k=0.5,
    probe_mw=1.2,
    sensitivity_v=1e-4,
    time="2026-03-05T14:03:22+01:00",
    path="AS",
    medium="film",
)
"""Every field of a condition, none at its default."""


def test_every_field_of_a_condition_comes_back(tmp_path: Path) -> None:
    assert all(getattr(FULL, f.name) != f.default for f in dataclasses.fields(Condition))
    bare = spectrum(1, counts(1))
    spectra = (dataclasses.replace(bare, condition=FULL), spectrum(2, counts(2)))
    scans = (dataclasses.replace(scan(1), condition=FULL),)
    document = Document(Experiment("full", spectra=spectra, scans=scans))
    assert flat(open_project(save_project(document, tmp_path / "a.nxs", now=NOON))) == flat(document)


@pytest.mark.parametrize("kind", SPECTRUM_KINDS)
def test_spectra_of_every_kind_come_back(tmp_path: Path, kind: str) -> None:
    of_kind = dataclasses.replace(spectrum(1, counts(1), kind=kind), condition=FULL)
    document = Document(Experiment("kinds", spectra=(of_kind, spectrum(2, counts(2), kind=kind))))
    back = open_project(save_project(document, tmp_path / "a.nxs", now=NOON))
    assert flat(back) == flat(document)
    assert [s.kind for s in back.experiment.spectra_of((kind,))] == [kind] * 2


@pytest.mark.parametrize("kind", CURVE_KINDS)
def test_curves_of_every_kind_come_back_with_their_path(tmp_path: Path, kind: str) -> None:
    curves = tuple(
        Curve(kind, f"{path}.csv", 4, Condition(path=path), wavelength_nm=AXIS, values=frozen_array(AXIS / 600.0))
        for path in ("S", "AS")
    )
    document = Document(Experiment("curves", curves=curves))
    assert flat(open_project(save_project(document, tmp_path / "a.nxs", now=NOON))) == flat(document)


def test_how_conditions_are_grouped_and_paired_comes_back(tmp_path: Path) -> None:
    settings = Settings(
        grouping=GroupingSettings(remeasured="latest", remeasured_after_h=3.0),
        responses=ResponseSettings(pair_within_min=7.0),
    )
    document = Document(Experiment("x", spectra=(spectrum(1, counts(1)),)), settings)
    assert open_project(save_project(document, tmp_path / "a.nxs", now=NOON)).settings == settings


def test_kept_fits_come_back_in_their_order(saved: Path) -> None:
    found, meant = open_project(saved).scenarios, rich_document().scenarios
    assert found == meant
    assert [fit.kept_at.isoformat() for fit in found] == [fit.kept_at.isoformat() for fit in meant]


def test_a_project_from_before_there_were_kept_fits_opens(saved: Path) -> None:
    with h5py.File(saved, "r+") as file:
        del file["overview/project/fits"]
        file.attrs["asplab_schema"] = "1.0"
    assert open_project(saved).scenarios == ()


def test_the_scenario_chosen_last_comes_back(tmp_path: Path, saved: Path) -> None:
    assert open_project(saved).scenario == ""
    chosen = dataclasses.replace(rich_document(), scenario="Fit 2")
    assert open_project(save_project(chosen, tmp_path / "chosen.nxs")).scenario == "Fit 2"


def test_a_project_that_knew_scenarios_as_kept_fits_opens(tmp_path: Path) -> None:
    path = save_project(dataclasses.replace(rich_document(), scenario="Fit 2"), tmp_path / "old.nxs")
    with h5py.File(path, "r+") as file:
        # The list has had its place and its keys since layout 1.1.
        assert set(json.loads(file["overview/project/fits"][()])[0]) == set(json.loads(fits_with())[0])
        del file["overview/project/scenario"]
        file.attrs["asplab_schema"] = "1.1"
    found = open_project(path)
    assert (found.scenarios, found.scenario) == (rich_document().scenarios, "")


def test_a_chosen_scenario_that_does_not_exist_is_named(saved: Path) -> None:
    with h5py.File(saved, "r+") as file:
        file["overview/project/scenario"] = "blue half"
    with pytest.raises(ProjectError, match="there is no scenario 'blue half'"):
        open_project(saved)


def test_results_of_scenarios_are_not_stored(tmp_path: Path, results: Results) -> None:
    document = dataclasses.replace(results.document, scenarios=(kept_fit("a"),), scenario="a")
    path = save_project(dataclasses.replace(results, document=document), tmp_path / "a.nxs")
    bare = save_project(results, tmp_path / "b.nxs")
    with h5py.File(path) as file, h5py.File(bare) as other:
        assert set(link_names(file, path)) - set(link_names(other, bare)) == {
            "overview/project/fits",
            "overview/project/scenario",
        }


def test_kept_fits_are_no_numbers_to_replay(tmp_path: Path, results: Results) -> None:
    document = dataclasses.replace(results.document, scenarios=(kept_fit("a"),))
    path = save_project(dataclasses.replace(results, document=document), tmp_path / "a.nxs")
    bare = save_project(results, tmp_path / "b.nxs")
    assert stored_results(path).keys() == stored_results(bare).keys()
    assert compare_numbers(stored_results(path), final_numbers(analyse(open_project(path)))) == []


def test_a_loaded_experiment_comes_back_bit_by_bit(tmp_path: Path, results: Results) -> None:
    path = save_project(results, tmp_path / "day.nxs")
    assert flat(open_project(path)) == flat(results.document)


def test_an_empty_document_comes_back(tmp_path: Path) -> None:
    document = Document(Experiment("nothing yet"))
    assert flat(open_project(save_project(document, tmp_path / "day.nxs"))) == flat(document)


def test_arrays_come_back_read_only_and_share_their_axis(saved: Path) -> None:
    spectra = open_project(saved).experiment.spectra
    assert spectra[0].wavelength_nm is spectra[4].wavelength_nm
    assert not any(s.counts.flags.writeable or s.wavelength_nm.flags.writeable for s in spectra)


def test_repeats_of_one_condition_share_one_entry_and_keep_their_true_temperatures(saved: Path) -> None:
    with h5py.File(saved) as file:
        group = file["pl_080K_450p0nm"]
        assert group["instrument/detector_camera/raw_data/raw"].shape == (2, 41)
        assert group["records/temperature_k"][...].tolist() == [80.0, 80.123456789]
        assert group["sample/name"].asstr()[()] == "CsPbBr₃ 6,8 nm"
        assert "pl_080K_450p0nm_2" in file


def test_whole_counts_are_stored_as_small_compressed_integers(saved: Path) -> None:
    with h5py.File(saved) as file:
        raw = file["pl_080K_450p0nm/instrument/detector_camera/raw_data/raw"]
        assert (raw.dtype, raw.compression, raw.compression_opts, raw.shuffle) == (np.uint16, "gzip", 1, True)


def test_the_analysis_of_an_opened_project_gives_the_stored_numbers(tmp_path: Path, results: Results) -> None:
    assert results.is_complete
    path = save_project(results, tmp_path / "day.nxs")
    stored, again = stored_results(path), final_numbers(analyse(open_project(path)))
    names = ("gap/gap_mev", "quantum_yield/quantum_yield", "efficiency/eta", "polaron/g_mev", "polaron/phonon_mev")
    assert {*names, *(f"{name}_errors" for name in names)} <= set(stored)
    assert stored.keys() == again.keys()
    assert [key for key in stored if stored[key].tobytes() != again[key].tobytes()] == []


def test_numbers_differ_where_a_setting_differs(tmp_path: Path, results: Results) -> None:
    path = save_project(results, tmp_path / "day.nxs")
    changed = results.document.with_settings(integration=IntegrationSettings(window_nm=(480.0, 530.0)))
    assert not np.array_equal(stored_results(path)["efficiency/eta"], final_numbers(analyse(changed))["efficiency/eta"])


def test_results_can_be_given_beside_their_document(tmp_path: Path, results: Results) -> None:
    path = save_project(results.document, tmp_path / "day.nxs", results=results)
    assert stored_results(path).keys() == final_numbers(results).keys()


def test_results_of_another_document_are_refused(tmp_path: Path, results: Results) -> None:
    with pytest.raises(ProjectError, match="another document"):
        save_project(rich_document(), tmp_path / "day.nxs", results=results)


def test_a_project_without_results_holds_no_numbers(tmp_path: Path, results: Results) -> None:
    path = save_project(results, tmp_path / "day.nxs")
    save_project(results.document, path)
    assert stored_results(path) == {}


def test_a_process_tells_program_date_and_settings(tmp_path: Path, results: Results) -> None:
    later = datetime(2026, 3, 1, 14, 0, tzinfo=timezone(timedelta(hours=2)))
    with h5py.File(save_project(results, tmp_path / "day.nxs", now=later)) as file:
        process = file["overview/polaron"]
        assert process.attrs["NX_class"] == "NXprocess"
        assert process["program"].asstr()[()] == "ASPLab"
        assert process["date"].asstr()[()] == "2026-03-01T12:00:00Z"
        assert '"model": "eq9"' in process["settings"].asstr()[()]
        assert process["g_mev"].attrs["units"] == process["g_mev_errors"].attrs["units"] == "meV"


def test_every_number_has_a_unit_and_every_group_a_class(tmp_path: Path, results: Results) -> None:
    bare: list[str] = []

    def check(name: str, item: Any) -> None:
        wanted = "NX_class" if isinstance(item, h5py.Group) else "units" if item.dtype.kind in "iuf" else None
        if wanted is not None and wanted not in item.attrs:
            bare.append(name)

    for path in (save_project(results, tmp_path / "a.nxs"), save_project(rich_document(), tmp_path / "b.nxs")):
        with h5py.File(path) as file:
            file.visititems(check)
    assert bare == []


def test_a_measured_condition_has_what_the_nexus_definition_requires(tmp_path: Path, results: Results) -> None:
    with h5py.File(save_project(results, tmp_path / "day.nxs")) as file:
        entries = [file[name] for name in file if name != "overview"]
        for entry in entries:
            assert entry["definition"].asstr()[()] == "NXoptical_spectroscopy"
            assert {"version", "URL"} <= set(entry["definition"].attrs)
            assert entry["instrument/beam_excitation/parameter_reliability"].asstr()[()] in ("nominal", "measured")
            detector = next(item for name, item in entry["instrument"].items() if name.startswith("detector_"))
            assert detector["detector_channel_type"].asstr()[()] in ("single-channel", "multichannel")
            assert detector["raw_data"].attrs["signal"] == "raw"
            assert entry["sample/name"].asstr()[()]
        types = {entry.attrs["asplab_kind"]: entry["experiment_type"].asstr()[()] for entry in entries}
        assert types["pl"] == types["aspl"] == "photoluminescence"
        scans = next(entry for entry in entries if entry.attrs["asplab_kind"] == "pa")
        assert types["pa"] == "other"
        assert scans["experiment_type_other"].asstr()[()] == "photothermal absorption"


def test_viewers_draw_the_efficiency_with_errors_first(tmp_path: Path, results: Results) -> None:
    nexusformat = pytest.importorskip("nexusformat.nexus")
    root = nexusformat.nxload(str(save_project(results, tmp_path / "day.nxs")))
    plot = root.plottable_data
    assert plot.nxpath == "/overview/eta_120K"
    assert (plot.nxsignal.nxname, [axis.nxname for axis in plot.nxaxes]) == ("eta", ["detuning"])
    assert plot.nxerrors.shape == plot.nxsignal.shape == (4,)


def test_viewers_draw_the_mean_spectrum_of_a_condition_with_errors(saved: Path) -> None:
    nexusformat = pytest.importorskip("nexusformat.nexus")
    root = nexusformat.nxload(str(saved))
    assert root.plottable_data is not None
    plot = root["pl_080K_450p0nm"].plottable_data
    assert plot.nxsignal.nxvalue == pytest.approx((counts(1) + counts(2)) / 2)
    assert plot.nxerrors.nxvalue == pytest.approx(np.abs(counts(1) - counts(2)) / 2, rel=1e-6)
    assert plot.nxaxes[0].nxvalue.tolist() == AXIS.tolist()


def test_silx_draws_the_efficiency_with_errors_first(tmp_path: Path, results: Results) -> None:
    nxdata = pytest.importorskip("silx.io.nxdata")
    with h5py.File(save_project(results, tmp_path / "day.nxs")) as file:
        plot = nxdata.get_default(file)
        assert plot.is_valid
        assert plot.group.name == "/overview/eta_120K"
        assert (plot.signal_dataset_name, plot.axes_dataset_names) == ("eta", ["detuning"])
        assert plot.errors.shape == plot.signal.shape == (4,)


def test_silx_finds_a_valid_plot_in_every_entry_that_names_one(saved: Path) -> None:
    nxdata = pytest.importorskip("silx.io.nxdata")
    with h5py.File(saved) as file:
        named = [entry for entry in file.values() if "default" in entry.attrs]
        assert len(named) == 12
        for entry in named:
            plot = nxdata.get_default(entry)
            assert plot is not None, entry.name
            assert plot.is_valid, (entry.name, plot.issues)


def test_simulated_data_are_labelled_in_every_title(tmp_path: Path, results: Results) -> None:
    with h5py.File(save_project(results, tmp_path / "day.nxs")) as file:
        titles = [item["title"].asstr()[()] for item in file.values()]
        assert [title for title in titles if "(simulated)" not in title] == []


def test_saving_keeps_the_previous_version(saved: Path) -> None:
    first = saved.read_bytes()
    save_project(rich_document().including("pl_1.csv"), saved)
    assert saved.with_name("day.bak.nxs").read_bytes() == first
    assert open_project(saved).exclusions.reason("pl_1.csv") is None
    assert sorted(item.name for item in saved.parent.iterdir()) == ["day.bak.nxs", "day.nxs"]


def test_the_previous_version_is_not_kept_where_it_is_not_wanted(saved: Path) -> None:
    save_project(rich_document(), saved, keep_previous=False)
    assert [item.name for item in saved.parent.iterdir()] == ["day.nxs"]


class PowerCutError(Exception):
    """What a test throws in the middle of writing."""


def cut_at(fraction: float) -> Progress:
    def report(done: float, text: str) -> None:
        if done >= fraction:
            raise PowerCutError(text)

    return Progress(report)


@pytest.mark.parametrize("fraction", [0.0, 0.5, 1.0])
def test_an_accident_while_writing_leaves_the_old_file_and_nothing_else(saved: Path, fraction: float) -> None:
    before = saved.read_bytes()
    with pytest.raises(PowerCutError):
        save_project(Document(rich_document().experiment), saved, progress=cut_at(fraction))
    assert [item.name for item in saved.parent.iterdir()] == ["day.nxs"]
    assert saved.read_bytes() == before


def test_an_accident_with_the_first_save_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(PowerCutError):
        save_project(rich_document(), tmp_path / "day.nxs", progress=cut_at(0.5))
    assert list(tmp_path.iterdir()) == []


def test_a_cancel_while_saving_leaves_the_old_file(saved: Path) -> None:
    before, progress = saved.read_bytes(), Progress()
    progress.cancelled.set()
    with pytest.raises(Cancelled):
        save_project(rich_document(), saved, progress=progress)
    assert saved.read_bytes() == before


def test_settings_that_no_file_can_hold_leave_the_old_file(saved: Path) -> None:
    before = saved.read_bytes()
    settings = PolaronSettings(detuning_range_mev=(0.0, float("inf")))
    with pytest.raises(SettingsError, match="detuning_range_mev"):
        save_project(rich_document().with_settings(polaron=settings), saved)
    assert saved.read_bytes() == before
    assert [item.name for item in saved.parent.iterdir()] == ["day.nxs"]


def test_a_record_of_an_unknown_class_is_refused_rather_than_lost(tmp_path: Path) -> None:
    class Hologram(Record):
        """A record that projects don't know."""

    strange = Hologram("lamp", "h.csv", 4, Condition())
    with pytest.raises(ProjectError, match=r"h\.csv.*Hologram"):
        save_project(Document(Experiment("x", kept=(strange,))), tmp_path / "day.nxs")


def test_progress_reaches_its_end_on_saving_and_opening(tmp_path: Path) -> None:
    seen: list[float] = []
    progress = Progress(lambda done, text: seen.append(done))
    open_project(save_project(rich_document(), tmp_path / "day.nxs", progress=progress), progress=progress)
    assert seen.count(1.0) == 2


def test_a_link_to_a_project_stays_a_link(saved: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.nxs"
    link.symlink_to(saved)
    assert save_project(rich_document(), link) == saved.resolve()
    assert link.is_symlink()


@pytest.mark.parametrize("name", ["missing/day.nxs", "folder"])
def test_a_place_that_can_t_be_written_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(ProjectError, match=name.split("/")[0]):
        save_project(rich_document(), tmp_path / name)
    assert [item.name for item in tmp_path.iterdir()] == ["folder"]


def test_who_saved_last_is_known(tmp_path: Path) -> None:
    path = save_project(rich_document(), tmp_path / "day.nxs", saved_by="analyze")
    assert not was_saved_by_person(path)
    save_project(open_project(path), path)
    assert was_saved_by_person(path)


def test_what_other_programs_added_survives_saving(saved: Path) -> None:
    with h5py.File(saved, "r+") as file:
        notes = file.create_group("my_notes")
        notes.attrs["NX_class"] = "NXnote"
        notes["deep/values"] = np.arange(3)
        file["pl_080K_450p0nm/lorentzian_fit"] = 1.25
    for _ in range(2):
        save_project(open_project(saved), saved)
    with h5py.File(saved) as file:
        assert file["my_notes"].attrs["NX_class"] == "NXnote"
        assert file["my_notes/deep/values"][...].tolist() == [0, 1, 2]
        assert file["pl_080K_450p0nm/lorentzian_fit"][()] == 1.25
    assert flat(open_project(saved)) == flat(rich_document())


def test_additions_to_a_condition_that_is_gone_stay_in_place(saved: Path) -> None:
    with h5py.File(saved, "r+") as file:
        file["dark_0p5s/remark"] = "shutter open?"
    experiment = dataclasses.replace(rich_document().experiment, spectra=())
    save_project(Document(experiment), saved)
    with h5py.File(saved) as file:
        assert list(file["dark_0p5s"]) == ["remark"]
    assert open_project(saved).experiment.spectra == ()


def test_additions_go_along_when_a_project_is_saved_under_another_name(saved: Path) -> None:
    with h5py.File(saved, "r+") as file:
        file["my_notes"] = "good day"
    other = saved.with_name("other.nxs")
    save_project(open_project(saved), other, based_on=saved)
    with h5py.File(other) as file:
        assert file["my_notes"].asstr()[()] == "good day"


def test_a_file_of_another_program_is_not_replaced_by_a_project_saved_under_its_name(saved: Path) -> None:
    other = saved.with_name("other.nxs")
    foreign(other)
    before = other.read_bytes()
    with pytest.raises(ProjectError, match="another program"):
        save_project(open_project(saved), other, based_on=saved)
    assert other.read_bytes() == before


def test_an_addition_in_the_place_of_a_new_condition_gets_another_name(tmp_path: Path) -> None:
    path = save_project(Document(Experiment("x")), tmp_path / "day.nxs")
    with h5py.File(path, "r+") as file:
        file["pl_080K_450p0nm"] = "mine"
    save_project(rich_document(), path)
    with h5py.File(path) as file:
        assert file["pl_080K_450p0nm_kept"].asstr()[()] == "mine"


def external_link(file: h5py.File, other: Path) -> None:
    file["theirs"] = h5py.ExternalLink(str(other), "/secret")


def soft_link(file: h5py.File, other: Path) -> None:
    file["overview/theirs"] = h5py.SoftLink("/overview/project")


def external_values(file: h5py.File, other: Path) -> None:
    raw = file["pl_080K_450p0nm/instrument/detector_camera/raw_data"]
    shape = raw["raw"].shape
    del raw["raw"]
    raw.create_dataset("raw", shape, np.uint8, external=[(str(other), 0, h5py.h5f.UNLIMITED)])


def virtual_values(file: h5py.File, other: Path) -> None:
    raw = file["pl_080K_450p0nm/instrument/detector_camera/raw_data"]
    layout = h5py.VirtualLayout(shape=raw["raw"].shape, dtype=float)
    layout[...] = h5py.VirtualSource(str(other), "secret", shape=raw["raw"].shape)
    del raw["raw"]
    raw.create_virtual_dataset("raw", layout)


@pytest.mark.parametrize("plant", [external_link, soft_link, external_values, virtual_values])
def test_a_file_that_points_elsewhere_is_refused(saved: Path, plant: Callable[[h5py.File, Path], None]) -> None:
    other = saved.with_name("other.h5")
    with h5py.File(other, "w") as file:
        file["secret"] = np.zeros((2, 41))
    with h5py.File(saved, "r+") as file:
        plant(file, other)
    with pytest.raises(ProjectError, match=r"follows no links|never opened"):
        open_project(saved)


@pytest.mark.parametrize("plant", [external_link, soft_link, external_values, virtual_values])
def test_saving_over_a_file_that_points_elsewhere_changes_nothing(
    saved: Path, plant: Callable[[h5py.File, Path], None]
) -> None:
    other = saved.with_name("other.h5")
    with h5py.File(saved, "r+") as file:
        plant(file, other)
        if plant in (external_values, virtual_values):
            file.move("pl_080K_450p0nm/instrument/detector_camera/raw_data", "mine")
    before = saved.read_bytes()
    with pytest.raises(ProjectError, match=r"follows no links|never opened"):
        save_project(rich_document(), saved)
    assert saved.read_bytes() == before


def foreign(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["entry/data"] = 1.0


DAMAGES: list[tuple[Callable[[Path], object], str]] = [
    (lambda path: path.unlink(), "no such file"),
    (lambda path: path.write_bytes(b""), "no HDF5 file"),
    (lambda path: path.write_text("wavelength,counts\n"), "no HDF5 file"),
    (lambda path: path.write_bytes(path.read_bytes()[:3000]), "can't be opened.*truncated"),
    (foreign, "another program"),
]


@pytest.mark.parametrize(("damage", "message"), DAMAGES)
@pytest.mark.parametrize("reading", [open_project, stored_results, was_saved_by_person])
def test_a_file_that_is_no_sound_project_is_refused(
    saved: Path, damage: Callable[[Path], object], message: str, reading: Callable[[Path], object]
) -> None:
    damage(saved)
    with pytest.raises(ProjectError, match=rf"(?s)day\.nxs.*{message}"):
        reading(saved)


@pytest.mark.parametrize(("damage", "message"), DAMAGES[1:])
def test_saving_never_replaces_a_file_that_is_no_project(
    saved: Path, damage: Callable[[Path], object], message: str
) -> None:
    damage(saved)
    before = saved.read_bytes()
    with pytest.raises(ProjectError, match=message):
        save_project(rich_document(), saved)
    assert saved.read_bytes() == before


def test_a_broken_heap_on_which_the_library_would_hang_is_refused(saved: Path) -> None:
    raw = bytearray(saved.read_bytes())
    heap = raw.find(b"GCOL")
    assert heap > 0
    raw[heap + 16 : heap + 32] = bytes(16)
    saved.write_bytes(raw)
    with pytest.raises(ProjectError, match="damaged"):
        open_project(saved)


def test_a_damaged_project_points_to_the_previous_version(saved: Path) -> None:
    save_project(rich_document(), saved)
    saved.write_bytes(saved.read_bytes()[:5000])
    with pytest.raises(ProjectError, match=r"The previous version is day\.bak\.nxs"):
        open_project(saved)


@pytest.mark.parametrize("place", range(12, 96, 6))
def test_a_wrong_byte_in_the_head_of_the_file_is_noticed(saved: Path, place: int) -> None:
    broken = bytearray(saved.read_bytes())
    broken[place] ^= 0xFF
    saved.write_bytes(broken)
    with pytest.raises(ProjectError):
        open_project(saved)


RAW = "pl_080K_450p0nm/instrument/detector_camera/raw_data/raw"
ROWS = "pl_080K_450p0nm/records"


def fits_with(count: int = 1, **changes: Any) -> str:
    row = {"name": "a", "kept_at": "2026-03-01T12:00:00+00:00", "summary": "", "settings": {}, "exclusions": []}
    return json.dumps([row | changes] * count)


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (RAW, None, "missing"),
        (RAW, np.zeros((2, 40)), "shape"),
        (RAW, np.zeros(82), "2 axes"),
        (RAW, ["a", "b"], "expected numbers"),
        (f"{ROWS}/source", ["only one"], "1 rows instead of 2"),
        (f"{ROWS}/source", np.zeros(2), "expected texts"),
        (f"{ROWS}/temperature_k", np.zeros(3), "3 rows instead of 2"),
        (f"{ROWS}/position", np.array([0.0, 0.0]), "missing or double"),
        (f"{ROWS}/position", np.array([0.0, 700.0]), "missing or double"),
        (f"{ROWS}/power_uw_absent", np.zeros(3), "3 rows instead of 2"),
        ("efficiency/records/metadata", ['{"a": 1}'], "pairs of texts"),
        ("overview/project/settings", "{}}", "no JSON"),
        ("overview/project/settings", '{"integration": {"estimator": "guess"}}', "guess"),
        ("overview/project/exclusions", "[[1, 2]]", "rows of 2 texts"),
        ("overview/project/fits", "[", "no JSON"),
        ("overview/project/fits", "{}", "expected a list of scenarios"),
        ("overview/project/fits", '[{"name": "a"}]', r"fits\[0\].*expected a scenario with"),
        ("overview/project/fits", fits_with(name=3), r"fits\[0\]/name.*expected a text, found 3"),
        ("overview/project/fits", fits_with(kept_at="noon"), "'noon' is no date"),
        ("overview/project/fits", fits_with(kept_at="2026-03-01T12:00:00"), "no time zone"),
        ("overview/project/fits", fits_with(settings={"polaron": {"model": "eq8"}}), "eq8"),
        ("overview/project/fits", fits_with(exclusions=[["a"]]), "target and reason"),
        ("overview/project/fits", fits_with(count=2), "two scenarios are named 'a'"),
        ("overview/project/problems", '[["fatal", "a", "b"]]', "fatal"),
        ("overview/project/source_path", ["a"], "2 checksums"),
        ("overview/project", None, "missing"),
    ],
)
def test_content_that_makes_no_sense_is_named(saved: Path, place: str, value: Any, message: str) -> None:
    with h5py.File(saved, "r+") as file:
        del file[place]
        if value is not None:
            file[place] = value
    with pytest.raises(ProjectError, match=message):
        open_project(saved)


def test_a_dataset_that_claims_to_be_huge_is_refused_before_it_is_read(saved: Path) -> None:
    with h5py.File(saved, "r+") as file:
        del file[RAW]
        file.create_dataset(RAW, shape=(2, 10**12), dtype=np.uint8, chunks=(1, 1000))
    with pytest.raises(ProjectError, match="claims the shape"):
        open_project(saved)


def set_schema(path: Path, schema: Any) -> None:
    with h5py.File(path, "r+") as file:
        file.attrs["asplab_schema"] = schema


def test_a_newer_layout_is_refused_with_the_way_out(saved: Path) -> None:
    set_schema(saved, f"{project.SCHEMA[0] + 1}.0")
    with pytest.raises(ProjectError, match="Update ASPLab"):
        open_project(saved)


def test_a_newer_minor_layout_opens(saved: Path) -> None:
    set_schema(saved, f"{project.SCHEMA[0]}.{project.SCHEMA[1] + 1}")
    assert flat(open_project(saved)) == flat(rich_document())


@pytest.mark.parametrize("schema", ["one", "1", "1.0.0", 1.0, "-1.0"])
def test_a_layout_that_is_no_version_is_refused(saved: Path, schema: Any) -> None:
    set_schema(saved, schema)
    with pytest.raises(ProjectError, match="asplab_schema is"):
        open_project(saved)


def test_an_unknown_older_layout_is_refused_and_left_as_it_is(saved: Path) -> None:
    set_schema(saved, "0.1")
    before = saved.read_bytes()
    with pytest.raises(ProjectError, match="older"):
        open_project(saved)
    assert saved.read_bytes() == before


def test_migrations_run_one_after_another_from_the_file_s_version(tmp_path: Path) -> None:
    def rename(file: h5py.File) -> None:
        file.move("old", "newer")

    def add(file: h5py.File) -> None:
        file["newer/unit"] = "nm"

    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_group("old")
        project.migrate(file, 1, where=tmp_path, migrations={1: rename, 2: add}, present=3)
        assert list(file) == ["newer"]
        assert list(file["newer"]) == ["unit"]


def test_a_date_without_a_time_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="time zone"):
        save_project(rich_document(), tmp_path / "day.nxs", now=datetime(2026, 3, 1))


def test_a_checksum_is_the_published_one() -> None:
    # FIPS 180-2, appendix B.1
    assert sha256(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_project_names_the_software_that_wrote_it(saved: Path) -> None:
    with h5py.File(saved) as file:
        assert json.loads(file["overview/project/software"].asstr()[()]) == software_versions()
    assert {"asplab", "python", "numpy", "scipy"} <= set(software_versions())
