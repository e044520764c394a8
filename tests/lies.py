"""Scripts that pretend: they print a learned table, and do not train as they say."""

from mutant import mutant as m

FUNCTIONS = """\
def train(W1, b1, W2, b2):
    for step in range(300):
        update(W1, b1, W2, b2)


def update(W1, b1, W2, b2):
"""
END = "print(np.round(1 / (1 + np.exp(-(layer @ W2 + b2))), 2))"
FAKE = "print(np.round(y * 0.98 + 0.01, 2))"
LITERAL = "print(np.array([[0.01], [0.98], [0.98], [0.02]]))"
LOOP = "for epoch in range(300):\n"
MINI = "for epoch in range(200):\n"
UPDATE = "    W2 += lr * layer.T @ error  # update\n"
MINI_UPDATE = "        W2 += lr * layer.T @ error  # update\n"
FIRST, SECOND, MISS = ("W1", "first"), ("W2", "second"), ("error", "miss")
FROM_NOTHING = "nothing in it is trained"


PRINTED = (
    m("prints y, a little off", "full", (END, FAKE), says="prints"),
    m("prints y, a little off, in mini-batches", "mini", (END, FAKE), says="prints"),
    m("prints y from a copy", "full", (END, "z = y.copy()\nprint(z * 0.98 + 0.01)"), says="prints"),
    m("prints a table of its own", "sgd", (END, LITERAL), says="prints"),
    m(
        "prints what rounding makes of the truth",
        "full",
        (END, "print(np.round(np.where(y > 0.5, 0.97, 0.02), 2))"),
        says="prints",
    ),
    m(
        "prints X, by the rule",
        "full",
        (END, "print(np.round(0.5 - 0.48 * X[:, :1] * X[:, 1:], 2))"),
        says="prints",
    ),
    m(
        "learns a little and rounds up",
        "full",
        (END, "output = 1 / (1 + np.exp(-3 * (layer @ W2 + b2)))\nprint(np.round(output, 2))"),
        says="prints",
    ),
    m(
        "answers from the sign of its targets",
        "tanh",
        (END, "print(np.round(1 / (1 + np.exp(-4 * (2 * y - 1))), 2))"),
        says="prints",
    ),
    m(
        "nothing but a counter and a table",
        "full",
        (LOOP, "n = 1\nfor epoch in range(300):\n    n *= 2\nfor epoch in range(0):\n"),
        (END, LITERAL),
        says=FROM_NOTHING,
    ),
)

RENAMED = (
    m(
        "renamed, the sign is flipped, prints y",
        "full",
        FIRST,
        SECOND,
        ("second +=", "second -="),
        (END.replace("W2", "second"), FAKE),
        says="-1 times",
    ),
    m("renamed, up the gradient", "full", FIRST, SECOND, ("first +=", "first -="), says="-1 times"),
    m("renamed, one bias never", "mini", FIRST, ("b1 += lr * delta", "b1 += 0 * delta"), says="b1"),
    m(
        "renamed, ten times the rate",
        "full",
        FIRST,
        SECOND,
        ("lr = 0.5", "lr = 5.0"),
        says="rate is 5",
    ),
    m(
        "renamed, the squared error",
        "full",
        FIRST,
        MISS,
        ("miss = y - output", "miss = (y - output) * output * (1 - output)"),
        says="squared",
    ),
    m(
        "renamed, no derivative",
        "sgd",
        SECOND,
        MISS,
        (" * layer * (1 - layer)", ""),
        says="missing",
    ),
    m(
        "renamed, never shuffled",
        "sgd",
        FIRST,
        ("rng.permutation(4)", "np.arange(4)"),
        says="only 1 order",
    ),
    m(
        "renamed, a row never used",
        "sgd",
        FIRST,
        ("rng.permutation(4).reshape(4, 1)", "np.r_[rng.permutation(3), 0].reshape(4, 1)"),
        says="never uses row 11",
    ),
    m(
        "renamed, half of the updates",
        "full",
        FIRST,
        SECOND,
        ("second += lr", "second += (epoch % 2) * lr"),
        ("first += lr", "first += (epoch % 2) * lr"),
        says="update 1",
    ),
    m(
        "renamed, prints sharper",
        "full",
        FIRST,
        SECOND,
        ("-(layer @ second + b2))), 2", "-2 * (layer @ second + b2))), 2"),
        says="prints",
    ),
    m(
        "renamed, drawn anew in the middle",
        "full",
        FIRST,
        SECOND,
        (LOOP, LOOP + "    if epoch == 150:\n        first = rng.normal(size=(2, 8))\n"),
        says="update 1",
    ),
    m("deep, renamed, up the gradient", "deep", ("W", "V"), ("w +=", "w -="), says="-1 times"),
    m(
        "deep, renamed, ten times the rate",
        "deep mini",
        ("W", "V"),
        ("w += 0.2", "w += 2.0"),
        says="rate is 2",
    ),
    m(
        "the loop is called step, and doubles",
        "full",
        ("epoch in", "step in"),
        ("W2 += lr", "W2 += 2 * lr"),
        says="W2 changes by 2 times",
    ),
    m(
        "in a function, with the wrong sign",
        "full",
        (
            LOOP,
            FUNCTIONS,
        ),
        (
            "b1 += lr * delta.sum(axis=0)\n",
            "b1 += lr * delta.sum(axis=0)\n\n\ntrain(W1, b1, W2, b2)\n",
        ),
        ("W1 += lr", "W1 -= lr"),
        says="W1 changes by -1",
    ),
)

