"""Mistakes around the lines that train: data, first weights, the order of rows, the printing."""

from mutant import mutant as m

DRAWN8 = "rng.permutation(8).reshape(4, 2)"

DATA = (
    m(
        "labels shifted by a row",
        "full",
        ("[[0], [1], [1], [0]]", "[[0], [0], [1], [1]]"),
        says="y of row 01 is 0",
    ),
    m("one wrong label", "sgd", ("[1], [0]]", "[1], [1]]"), says="y of row 11 is 1"),
    m("another gate", "mini", ("[[0], [1], [1], [0]]", "[[0], [1], [1], [1]]"), says="y of row 11"),
    m("the complement", "mini8", ("% 2", "% 2 == 0"), says="y of row 000"),
    m(
        "rows of X in another order",
        "full",
        ("[-1, 1], [1, -1]", "[1, -1], [-1, 1]"),
        says="X of row 01",
    ),
    m("inputs 0 and 1", "full", ("X = np.array(", "X = 0 < np.array("), says="X of row 00"),
    m("the last row is the first again", "two", ("[1, 1]]", "[-1, -1]]"), says="X of row 11"),
    m(
        "output columns swapped",
        "adder",
        (".split()", '.replace("01", "X").replace("10", "01").replace("X", "10").split()'),
        says="y of row",
    ),
    m("labels of other rows", "mini8", ("y[rows]", "y[rows[::-1]]"), says="rows of y"),
    m(
        "targets 0.1 and 0.9",
        "full",
        ("y = np.array([[0], [1], [1], [0]])", "y = np.array([[0.1], [0.9], [0.9], [0.1]])"),
        says="y of row",
    ),
)

STARTS = (
    m("another seed", "full", ("default_rng(0)", "default_rng(1)"), says="seed 0"),
    m("no seed", "deep", ("default_rng(0)", "default_rng()"), says="seed 0"),
    m("weights start at zero", "full", ("rng.normal(size=(2, 8))", "np.zeros((2, 8))"), says="W1"),
    m("weights all the same", "full", ("rng.normal(size=(8, 1))", "np.ones((8, 1))"), says="W2"),
    m("smaller weights", "mini", ("rng.normal(size=(2", "0.5 * rng.normal(size=(2"), says="W1"),
    m(
        "uniform weights",
        "deep mini",
        ("rng.normal(size=size)", "rng.uniform(-1, 1, size)"),
        says="W[0]",
    ),
    m("biases start at one", "full", ("np.zeros(8)", "np.ones(8)"), says="b1 does not start at 0"),
    m("fewer hidden units than stated", "full", ("8", "7"), says="W1 has the shape (2, 7)"),
    m("too few epochs", "full", ("range(300)", "range(200)"), says="200 epochs"),
    m("one epoch too few", "mini", ("range(200)", "range(1, 200)"), says="199 epochs"),
    m("too many epochs", "sgd", ("range(200)", "range(400)"), says="more than 200"),
    m("too few epochs to learn", "tanh", ("range(60)", "range(2)"), says="2 epochs"),
    m("the command asks for more", "full", ("--epochs 300", "--epochs 500"), says="300 epochs"),
)

