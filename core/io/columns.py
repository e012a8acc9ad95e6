"""Tables whose columns are several quantities over one axis, as data sets."""

from collections.abc import Sequence

from asplab.core.experiment import frozen_array
from asplab.core.io.blocks import Block
from asplab.core.io.datafile import Column, DataFile
from asplab.core.io.frames import Origin
from asplab.core.io.headers import UNITS, column_name
from asplab.core.io.text import line_numbers
from asplab.core.units import FloatArray


def named(header: str, values: FloatArray, unit: str = "") -> Column:
    """Return a column called ``header``, with the unit that it or ``unit`` states."""
    name, stated = column_name(header)
    return Column(header, name, UNITS.get(unit.lower(), unit) or stated, frozen_array(values))


def table(source: Origin, columns: Sequence[Column], block: Block) -> DataFile:
    """Return ``columns`` as a data set of quantities over the first of them, with the lines of ``block``."""
    return DataFile(
        path=source.path,
        reader=source.reader,
        sha256=source.sha256,
        columns=tuple(columns),
        lines=line_numbers(block.rows),
        metadata=source.metadata,
        warnings=source.warnings,
    )
