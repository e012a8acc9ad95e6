"""HDF5 and NeXus: default plots, sloppy attributes, tables, maps, links out of the file, and damage."""

import io
import struct

import h5py
import numpy as np
import pytest
from fuzz import assert_survives_damage

from asplab.core.io import FileError, read, read_bytes
from asplab.core.io.hdf5_data import READER

AXIS = np.linspace(500.0, 600.0, 30)
COUNTS = np.arange(30.0) ** 2


def hdf5(fill) -> bytes:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        fill(file)
    return buffer.getvalue()


def add(group, name, values, **attributes):
    dataset = group.create_dataset(name, data=values)
    dataset.attrs.update(attributes)
    return dataset


def plot(group, *, axes="wavelength", signal="counts", kind="NXdata", axis=AXIS, values=COUNTS, unit="nm"):
    group.attrs.update({"NX_class": kind, "signal": signal, "axes": axes})
    add(group, "wavelength", axis, units=unit)
    add(group, "counts", values, units="counts")


def nexus(file, **options):
    entry = file.create_group("entry")
    entry.attrs["NX_class"] = "NXentry"
    entry.create_dataset("title", data="my sample")
    add(entry, "laser", 532.0, units="nm")
    plot(entry.create_group("data"), **options)


def assert_is_the_spectrum(file):
    np.testing.assert_array_equal(file.columns[0].values, AXIS)
    np.testing.assert_array_equal(file.columns[1].values, COUNTS)
    assert (file.columns[0].name, file.columns[0].unit, file.layout) == ("wavelength", "nm", "frames")


@pytest.mark.parametrize("axes", ["wavelength", "['wavelength']", '["wavelength"]', "[wavelength]", ["wavelength"]])
def test_axes_are_followed_however_they_are_written(axes):
    file = read_bytes(hdf5(lambda file: nexus(file, axes=axes)), "run.nxs")
    assert_is_the_spectrum(file)
    assert (file.reader, file.part) == ("NeXus", "entry/data")
    assert ("title", "my sample") in file.metadata
    assert ("laser", "532.0 nm") in file.metadata


def test_a_signal_and_axis_marked_on_the_arrays_themselves_are_followed():
    def fill(file):
        group = file.create_group("data")
        group.attrs["NX_class"] = "NXdata"
        add(group, "a", COUNTS, signal=1, units="counts")
        add(group, "w", AXIS, axis=1, units="nm")
        add(group, "z_errors", COUNTS)

    assert_is_the_spectrum(read_bytes(hdf5(fill), "old.nxs"))


def test_the_default_comes_first_and_all_plots_are_data_sets():
    def fill(file):
        for name in ("a", "b", "c"):
            entry = file.create_group(name)
            entry.attrs.update({"NX_class": "NXentry", "default": "second"})
            plot(entry.create_group("first"), values=COUNTS + 1.0)
            plot(entry.create_group("second"))
        file.attrs["default"] = "b"

    file = read_bytes(hdf5(fill), "run.nxs")
    assert [part.part for part in file.parts] == ["b/second", "a/first", "a/second", "b/first", "c/first", "c/second"]
    assert_is_the_spectrum(file)


def test_a_default_that_leads_to_a_group_without_class_is_followed_further():
    def fill(file):
        entry = file.create_group("entry")
        entry.attrs.update({"NX_class": "NXentry", "default": "raw"})
        plot(entry.create_group("early"), values=COUNTS + 1.0)
        plot(entry.create_group("raw").create_group("deep"))

    file = read_bytes(hdf5(fill), "run.nxs")
    assert file.part == "entry/raw/deep"
    assert_is_the_spectrum(file)


def test_auxiliary_signals_are_data_sets_too():
    def fill(file):
        nexus(file)
        file["entry/data"].attrs["auxiliary_signals"] = ["dark"]
        add(file["entry/data"], "dark", COUNTS * 2.0)

    file = read_bytes(hdf5(fill), "run.nxs")
    assert [part.part for part in file.parts] == ["entry/data", "entry/data/dark"]
    np.testing.assert_array_equal(file.others[0].columns[1].values, COUNTS * 2.0)


@pytest.mark.parametrize("turned", [False, True])
def test_a_series_runs_along_its_spectral_axis_whichever_dimension_that_is(turned):
    values = np.arange(90.0).reshape(3, 30)

    def fill(file):
        nexus(
            file,
            axes=["wavelength", "time"] if turned else ["time", "wavelength"],
            values=values.T if turned else values,
        )
        add(file["entry/data"], "time", [0.0, 2.0, 4.0], units="s")

    file = read_bytes(hdf5(fill), "series.nxs")
    np.testing.assert_array_equal([column.values for column in file.columns[1:]], values)
    np.testing.assert_array_equal(file.frame_axis.values, [0.0, 2.0, 4.0])
    assert file.frame_axis.unit == "s"


