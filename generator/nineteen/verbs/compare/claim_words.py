"""The claims about batch sizes in words, and how their figures are written."""

from dataclasses import dataclass

from nineteen.page.estimates import median
from nineteen.script.spec import Batch, ScriptSpec
from nineteen.verbs.compare.claim_verdict import Verdict
from nineteen.verbs.compare.trainings import Cell


@dataclass(frozen=True)
class Words:
    """A claim: what it is about, what is said, what was counted, and why each verdict can be."""

    about: str
    claim: str
    counted: str
    unseen: str = ""
    holds: str = ""
    fails: str = ""

    def why(self, verdict: Verdict) -> str:
        return {
            Verdict.HOLDS: self.holds,
            Verdict.FAILS: self.fails,
            Verdict.UNSEEN: self.unseen,
        }[verdict]


SGD, FULL, MINI = "SGD (one row)", "Full batch (all rows)", "Mini-batch (some rows)"
ADVICE = "The usual advice"
MORE_SEEDS = "The interval allows for both. More seeds make it narrower."
NO_MINI = "a table of two rows has nothing between one row and all"
LOTTERY = (
    "A stuck network mostly does not sit in a bowl that noise could shake it out of. It stands on "
    "a plain, where the loss hardly slopes. For XOR with two hidden units there may be no local "
    "minimum at all (Hamey 1998): the stuck ones have two rows right, and for the other two they "
    "answer one half. Noise does not carry a network over a plain. But early on, long steps in "
    "random directions can push more networks onto it. Shorter steps make less noise: the figures "
    "say how SGD does then."
)
NEVER_STUCK = (
    "Too few seeds got stuck with only one of the two to tell. Fewer hidden units or more seeds "
    "would show more."
)

