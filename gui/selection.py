"""Which condition stands for the selected one at another temperature."""

from asplab.core.pipeline import Results


def counterpart(results: Results, key: str, temperature: int) -> str:
    """Return the condition of the same side and rank at another temperature, empty where there is none."""
    stacks = results.gathered.stacks if results.gathered is not None else ()
    chosen = next((stack for stack in stacks if stack.key == key), None)
    if chosen is None or chosen.temperature == temperature:
        return key if chosen is not None else ""
    rank = [stack.key for stack in stacks if stack.temperature == chosen.temperature and stack.kind == chosen.kind]
    there = [stack.key for stack in stacks if stack.temperature == temperature and stack.kind == chosen.kind]
    place = rank.index(key)
    return there[place] if place < len(there) else ""