def test_a_map_has_its_grid_in_a_warning():
    file = read_bytes(
        hdf5(lambda file: nexus(file, axes=[".", ".", "wavelength"], values=np.ones((2, 4, 30)))), "map.nxs"
    )
    assert len(file.columns) == 9
    assert any("grid of 2 x 4" in text for text in file.warnings)


def test_edges_of_bins_become_their_middles():
    file = read_bytes(hdf5(lambda file: nexus(file, axis=np.arange(31.0))), "run.nxs")
    np.testing.assert_array_equal(file.columns[0].values, np.arange(30.0) + 0.5)
    assert any("edges" in text for text in file.warnings)


def test_wavenumbers_below_zero_are_a_raman_shift():
    file = read_bytes(hdf5(lambda file: nexus(file, axis=AXIS - 510.0, unit="cm¯¹")), "run.nxs")
    assert (file.columns[0].name, file.columns[0].unit) == ("raman_shift", "cm-1")
    file = read_bytes(hdf5(lambda file: nexus(file, axis=AXIS, unit="1/cm")), "run.nxs")
    assert file.columns[0].name == "wavenumber"


def test_plain_hdf5_pairs_arrays_with_the_axis_of_their_length():
    def fill(file):
        add(file, "wavelength_nm", AXIS)
        add(file, "other", np.arange(7.0))
        add(file.create_group("runs"), "run1", COUNTS, units="counts")
        file["runs"].create_dataset("series", data=np.ones((4, 30)))

    file = read_bytes(hdf5(fill), "run.h5")
    assert [part.part for part in file.parts] == ["runs/run1", "runs/series"]
    assert_is_the_spectrum(file)
    assert len(file.others[0].columns) == 5


def test_a_group_without_a_named_axis_takes_the_first_array_in_order_and_says_so():
    def fill(file):
        add(file, "a", COUNTS % 7.0)
        add(file, "b", AXIS)

    file = read_bytes(hdf5(fill), "run.h5")
    np.testing.assert_array_equal(file.columns[0].values, AXIS)
    assert any("'b' is in order" in text for text in file.warnings)


def test_several_quantities_over_one_axis_are_columns():
    def fill(file):
        add(file, "wavelength", AXIS, units="nm")
        add(file, "dark", COUNTS)
        add(file, "pl", COUNTS + 1.0)

    file = read_bytes(hdf5(fill), "run.h5")
    assert (file.layout, [column.name for column in file.columns]) == ("columns", ["wavelength", "dark", "pl"])


@pytest.mark.parametrize("turned", [False, True])
def test_a_narrow_matrix_whose_first_column_is_in_order_is_a_table(turned):
    values = np.stack([AXIS, COUNTS], axis=1)
    file = read_bytes(hdf5(lambda file: add(file, "data", values.T if turned else values)), "run.h5")
    np.testing.assert_array_equal([column.values for column in file.columns], [AXIS, COUNTS])
    assert any("taken for the axis" in text for text in file.warnings)


def test_a_matrix_without_axes_is_an_image():
    file = read_bytes(hdf5(lambda file: add(file, "frame", np.arange(900.0).reshape(25, 36))), "image.h5")
    assert (file.layout, len(file.columns)) == ("image", 26)


def test_a_file_without_spectra_says_what_is_missing():
    with pytest.raises(FileError, match="no array of the file can be a spectrum"):
        read_bytes(hdf5(lambda file: add(file, "note", 3.0)), "run.h5")


def test_a_project_is_told_apart_from_a_measurement():
    with pytest.raises(FileError, match=r"a project of ASPLab, not a measurement\. Open it"):
        read_bytes(hdf5(lambda file: file.attrs.update(asplab_schema="1.0")), "my.asplab")


def test_external_links_are_not_followed(tmp_path):
    (tmp_path / "secret.h5").write_bytes(hdf5(lambda file: add(file, "counts", COUNTS)))

    def fill(file):
        add(file, "wavelength", AXIS, units="nm")
        file["counts"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "/counts")

    with pytest.raises(FileError, match="Data outside the file aren't read"):
        read_bytes(hdf5(fill), "run.h5")


