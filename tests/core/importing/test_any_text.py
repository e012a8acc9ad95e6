"""Whatever people or instruments write: answers or clear errors, nothing else, and none that takes for ever."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asplab.core.importing.guess import propose
from asplab.core.importing.headers import read_pairs
from asplab.core.importing.names import read_name
from asplab.core.importing.quantities import QuantityError, canonical
from asplab.core.importing.table import COLUMNS
from asplab.core.importing.template import FIELDS, UNITS, TemplateError, compile_regex, compile_template

PIECES = ["PL", "ASPL", "dark", "T", "exc", "rep", "80", "K", "450", "nm", "LPF", "0p5", "uW", "mW", "ms", "s", "x8"]
PIECES += [
    "OD",
    "ND2",
    "-",
    "--",
    "_",
    "__",
    " ",
    ".",
    ",",
    "p",
    "/",
    "5-9K",
    "C",
    "°C",
    "eV",
    "meV",
    "300lmm",
    "µ",
    "\0",
    "💡",
]
NAMES = st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map("".join) | st.text(max_size=60)
SIGNS = [f"{{{field}}}" for field in FIELDS] + [f"{{{f}:{u}}}" for f in UNITS for u in UNITS[f]]
TEMPLATES = st.lists(st.sampled_from([*SIGNS, *"[]*/_-{}:\\aT. "]), max_size=10).map("".join)
FEW = settings(max_examples=40, deadline=None)


@FEW
@given(NAMES)
def test_any_name_is_read(name):
    reading = read_name(name)
    for finding in reading.findings:
        assert canonical(finding.column, finding.value) == finding.value


@FEW
@given(st.sampled_from(COLUMNS), st.text(max_size=20) | st.text(string.digits + ".,p-+eEKCnmsuWxOD ", max_size=12))
def test_any_text_is_a_value_or_a_clear_error(column, text):
    try:
        value = canonical(column, text)
    except QuantityError:
        return
    assert canonical(column, value) == value


@FEW
@given(TEMPLATES, NAMES)
def test_any_template_is_compiled_or_its_fault_is_marked(text, name):
    try:
        template = compile_template(text)
    except TemplateError as fault:
        place = fault.position
    else:
        place = 0
        template.read(name)
    assert 0 <= place <= len(text)


@FEW
@given(st.text(max_size=20))
def test_any_regular_expression_is_compiled_or_refused(text):
    with pytest.raises(TemplateError):
        compile_regex(text)


@FEW
@given(st.lists(NAMES, max_size=6))
def test_a_proposed_template_fits_what_it_says(names):
    proposal = propose(names)
    if proposal is not None:
        assert compile_template(proposal.template.text) == proposal.template
        assert 0 < proposal.matched <= proposal.total


KEYS = [
    "Exposure Time (secs)",
    "Laser",
    "Temperature (C)",
    "OriginalFilename",
    "Power",
    "Type",
    "Fixed/Offset",
    "Date",
    "kind",
]


@FEW
@given(st.lists(st.tuples(st.sampled_from(KEYS) | st.text(max_size=20), NAMES), max_size=6))
def test_any_header_is_read(pairs):
    reading = read_pairs(pairs, reader="text")
    assert all(finding.source == "file header" for finding in reading.findings)
