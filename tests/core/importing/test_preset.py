"""Presets: from a table and back, as files, and which one looks like a folder."""

import json
from dataclasses import replace

import pytest
from importing_samples import frames, row_of, spectrum, table

from asplab.core.errors import InputError
from asplab.core.importing import edits
from asplab.core.importing.columns import ColumnMap
from asplab.core.importing.headers import HeaderKey
from asplab.core.importing.preset import (
    Preset,
    applied,
    best_preset,
    fits,
    list_presets,
    load_preset,
    preset_folder,
    preset_of,
    save_preset,
)
from asplab.core.importing.table import Default, NamedKind
from asplab.core.importing.template import compile_regex, compile_template

FULL = Preset(
    name="Andor 80 µm",
    template="{kind}_T{T:K}_exc{exc:nm}",
    frames="mean",
    rows="100-140",
    defaults=(Default("pl", "longpass_nm", "458"), Default("", "em_gain", "20")),
    header_keys=(HeaderKey("My T", "temperature_k", "C"), HeaderKey("Laser", "")),
    columns=(ColumnMap(("", "", ""), ("wavelength_nm", "counts", "counts")),),
    shapes=("t0/pl_0.csv",),
    kinds=(NamedKind("x_0.csv", "dark"),),
)


def test_a_preset_comes_back_from_its_file_as_it_was(tmp_path):
    path = save_preset(FULL, tmp_path / "new" / "presets")
    assert path.name == "Andor 80 µm.json"
    assert load_preset("Andor 80 µm", path.parent) == FULL
    assert load_preset(str(path), tmp_path / "elsewhere") == FULL
    assert list_presets(path.parent) == ((FULL,), ())


def test_a_preset_repeats_what_was_done_by_hand(tmp_path):
    first = table(tmp_path / "one", pl_80K_450nm=frames(2), aspl_80K_535nm=frames(2))
    rows = range(len(first.rows))
    first = edits.with_template(first, compile_template("{kind}_{T:K}_{exc:nm}"))
    first = edits.with_frames(first, rows, "mean")
    first = edits.typed(first, row_of(first, "pl_80K_450nm.csv"), "longpass_nm", "458")
    first = edits.typed(first, row_of(first, "pl_80K_450nm.csv"), "temperature_k", "81")
    preset = preset_of(first, "mine")
    assert preset.frames == "mean"
    assert preset.defaults == (Default("pl", "longpass_nm", "458"),)

    second = applied(table(tmp_path / "two", pl_90K_450nm=frames(2), aspl_90K_535nm=spectrum()), preset)
    k = row_of(second, "pl_90K_450nm.csv")
    assert second.matched == "2 of 2 matched"
    assert (second.value(k, "frames"), second.value(k, "longpass_nm")) == ("mean", "458")
    assert second.value(k, "temperature_k") == "90"
    other = row_of(second, "aspl_90K_535nm.csv")
    assert (second.value(other, "frames"), second.value(other, "longpass_nm")) == ("", "")
    assert second.cell(k, "longpass_nm").source == "preset"
    again = edits.with_template(second, None)
    assert again.value(k, "frames") == "mean"


def test_what_headers_and_names_say_is_no_default_of_a_preset(tmp_path):
    found = table(tmp_path, pl_80K_450nm_458LP=spectrum(header="# Number of Accumulations: 5\n"))
    assert preset_of(found, "x").defaults == ()


def test_a_preset_never_overrides_what_was_typed(plain):
    k = row_of(plain, "film.csv")
    typed = edits.typed(plain, k, "em_gain", "5")
    assert applied(typed, FULL).value(k, "em_gain") == "5"


def test_a_preset_remembers_a_kind_typed_for_all_names_that_look_alike(tmp_path):
    first = table(tmp_path / "one", bkg__bkg_1s=spectrum(), bkg__bkg_2s=spectrum(seed=1), zero_1=spectrum(seed=2))
    first = edits.with_kind(first, [row_of(first, f"bkg/bkg_{t}s.csv") for t in (1, 2)], "background")
    preset = preset_of(first, "mine")
    assert preset.kinds == (NamedKind("bkg/bkg_0s.csv", "background"),)

    second = applied(table(tmp_path / "two", bkg__bkg_5s=spectrum(seed=3), zero_2=spectrum(seed=4)), preset)
    assert second.value(row_of(second, "bkg/bkg_5s.csv"), "kind") == "background"
    assert second.value(row_of(second, "zero_2.csv"), "kind") == ""
    assert second.conflicts == ()
    again = edits.with_template(second, compile_template("{kind}_{t:s}"))
    assert again.value(row_of(again, "bkg/bkg_5s.csv"), "kind") == "background"
    assert preset_of(again, "again").kinds == preset.kinds