def test_virtual_and_external_arrays_are_not_followed(tmp_path):
    (tmp_path / "raw.bin").write_bytes(COUNTS.tobytes())

    def fill(file):
        nexus(file)
        layout = h5py.VirtualLayout(shape=(30,), dtype="f8")
        layout[:] = h5py.VirtualSource(str(tmp_path / "x.h5"), "y", shape=(30,))
        file.create_virtual_dataset("virtual", layout)
        file.create_dataset("raw", shape=(30,), dtype="f8", external=[(str(tmp_path / "raw.bin"), 0, 240)])

    file = read_bytes(hdf5(fill), "run.nxs")
    assert_is_the_spectrum(file)
    assert any("2 links lead out of the file" in text for text in file.warnings)


def test_an_absurd_shape_is_refused_before_anything_is_allocated():
    def fill(file):
        file.create_dataset("counts", shape=(1 << 40,), dtype="f8", chunks=(1024,))

    with pytest.raises(FileError, match="1099511627776 values"):
        read_bytes(hdf5(fill), "bomb.h5")


def test_a_link_that_leads_nowhere_is_passed_over():
    def fill(file):
        nexus(file)
        file["entry/gone"] = h5py.SoftLink("/nothing/here")

    assert_is_the_spectrum(read_bytes(hdf5(fill), "run.nxs"))


def test_an_array_whose_description_is_damaged_is_not_passed_over():
    raw = hdf5(lambda file: (nexus(file), add(file["entry"], "more", np.arange(77.0))))
    place = raw.index(struct.pack("<2Q", 77, 77))
    with pytest.raises(FileError, match="truncated or damaged"):
        read_bytes(raw[: place - 8] + b"\xff" * 8 + raw[place:], "run.nxs")


def test_a_heap_of_texts_that_leads_back_to_itself_does_not_loop_for_ever():
    raw = bytearray(hdf5(nexus))
    first = raw.index(b"GCOL") + 16
    struct.pack_into("<HHIQ", raw, first, 0, 0, 0, 0)
    with pytest.raises(FileError, match="a heap of texts is broken"):
        read_bytes(bytes(raw), "run.nxs")


def test_groups_that_hold_themselves_are_entered_once():
    def fill(file):
        nexus(file)
        file["entry/loop"] = file["entry"]

    assert_is_the_spectrum(read_bytes(hdf5(fill), "loop.nxs"))


def test_absurdly_deep_groups_are_refused():
    with pytest.raises(FileError, match="in depth 33"):
        read_bytes(hdf5(lambda file: file.create_group("/".join("a" * 60))), "deep.h5")


def test_a_cut_file_is_refused_as_truncated():
    with pytest.raises(FileError, match="truncated or damaged"):
        read_bytes(hdf5(nexus)[:-100], "run.nxs")


def test_an_unknown_packing_is_said_to_be_one():
    shuffle = b"\x02\0\x08\0\x01\0\x01\0shuffle\0"

    def fill(file):
        add(file, "wavelength", AXIS)
        file.create_dataset("counts", data=COUNTS, chunks=(30,), shuffle=True)

    assert hdf5(fill).count(shuffle) == 1
    unknown = hdf5(fill).replace(shuffle, b"\xf0\x7f" + shuffle[2:])
    with pytest.raises(FileError, match="packed by a method that isn't at hand"):
        read_bytes(unknown, "run.h5")


def small(file):
    nexus(file)
    file.create_dataset("packed", data=np.ones((4, 30)), compression="gzip", chunks=(2, 30))


def test_damage_gives_an_error_or_a_whole_file():
    assert_survives_damage(READER, hdf5(small), seed=51, count=60)


@pytest.mark.slow
def test_much_damage_gives_an_error_or_a_whole_file():
    assert_survives_damage(READER, hdf5(small), seed=52, count=4000)


def test_the_real_file_has_its_known_contents(instrument_files):
    file = read(instrument_files / "hdf5" / "ramanchada_spectra_demo.nxs")
    axis, counts = (column.values for column in file.columns)
    assert file.part.endswith("RAW_DATA/S0B_1")
    assert len(file.parts) == 2
    assert (axis.size, file.columns[0].unit) == (762, "cm-1")
    np.testing.assert_allclose([axis[0], axis[-1]], [-3.08, 2000.18], rtol=2e-6)
    assert (counts.max(), axis[counts.argmax()]) == (64110.0, -3.08)


@pytest.mark.slow
def test_the_real_file_survives_much_damage(instrument_files):
    raw = (instrument_files / "hdf5" / "ramanchada_spectra_demo.nxs").read_bytes()
    assert_survives_damage(READER, raw, seed=53, count=1000)
