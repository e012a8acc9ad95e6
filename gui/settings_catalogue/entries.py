"""What a setting looks like in the inspector."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from asplab.gui.widgets.fields import Numeric
from asplab.gui.widgets.model_forms import Quantity

_ANY = Numeric()


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of a settings record.

    Attributes
    ----------
    record, field : str
        Field of `Settings`, and field of that record.
    kind : str
        ``number``, ``optional`` (a number or none), ``pair``, ``switch``, ``choice``, ``windows`` (several pairs),
        ``window`` (one pair or none), ``cutoffs`` (moved filter edges), ``given`` (an energy of the selected
        temperature), ``many`` (some of the choices), ``numbers``, ``ranges`` or ``priors`` (of parameters of the rate
        models).
    label, tip : str
        Rich text: what it is called and what it does.
    numeric : Numeric
        Unit, decimals and range of a number.
    choices : tuple of (key, text)
        Of a choice.
    quantities : mapping of name to Quantity
        Parameters that a range or a prior can have.
    empty : str
        What an optional number says while there is none.
    equation : str
        How it enters the numbers, in the small part of TeX of `asplab.gui.guide.equations`; empty for what enters none.
    source : str
        Where that comes from: an equation of the paper, a reference, or whose choice it is.
    page : str
        Page of the guide that tells more, with ``#anchor`` of a heading.
    """

    record: str
    field: str
    kind: str
    label: str
    tip: str
    numeric: Numeric = _ANY
    choices: tuple[tuple[Hashable, str], ...] = ()
    empty: str = ""
    quantities: Mapping[str, Quantity] = field(default_factory=dict)
    equation: str = ""
    source: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under one heading; those that are rarely touched start ``folded``."""

    title: str
    entries: tuple[Entry, ...]
    folded: bool = False
