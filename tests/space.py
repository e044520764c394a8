"""The option space as a hypothesis strategy: command lines that the main command accepts."""

from hypothesis import strategies as st
from nineteen.script.choices import choose, spec_of
from nineteen.script.gates import GATES
from nineteen.script.spec import ScriptSpec

EXPRESSIONS = ("a and b", "a ^ b ^ c", "not a, a", "(a or b) and c != d", "a == b, ~c | d & e, 1")


def spec(*words: str) -> ScriptSpec:
    """The spec of a command line, as the main command reads it."""
    return spec_of(choose(words))


def named(inputs: int) -> st.SearchStrategy[list[str]]:
    """Names of gates with that number of inputs, one to eight."""
    rows = GATES.values()
    fixed = [gate.name for gate in rows if gate.bits and len(gate.bits[0]) == 2**inputs]
    gates = [gate.name if inputs == 2 else f"{gate.name}{inputs}" for gate in rows if gate.rule]
    return st.lists(
        st.sampled_from(gates + [name for name in fixed if name != "decoder"]),
        min_size=1,
        max_size=4,
    )


@st.composite
def tables(draw: st.DrawFn) -> list[str]:
    inputs = draw(st.integers(1, 8))
    outputs = draw(st.integers(1, min(8, 256 >> inputs)))
    columns = [draw(st.integers(0, 2**2**inputs - 1)) for _ in range(outputs)]
    return ["--table", ",".join(f"{column:0{2**inputs}b}" for column in columns)]


subjects = st.one_of(
    st.integers(1, 5).flatmap(named),
    tables(),
    st.sampled_from(EXPRESSIONS).map(lambda text: ["--expr", text]),
    st.sampled_from(["xor8", "majority8", "and6", "nor7"]).map(lambda name: [name]),
)
sizes = st.one_of(
    st.none(),
    st.integers(2, 256).map(str),
    st.lists(st.integers(1, 64), min_size=2, max_size=3)
    .filter(lambda s: max(s) > 1)
    .map(lambda s: ",".join(map(str, s))),
)


@st.composite
def command_lines(draw: st.DrawFn, show_loss: bool = True, training: bool = True) -> list[str]:
    """A command line that is not refused, but for --show loss where it does not fit."""
    words = list(draw(subjects))
    table = spec(*words).table
    rows, samples = table.rows, draw(st.sampled_from([0, 0, 3, 100, 1024])) if training else 0
    if hidden := draw(sizes):
        words += ["--hidden", hidden]
        samples *= "," not in hidden  # of which few fit
    if samples:
        words, rows = [*words, "--samples", str(samples)], samples
        if noise := draw(st.sampled_from(["", "0", "0.25", "1.2345", "2"])):
            words += ["--noise", noise]
    batch = draw(st.sampled_from(["sgd", "mini", "full"] if rows > 2 else ["sgd", "full"]))
    words += ["--batch", batch]
    if batch == "mini" and draw(st.booleans()):
        words += ["--batch-size", str(draw(st.integers(2, rows - 1)))]
    if draw(st.booleans()):
        words += ["--activation", draw(st.sampled_from(["sigmoid", "tanh", "relu"]))]
    if training and draw(st.booleans()):
        words += ["--lr", repr(draw(st.floats(1e-6, 1000, exclude_min=True)))]
    if training and draw(st.booleans()):
        words += ["--epochs", str(draw(st.integers(1, 100_000)))]
    if draw(st.booleans()):
        words += ["--seed", str(draw(st.integers(0, 2**32 - 1)))]
    if show_loss and draw(st.booleans()):
        words += ["--show", "loss"]
    return words
