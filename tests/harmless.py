"""Other ways to write the same training: none of them may be called a mistake."""

from mutant import mutant as m

SHUFFLED = "for rows in rng.permutation(4).reshape(2, 2):"
OUTPUT = "1 / (1 + np.exp(-(layer @ W2 + b2)))"

HARMLESS = (
    m("the error the other way round", "full", ("y - output", "output - y"), ("+= lr", "-= lr")),
    m("sums spelled out", "full", ("W1 += lr *", "W1 = W1 + lr *"), ("b2 +=", "b2 = b2 +")),
    m("np.dot", "full", ("layer.T @ error", "np.dot(layer.T, error)"), ("X @ W1", "np.dot(X, W1)")),
    m("epochs counted from 1", "full", ("range(300)", "range(1, 301)")),
    m(
        "a function for the sigmoid",
        "full",
        ("rng = ", "def sigmoid(x):\n    return 1 / (1 + np.exp(-x))\n\n\nrng = "),
        ("layer = 1 / (1 + np.exp(-(X @ W1 + b1)))", "layer = sigmoid(X @ W1 + b1)"),
    ),
    m("tanh for the sigmoid", "full", (OUTPUT, "0.5 + 0.5 * np.tanh((layer @ W2 + b2) / 2)")),
    m(
        "b1 as a row",
        "full",
        ("np.zeros(8)", "np.zeros((1, 8))"),
        ("delta.sum(axis=0)", "delta.sum(0, keepdims=True)"),
    ),
    m(
        "delta in two lines",
        "mini",
        ("delta = error @ W2.T * layer", "delta = error @ W2.T\n        delta = delta * layer"),
    ),
    m(
        "the mean, and a learning rate for it",
        "full",
        ("lr = 0.5", "lr = 2.0"),
        ("lr *", "lr / 4 *"),
    ),
    m(
        "rounded while printing",
        "full",
        ("print(np.round(", "np.set_printoptions(precision=2)\nprint(np.round("),
    ),
    m("more decimals", "full", (", 2))", ", 6))")),
    m(
        "a shuffled list",
        "mini",
        (
            SHUFFLED,
            "order = [0, 1, 2, 3]\n    rng.shuffle(order)\n    for rows in (order[:2], order[2:]):",
        ),
    ),
    m(
        "batches cut by hand",
        "mini",
        (
            SHUFFLED,
            "order = rng.permutation(4)\n    for i in (0, 2):\n        rows = order[i : i + 2]",
        ),
    ),
    m(
        "another generator for the order",
        "sgd",
        ("rows in rng.", "rows in np.random.default_rng(epoch)."),
    ),
    m(
        "sgd by numbers",
        "sgd",
        ("rng.permutation(4).reshape(4, 1)", "[[i] for i in rng.permutation(4)]"),
    ),
    m(
        "sgd by slices",
        "sgd",
        ("rng.permutation(4).reshape(4, 1)", "[slice(i, i + 1) for i in rng.permutation(4)]"),
    ),
    m("targets as floats", "full", ("[[0], [1], [1], [0]]", "[[0.0], [1.0], [1.0], [0.0]]")),
    m("deep: w replaced in the list", "deep", ("w += 0.5 * step", "w[...] = w + 0.5 * step")),
    m(
        "deep: one step a name",
        "deep",
        ("delta = y - output", "miss = y - output\n    delta = miss"),
    ),
)
