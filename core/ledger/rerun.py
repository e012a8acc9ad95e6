"""The same data with other corrections on: documents with switches thrown, and products of the chain for them."""

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

from asplab.core.document import Document
from asplab.core.ledger.step import Step
from asplab.core.pipeline import raw_graph


def switched(document: Document, choices: Iterable[tuple[Step, bool]]) -> Document:
    """Return the document with corrections switched on (True) or off; those without a switch stay."""
    records: dict[str, Any] = {}
    for step, is_on in choices:
        if step.switch is not None:
            record = step.switch.record
            old = records.get(record, getattr(document.settings, record))
            records[record] = replace(old, **{step.switch.field: step.switch.on if is_on else step.switch.off})
    return document.with_settings(**records)


def product(wanted: type[Any], document: Document, *products: Any) -> Any:
    """Return a product of the chain for the settings of a document, on top of products that stay as they are."""
    settings = document.settings
    records = [getattr(settings, field.name) for field in fields(settings)]
    known = (known for known in products if known is not None)
    # A product of the type of an input takes its place.
    graph = raw_graph().put(document.experiment, document.exclusions, *records).put(*known)
    return graph.get(wanted)