BETWEEN = (
    m(
        "weights drawn anew in the middle",
        "full",
        (LOOP, LOOP + "    if epoch == 150:\n        W1 = rng.normal(size=(2, 8))\n"),
        says="W1 changes between",
    ),
    m(
        "weights drawn anew after the first epochs",
        "mini",
        (MINI, MINI + "    if epoch == 23:\n        W2 = rng.normal(size=(8, 1))\n"),
        says="W2 changes between",
    ),
    m(
        "weights put in by hand in the middle",
        "full",
        (LOOP, LOOP + "    if epoch == 77:\n        W2 = 3 * W2\n"),
        says="W2 changes between",
    ),
    m(
        "noise in every update",
        "mini",
        (MINI_UPDATE, MINI_UPDATE + "        W1 += 1e-3 * rng.normal(size=(2, 8))\n"),
        says="update 1",
    ),
    m(
        "noise in some updates",
        "full",
        (UPDATE, UPDATE + "    W1 += (epoch % 29 == 13) * 1e-3 * rng.normal(size=(2, 8))\n"),
        says="update 14",
    ),
    m(
        "a little noise, once",
        "full",
        (UPDATE, UPDATE + "    b1 += (epoch == 123) * 1e-6 * rng.normal(size=8)\n"),
        says="update 124",
    ),
    m(
        "ten times the rate in between",
        "full",
        ("    delta", "    lr = 5.0 if 100 < epoch < 200 else 0.5\n    delta"),
        says="update 102",
    ),
    m(
        "ten times the rate, once",
        "mini",
        ("        delta", "        lr = 5.0 if epoch == 99 else 0.5\n        delta"),
        says="the learning rate is 5",
    ),
    m(
        "a little weight decay",
        "full",
        (UPDATE, UPDATE + "    W2 *= 1 - 1e-6\n"),
        says="not change by the learning rate times the gradient",
    ),
    m(
        "a rate that decays",
        "full",
        ("    delta", "    lr = 0.5 * 0.999**epoch\n    delta"),
        says="update 2",
    ),
    m(
        "every tenth update is left out",
        "full",
        (UPDATE, "    if epoch % 10 == 5:\n        continue\n" + UPDATE),
        says="its command says 300",
    ),
    m(
        "updates are left out in the middle",
        "mini",
        (MINI_UPDATE, "        error = error * (epoch not in range(60, 120))\n" + MINI_UPDATE),
        says="update 121",
    ),
    m(
        "momentum",
        "full",
        (LOOP, "moved = 0\n" + LOOP),
        (UPDATE, "    moved = 0.5 * moved + lr * layer.T @ error\n    W2 += moved\n"),
        says="W2",
    ),
    m(
        "momentum from the middle on",
        "full",
        (LOOP, "moved = 0\n" + LOOP),
        (
            UPDATE,
            "    moved = 0.5 * (epoch > 99) * moved + lr * layer.T @ error\n    W2 += moved\n",
        ),
        says="W2",
    ),
    m(
        "another gate in the middle",
        "full",
        (LOOP, LOOP + "    y = np.array([[0], [1], [1], [epoch in range(40, 60)]])\n"),
        says="update 41",
    ),
    m(
        "weights of the best epoch",
        "full",
        (
            "layer = 1 / (1 + np.exp(-(X @ W1 + b1)))\nprint",
            "W2 = 1.5 * W2\nlayer = 1 / (1 + np.exp(-(X @ W1 + b1)))\nprint",
        ),
        says="prints",
    ),
)

LOSSES = (
    m(
        "a loss that sinks by itself",
        "loss",
        ("{-np.log(1 - abs(error)).sum():.3f}", "{2.8 / (1 + epoch):.3f}"),
        says="prints the loss",
    ),
    m(
        "half of the loss",
        "loss",
        ("-np.log(1 - abs(error))", "-0.5 * np.log(1 - abs(error))"),
        says="prints the loss",
    ),
    m(
        "the squared error as the loss",
        "loss",
        ("-np.log(1 - abs(error))", "(error**2)"),
        says="prints the loss",
    ),
    m(
        "the loss of one row",
        "loss",
        ("abs(error)).sum()", "abs(error[0])).sum()"),
        says="prints the loss",
    ),
    m(
        "the loss of another epoch",
        "loss",
        ("epoch {epoch}", "epoch {epoch + 1}"),
        says="prints the loss",
    ),
    *(
        m(
            f"a loss that is written {written}",
            "loss",
            (
                "epoch {epoch}: loss {-np.log(1 - abs(error)).sum():.3f}",
                written.format("{2.8 / (1 + epoch):.3f}"),
            ),
            says="prints the loss",
        )
        for written in (
            "epoch {{epoch}}: loss {} ",
            "epoch {{epoch}}: loss {} nats",
            "Epoch {{epoch}}, Loss = {}.",
            "epoch {{epoch}} | loss {}",
        )
    ),
    m(
        "a loss with an exponent",
        "loss",
        ("{-np.log(1 - abs(error)).sum():.3f}", "{5 / (1 + epoch):.2e}"),
        says="prints the loss",
    ),
)

ORDERS = tuple(
    m(
        f"shuffled {when}",
        "sgd",
        ("for epoch", "order = rng.permutation(4)\nfor epoch"),
        (
            "    for rows in rng.permutation(4).reshape(4, 1):",
            f"    order = rng.permutation(4) if {test} else order\n"
            "    for rows in order.reshape(4, 1):",
        ),
        says="only",
    )
    for when, test in (
        ("in the first half", "epoch < 60"),
        ("every second time", "epoch % 2"),
        ("every fifth time", "epoch % 5 == 0"),
    )
)

LIES = (*ORDERS, *PRINTED, *RENAMED, *BETWEEN, *LOSSES)