WORDS: dict[str, Words] = {
    "sgd faster": Words(
        SGD,
        "learns faster on some problems",
        "rows seen until every answer stays within 0.1",
        holds="After one row SGD already moves, and the next row profits from it. Full batch gets "
        "one step for the same work, and that step may not be too long.",
        fails="The scripts add up what the rows of a batch say. So one step from all rows is about "
        "as long as one small step from each row, and both need to see the table equally often. "
        "SGD gains where many rows say nearly the same. In a truth table every row is different.",
        unseen=MORE_SEEDS,
    ),
    "sgd simple": Words(
        SGD,
        "is simple to understand",
        "lines and loops of the scripts",
        holds="The script has no more lines and no more loops than the one of full batch.",
        fails="A step from one row is easy to follow. But the script needs a second loop and must "
        "shuffle the rows. The script of full batch is the simplest one.",
    ),
    "sgd minima": Words(
        SGD,
        "avoids local minima",
        "of the seeds on which only one of the two got stuck: on how many was it not SGD?",
        holds="The noise of single rows carried networks past places where full batch stayed.",
        fails=LOTTERY,
        unseen=NEVER_STUCK,
    ),
    "sgd feedback": Words(
        SGD,
        "gives immediate feedback",
        "rows before the first update; seeds on which SGD has the lower loss, over the whole "
        "table, once every row was seen",
        holds="SGD has corrected itself after every row, full batch only once.",
        fails="The feedback is immediate, but it misleads: a step that helps one row harms others.",
        unseen="The feedback is immediate. Whether SGD is ahead by it, so many seeds do not tell.",
    ),
    "sgd laborious": Words(
        SGD,
        "needs much computing",
        "seconds of one epoch, against full batch with the same seed",
        holds="The multiplications are as many. But NumPy is called for each row anew, and a call "
        "costs more than the few numbers in it.",
        fails="An epoch of SGD is hardly slower here.",
        unseen="The times differ too little, or vary too much.",
    ),
    "sgd settles": Words(
        SGD,
        "may not settle in the global minimum",
        "seeds that had learned the table on the way, but had lost it again at the end",
        holds="The steps of single rows are too long to stay where it is best.",
        fails="SGD walks in and out on the way, but at the end it stays. Each row can be learned "
        "perfectly, so at the minimum the step from every single row becomes zero, and the noise "
        "with it (Ma, Bassily & Belkin 2018). It does not settle where rows contradict each other, "
        "as in real data. A truth table never does.",
        unseen="SGD walks in and out on the way. With so few seeds it cannot be told how many "
        "would be outside at the end.",
    ),
    "sgd noisy": Words(
        SGD,
        "is very noisy",
        "share of the updates, until learned, that raise the loss over all rows",
        holds="A step that helps one row can harm the others.",
        fails="Nearly every step from one row also lowers the loss over all rows.",
        unseen=MORE_SEEDS,
    ),
    "full efficient": Words(
        FULL,
        "computes efficiently",
        "seconds until learned, SGD against full batch with the same seed",
        holds="One large product of matrices costs far less than many small ones.",
        fails="Its epochs are cheap, but it needs too many of them.",
        unseen="The times differ too little, or vary too much.",
    ),
    "full stable": Words(
        FULL,
        "is stable, less noisy",
        "share of the updates that raise the loss, SGD minus full batch, seed by seed",
        holds="The step from all rows is downhill for the whole table; only a step that is too "
        "long can raise the loss.",
        fails="It is about as noisy here.",
        unseen=MORE_SEEDS,
    ),
    "full memory": Words(
        FULL,
        "needs a lot of memory",
        "bytes of the arrays that one update makes",
        holds="The arrays grow with the rows, and here they are large.",
        unseen="The arrays grow with the rows of the batch, that much is true. But even for the "
        "largest truth table they are small. With millions of pictures they would not fit.",
    ),
    "full slower": Words(
        FULL,
        "learns more slowly",
        "rows seen until every answer stays within 0.1, against the mini-batch",
        holds="It makes one step an epoch. With so many rows that step has to be short, or "
        "the sum of them goes too far. So it needs more epochs.",
        fails="It needs fewer updates and about as many rows. The sum over the rows makes each "
        "step as long as all the small steps together.",
        unseen=MORE_SEEDS,
    ),
    "full minima": Words(
        FULL,
        "may get stuck in local minima",
        "share of the seeds that do not learn and have stopped getting better",
        holds="It does, where hidden units are few. Whether the place is truly a minimum or only "
        "very flat, a count cannot tell. With more hidden units there is a way around.",
        fails="It practically never happened.",
        unseen="None or hardly any seed got stuck. More seeds would be needed to say never.",
    ),
    "mini between": Words(
        MINI,
        "is between the two",
        "updates until learned, and share of the updates that raise the loss",
        holds="It makes more updates than full batch and fewer than SGD. It is noisier than full "
        "batch and calmer than SGD.",
        fails="In one of the two it is not between: see the figures.",
        unseen=MORE_SEEDS,
    ),
    "mini efficient": Words(
        MINI,
        "computes efficiently",
        "seconds until learned, SGD against the mini-batch with the same seed",
        holds="A few rows at once cost hardly more than a single one.",
        fails="It saves less than a third of the time of SGD.",
        unseen="It saves some of the time of SGD, or nothing: the times differ too little, or vary "
        "too much.",
    ),
    "mini minima": Words(
        MINI,
        "escapes some local minima",
        "of the seeds on which only one of the two got stuck: on how many was it full batch?",
        holds="The noise of small batches carried networks past places where full batch stayed.",
        fails="Some seeds that get stuck with full batch learn with a mini-batch. But more go the "
        "other way. That is no escape, it is another draw in the lottery.",
        unseen=NEVER_STUCK,
    ),
    "mini memory": Words(
        MINI,
        "fits in memory",
        "bytes of the arrays that one update makes",
        holds="All rows together would not fit, a batch does.",
        unseen="It fits. But full batch fits as well, so here it is no advantage.",
    ),
    "mini choice": Words(
        MINI,
        "is one more thing to choose: the batch size",
        "sizes between one row and all; rows needed with the largest against the smallest one run",
        holds="There is a number more to choose. How much depends on it, the figures say.",
        unseen="With two rows there is nothing between one row and all.",
    ),
    "advice 32": Words(
        ADVICE,
        "start with 32 rows (Bengio 2012)",
        "rows needed with each other size, against 32",
        holds="No other size that was run learns from clearly fewer rows.",
        fails="Another size learns from clearly fewer rows.",
        unseen="To tell takes a table of more than 32 rows, 32 among the sizes that are run, and "
        "enough seeds.",
    ),
    "advice generalise": Words(
        ADVICE,
        "2 to 32 rows generalise best (Masters & Luschi 2018, Keskar et al. 2016)",
        "rows that are left over to test on",
        unseen="To generalise is to be right about rows that were never shown. A network for a "
        "truth table is shown every row.",
    ),
}


def called(spec: ScriptSpec) -> str:
    """A strategy in a sentence: SGD, batches of 2, full batch."""
    ends = {Batch.SGD: "SGD", Batch.FULL: "full batch"}
    return ends.get(spec.batch, f"batches of {spec.batch_size}")


def units(spec: ScriptSpec) -> str:
    """The hidden layers: 8 hidden units, or 8 and 4."""
    last = spec.hidden[-1]
    return f"{' and '.join(map(str, spec.hidden))} hidden unit{'s' * (last > 1)}"


def size(amount: int) -> str:
    """Bytes in the largest unit that leaves at least one: 144 bytes, 9.1 kB."""
    if amount < 1000:
        return f"{amount} bytes"
    return f"{amount / 1000:.3g} kB" if amount < 1_000_000 else f"{amount / 1_000_000:.3g} MB"


def rows_needed(*cells: Cell) -> list[str]:
    """The median number of rows that each strategy sees until it has learned."""
    return [f"{called(cell.spec)}: {median(cell.samples_needed).count} rows" for cell in cells]


def updates_needed(*cells: Cell) -> list[str]:
    """The median number of updates that each strategy makes until it has learned."""
    return [f"{called(cell.spec)}: {median(cell.updates_needed).count} updates" for cell in cells]