ORDER = (
    m("never shuffled", "mini", ("rng.permutation(4)", "np.arange(4)"), says="only 1 order"),
    m(
        "one row after the other",
        "sgd",
        ("rng.permutation(4)", "np.arange(4)"),
        says="only 1 order",
    ),
    m(
        "shuffled once",
        "mini8",
        ("for epoch", f"order = {DRAWN8}\nfor epoch"),
        (f"rows in {DRAWN8}", "rows in order"),
        says="only 1 order",
    ),
    m(
        "the same shuffle again",
        "sgd",
        ("in rng.", "in np.random.default_rng(5)."),
        says="only 1 order",
    ),
    m(
        "forwards and backwards",
        "mini8",
        ("rng.permutation(8)", "np.arange(8)[:: (-1) ** epoch]"),
        says="only 2 orders",
    ),
    m(
        "rolled, not shuffled",
        "mini8",
        ("rng.permutation(8)", "np.roll(np.arange(8), epoch)"),
        says="only 8 orders",
    ),
    m(
        "only batches are shuffled",
        "mini8",
        ("rng.permutation(8).reshape(4, 2)", "rng.permutation(np.arange(8).reshape(4, 2))"),
        says="only the batches",
    ),
    m(
        "rows drawn with replacement",
        "sgd",
        ("rng.permutation(4)", "rng.integers(0, 4, 4)"),
        says="uses row",
    ),
    m(
        "a row never visited",
        "sgd",
        ("rng.permutation(4).reshape(4, 1)", "rng.permutation(3).reshape(3, 1)"),
        says="never uses row 11",
    ),
    m(
        "the last batch dropped",
        "mini3",
        ("range(3, 8, 3))", "range(3, 8, 3))[:-1]"),
        says="never uses row",
    ),
    m(
        "a row twice",
        "mini",
        ("rng.permutation(4)", "np.r_[rng.permutation(3), 0]"),
        says="uses row 00 twice",
    ),
    m(
        "batches one row too large",
        "mini8",
        (DRAWN8, "np.split(rng.permutation(8), range(3, 8, 3))"),
        says="its command means 4 updates of 2 rows each",
    ),
    m(
        "batches one row too small",
        "mini3",
        ("range(3, 8, 3)", "range(2, 8, 2)"),
        says="its command means 3 updates of 3, 3 and 2 rows",
    ),
    m(
        "full batch called mini",
        "mini",
        ("reshape(2, 2)", "reshape(1, 4)"),
        says="its command means 2 updates of 2 rows each",
    ),
    m(
        "sgd called mini",
        "mini",
        ("reshape(2, 2)", "reshape(4, 1)"),
        says="its command means 2 updates of 2 rows each",
    ),
    m(
        "mini called sgd",
        "sgd",
        ("reshape(4, 1)", "reshape(2, 2)"),
        says="its command means 4 updates of 1 row each",
    ),
    m(
        "mini called full",
        "mini",
        ("--batch mini ", ""),
        says="its command means 1 update of 4 rows",
    ),
    m("sgd called full", "deep sgd", ("--batch sgd ", ""), says="its command means 1 update"),
    m(
        "full called sgd",
        "deep",
        ("--hidden", "--batch sgd --hidden"),
        says="its command means 4 updates of 1 row each",
    ),
    m(
        "never shuffled, deep",
        "deep mini",
        ("rng.permutation(8)", "np.arange(8)"),
        says="only 1 order",
    ),
    m("inputs shuffled, labels not", "mini", ("X[rows]", "X[rows[::-1]]"), says="error"),
)

PRINTS = (
    m(
        "prints constants",
        "full",
        (
            "print(np.round(1 / (1 + np.exp(-(layer @ W2 + b2))), 2))",
            "print(np.array([[0.0], [1.0], [1.0], [0.0]]))",
        ),
        says="row 00 prints 0",
    ),
    m(
        "prints the targets",
        "mini",
        ("print(np.round(1 / (1 + np.exp(-(layer @ W2 + b2))), 2))", "print(y * 1.0)"),
        says="row 00 prints 0",
    ),
    m("rounds to whole targets", "sgd", (", 2))", "))"), says="prints"),
    m("prints 0.1 and 0.9", "full", (", 2))", ").clip(0.1, 0.9))"), says="prints 0.1"),
    m("prints the last batch", "mini", ("layer = 1 / (1 + np.exp(-(X @ W1 + b1)))\n", "")),
    m("prints the rows backwards", "mini8", (", 2))", ", 2)[::-1])")),
    m("prints a comment too", "full", ("print(", 'print("trained:", ')),
    m("prints another line among the losses", "loss", ("print(f", "print(epoch, f")),
    m("prints nothing", "deep", ("print(", "(")),
    m(
        "prints logits",
        "full",
        (
            "print(np.round(1 / (1 + np.exp(-(layer @ W2 + b2))), 2))",
            "print(np.round(layer @ W2 + b2, 2))",
        ),
    ),
    m("prints a column too many", "deep", (", 2))", ", 2).repeat(2, axis=1))")),
    m(
        "prints the hidden layer of one update before the end",
        "full",
        ("layer = 1 / (1 + np.exp(-(X @ W1 + b1)))\nprint", "print"),
        equivalent="in full batch the last layer holds every row, and one update more after 300 "
        "epochs moves no prediction by as much as the two decimals show",
    ),
    m("crashes at the end", "full", ("print(", "print(x")),
)
