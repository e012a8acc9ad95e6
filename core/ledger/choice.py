"""Which of several times of measuring a condition are used."""

from collections.abc import Iterator

from asplab.core.counting import counted
from asplab.core.ledger.step import Step, Switch
from asplab.core.pipeline import Results

_USED = {"latest": "the latest", "best": "the one with the smallest relative noise"}


def remeasured_step(results: Results) -> Iterator[Step]:
    """Yield the choice among measurements of one condition; none where there is no spectrum."""
    gathered, chosen = results.gathered, results.document.settings.grouping.remeasured
    if gathered is None or results.corrected is None:
        return
    switch = Switch("grouping", "remeasured", "latest" if chosen == "mean" else chosen, "mean")
    step = Step("remeasured", "Measured again", "condition", switch=switch)
    again = [k for k, stack in enumerate(gathered.stacks) if stack.set_aside or len(set(stack.blocks)) > 1]
    if not again:
        yield step.found("not needed", "each once", "No condition was measured at more than one time.")
        return
    many = counted(len(again), "condition")
    if chosen == "mean":
        words = f"{many} measured at several times: the mean of all is used, what they differ by is in the errors."
        yield step.found("off", "mean of all times", words)
        return
    aside = [spectrum.source for k in again for spectrum in gathered.stacks[k].set_aside]
    rest = counted(len(aside), "spectrum", "spectra")
    words = f"{many} measured at several times: {_USED[chosen]} is used, {rest} set aside."
    yield step.using(aside).found("on", f"{len(aside)} set aside", words, again)
