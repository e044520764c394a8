"""How a comparison names its strategies, sizes and amounts."""

from nineteen.page.look import STRATEGIES
from nineteen.script.spec import Batch, ScriptSpec

NUMBER_BYTES = 8


def strategy_name(spec: ScriptSpec) -> str:
    """A strategy in a sentence: SGD, batches of 2, full batch."""
    ends = {Batch.SGD: "SGD", Batch.FULL: "full batch"}
    return ends.get(spec.batch, f"batches of {spec.batch_size}")


def strategy_label(spec: ScriptSpec) -> str:
    """A strategy in a legend or a title: 1 row (SGD), 2 rows (mini-batch), all 4 rows (…)."""
    size = spec.batch_size
    rows = {Batch.SGD: "1 row", Batch.FULL: f"all {size} rows"}.get(spec.batch, f"{size} rows")
    return f"{rows} ({STRATEGIES[spec.batch].label})"


def hidden_units(spec: ScriptSpec) -> str:
    """The hidden layers: 8 hidden units, or 8 and 4."""
    last = spec.hidden[-1]
    return f"{' and '.join(map(str, spec.hidden))} hidden unit{'s' * (last > 1)}"


def update_bytes(spec: ScriptSpec) -> int:
    """The bytes of the arrays that an update makes: the values and the errors of all units."""
    return spec.batch_size * 2 * sum(spec.sizes[1:]) * NUMBER_BYTES


def bytes_in_words(amount: int) -> str:
    """Bytes in the largest unit that leaves at least one: 144 bytes, 9.1 kB."""
    if amount < 1000:
        return f"{amount} bytes"
    return f"{amount / 1000:.3g} kB" if amount < 1_000_000 else f"{amount / 1_000_000:.3g} MB"