def test_a_kind_typed_for_some_of_the_names_that_look_alike_is_not_remembered(tmp_path):
    found = table(tmp_path, zero_1=spectrum(), zero_2=spectrum(seed=1))
    assert preset_of(edits.with_kind(found, [0], "dark"), "mine").kinds == ()


def test_a_regular_expression_is_kept_as_one(plain, tmp_path):
    found = edits.with_template(plain, compile_regex(r"exc(?P<exc>\d+)"))
    preset = preset_of(found, "raw")
    save_preset(preset, tmp_path)
    loaded = load_preset("raw", tmp_path)
    assert loaded.is_regex
    assert loaded.compiled.columns == ("excitation_nm",)


def test_the_preset_whose_names_look_alike_is_offered():
    names = ["T080/pl_450.csv", "T080/pl_535.csv", "T120/pl_450.csv", "T120/pl_535.csv", "notes.csv"]
    plain = replace(FULL, name="plain", template="", shapes=("t0/pl_0.csv",))
    strange = replace(FULL, name="strange", template="{sample}__{T:K}")
    assert fits(plain, names) == pytest.approx(0.8)
    assert best_preset([strange, plain], names) is plain
    assert best_preset([strange], names) is None
    assert best_preset([], names) is None
    template = replace(FULL, name="template", template="T{T:K}/{kind}_{exc:nm}", shapes=())
    assert fits(template, names) == pytest.approx(0.8)
    assert fits(plain, []) == 0.0


@pytest.mark.parametrize("name", ["", "a/b", "..\\x", ".hidden", "a:b", "x" * 101, "new\nline"])
def test_a_name_that_no_file_can_have_is_refused(tmp_path, name):
    with pytest.raises(InputError, match="can't be the name"):
        save_preset(replace(FULL, name=name), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_preset_that_is_not_there_is_told_with_those_that_are(tmp_path):
    save_preset(FULL, tmp_path)
    with pytest.raises(InputError, match="known: Andor 80 µm"):
        load_preset("andor", tmp_path)
    with pytest.raises(InputError, match="known: none"):
        load_preset("../x", tmp_path / "nowhere")


def changed(**changes):
    document = {"schema": "asplab-import-preset/1", "name": "x"} | changes
    return json.dumps({key: value for key, value in document.items() if value is not None})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("not json", "isn't JSON"),
        ("[1, 2]", "no import preset"),
        (changed(schema="something-else/1"), "no import preset"),
        (changed(schema="asplab-import-preset/2"), "version 2"),
        (changed(tempalte="{kind}"), "'tempalte' is no part"),
        (changed(template="{kind"), "never closed"),
        (changed(template=3), "no text"),
        (changed(frames="most"), "no choice of frames"),
        (changed(defaults={"kind": "pl"}), "no list"),
        (changed(defaults=[{"kind": "pl", "column": "longpass_nm", "value": "red"}]), "no number"),
        (changed(columns=[{"headers": ["a"], "roles": ["counts"]}]), "exactly one column"),
        (changed(columns=[{"headers": ["a"]}]), "damaged"),
        ("[" * 100_000, "isn't JSON"),
    ],
)
def test_a_file_that_is_no_preset_is_refused_and_listed_with_its_fault(tmp_path, text, message):
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message) as caught:
        load_preset("x", tmp_path)
    assert str(path) in str(caught.value)
    presets, faults = list_presets(tmp_path)
    assert presets == ()
    assert len(faults) == 1


def test_presets_lie_in_the_usual_place_of_the_platform(tmp_path):
    def folder(platform, **environment):
        return preset_folder(platform=platform, environment=environment, home=tmp_path)

    assert folder("linux") == tmp_path / ".config" / "asplab" / "presets"
    assert folder("linux", XDG_CONFIG_HOME=str(tmp_path / "x")) == tmp_path / "x" / "asplab" / "presets"
    assert folder("darwin") == tmp_path / "Library" / "Application Support" / "ASPLab" / "presets"
    assert folder("win32", APPDATA=str(tmp_path / "r")) == tmp_path / "r" / "ASPLab" / "presets"
