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


# Edits that may leave nothing to follow ("not applicable") and are never dishonest: a base, and
# patterns with what takes their place.
WORD = r"\b{}\b"
RENAMED = {
    "rows": "batch",
    "epoch": "i",
    "layer": "hidden",
    "output": "prediction",
    "error": "miss",
    "delta": "back",
    "rng": "generator",
    "lr": "learning_rate",
    "W1": "weights1",
    "W2": "w_out",
    "b1": "bias1",
    "b2": "bias2",
    "X": "inputs",
    "y": "targets",
}
Edits = tuple[tuple[str, str], ...]
OTHERWISE: dict[str, tuple[str, Edits]] = {
    **{
        f"{old} is called {new}": ("mini", ((WORD.format(old), new),))
        for old, new in RENAMED.items()
    },
    "all is called otherwise": ("mini", tuple((WORD.format(a), b) for a, b in RENAMED.items())),
    "deep: W is called weights": ("deep", ((r"\bW\b", "weights"),)),
    "deep: layers is called passed": ("deep", ((r"\blayers\b", "passed"),)),
    "deep: step is called gradient": ("deep", ((r"\bstep\b", "gradient"),)),
    "no comments": ("mini", ((r"(?<!^)  # (?!python).*", ""),)),
    "more comments": ("full", ((r"\nlr = ", "\n# the learning rate\nlr = "),)),
    "blank lines": ("full", ((r"\nfor ", "\n\nfor "), (r"\nlayer = 1", "\n\nlayer = 1"))),
    "a text below the first line": ("full", ((r"\n\nX", '\n\n"""My network."""\nX'),)),
    "type hints": (
        "full",
        ((r"\nlr =", "\nlr: float ="), (r"\n    error =", "\n    error: object =")),
    ),
    "lines of 60 columns": (
        "full",
        (
            (r"print\((.*)\)\n", r"print(\n    \1\n)\n"),
            (r"np.array\((.*)\)", r"np.array(\n    \1\n)"),
        ),
    ),
    "one statement a line": (
        "full",
        ((r"W1, b1 = (rng.*\)), (np.*)\n", r"W1 = \1\nb1 = \2\n"),),
    ),
    "two statements on a line": ("full", ((r"  # update\n    b2 \+=", "; b2 +="),)),
    "a heading is printed": ("full", ((r"\nprint\(", "\nprint('Predictions:')\nprint("),)),
    "the loss is printed, too": (
        "full",
        ((r"(\n    delta = )", r"\n    print(f'epoch {epoch}: loss {(error**2).mean():.3f}')\1"),),
    ),
    "outputs are printed in each epoch": (
        "full",
        ((r"(\n    delta = )", r"\n    print(output)\1"),),
    ),
    "the weights are printed at the end": ("full", ((r"\n\Z", "\nprint(W1, b1, W2, b2)\n"),)),
    "rows is a count": ("full", ((r"(    error = )", r"    rows = len(X)\n\1"),)),
    "rows are the inputs": (
        "mini",
        (
            (r"for rows in", "for picked in"),
            (r"\[rows\]", "[picked]"),
            (r"( +)layer = (.*)X\[picked\]", r"\1rows = X[picked]\n\1layer = \2rows"),
            (r"X\[picked\]\.T", "rows.T"),
        ),
    ),
    "the error in two steps": (
        "full",
        ((r"error = y - output.*", "error = y.astype(float)\n    error -= output"),),
    ),
    "inputs as columns": (
        "full",
        (
            (r"\[1, 1\]\]\)\ny", "[1, 1]]).T\ny"),
            (r"X @ W1", "X.T @ W1"),
            (r"X\.T @ delta", "X @ delta"),
        ),
    ),
    "targets in a row": (
        "full",
        ((r"\[\[0\], \[1\], \[1\], \[0\]\]", "[0, 1, 1, 0]"), ("y - o", "y[:, None] - o")),
    ),
    "rows shuffled together": (
        "full",
        (
            (
                r"(for epoch.*)",
                r"\1\n    order = rng.permutation(4)\n    X, y = X[order], y[order]",
            ),
            (
                r"\nlayer",
                "\nX = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])\nlayer",
            ),
        ),
    ),
    "epochs in two loops": (
        "full",
        (
            (r"\n    ", r"\n        "),
            (r"for epoch in range\(300\):", "for epoch in range(30):\n    for _ in range(10):"),
        ),
    ),
    "losses with a comma": ("loss", ((r":.3f\}", ":.3f},"),)),
    "losses that are no number": ("loss", ((r":.3f\}", ":.3f}\\\\nepoch 0: loss n/a"),)),
    **{
        f"printed by {printing}": ("full", ((r"print\(np\.round\((.*), 2\)\)", printing),))
        for printing in (
            r"print(np.round(\1, 1))",
            r"print(np.round(\1, 2).tolist())",
            r"print(repr(np.round(\1, 2)))",
            r"print(np.round(\1, 2).ravel())",
            r"for x, p in zip(X, \1):\n    print(x, p.round(2))",
        )
    },
    "semicolons": ("full", ((r"lr = 0.5\n", "lr = 0.5;\n"),)),
    "an import by name": (
        "full",
        ((r"\n\nX", "\nfrom numpy import exp\n\nX"), (r"np\.exp", "exp")),
    ),
    "a sigmoid of its own": (
        "mini",
        (
            (r"rng, lr", "sigmoid = lambda z: 1 / (1 + np.exp(-z))\nrng, lr"),
            (r"layer = 1 / \(1 \+ np\.exp\(-\((.*?)\)\)\)", r"layer = sigmoid(\1)"),
        ),
    ),
    "np.matmul": ("full", ((r"layer @ W2", "np.matmul(layer, W2)"),)),
    "einsum": ("full", ((r"X @ W1", "np.einsum('ij,jk->ik', X, W1)"),)),
    "transpose": ("full", ((r"W2\.T", "W2.transpose()"),)),
    "np.sum": ("mini", ((r"error\.sum\(axis=0\)", "np.sum(error, axis=0)"),)),
    "sums with keepdims": ("mini", ((r"np\.zeros\(8\)", "np.zeros((1, 8))"),)),
    "np.subtract": ("full", ((r"y - output", "np.subtract(y, output)"),)),
    "a power": ("tanh", ((r"layer\*\*2", "layer * layer"),)),
    "the slope in another order": ("full", ((r"layer \* \(1 - layer\)", "(1 - layer) * layer"),)),
    "the slope, multiplied out": ("full", ((r"layer \* \(1 - layer\)", "(layer - layer**2)"),)),
    "relu by where": ("relu", ((r"np\.maximum\(0, (.*)\)", r"np.where(\1 > 0, \1, 0)"),)),
    "relu by clip": ("relu", ((r"np\.maximum\(0, (.*)\)", r"np.clip(\1, 0, None)"),)),
    "relu's slope as a float": ("relu", ((r"\(layer > 0\)", "(layer > 0).astype(float)"),)),
    "a gradient with a name": (
        "full",
        ((r"W2 \+= lr \* (.*?)( +#.*)?\n", r"dW2 = \1\n    W2 += lr * dW2\n"),),
    ),
    "minus a negative": ("full", ((r"b2 \+= lr \* error", "b2 -= -lr * error"),)),
    "updates in the other order": (
        "full",
        ((r"(    W2 \+=.*\n)(    b2.*\n)(    W1.*\n)(    b1.*\n)", r"\4\3\2\1"),),
    ),
    "W += in place of an array": ("full", ((r"W1 \+= lr \* (.*)", r"W1[:] = W1 + lr * \1"),)),
    "np.add with out": ("full", ((r"b1 \+= (.*)", r"np.add(b1, \1, out=b1)"),)),
    "a while loop": (
        "full",
        (
            (r"for epoch in range\(300\):", "epoch = 0\nwhile epoch < 300:"),
            (r"(    b1 \+= .*\n)", r"\1    epoch += 1\n"),
        ),
    ),
    "an underscore for the epoch": ("mini", ((r"for epoch in", "for _ in"),)),
    "the rate in a constant": ("full", ((r"\nlr = 0\.5", "\nLR = 0.5\nlr = LR"),)),
    "the seed in a constant": ("full", ((r"default_rng\(0\)", "default_rng(seed=0)"),)),
    "sizes by names": (
        "full",
        ((r"\nlr = 0\.5", "\nhidden = 8\nlr = 0.5"), (r"\(2, 8\)", "(2, hidden)")),
    ),
    "targets reshaped": (
        "full",
        ((r"np\.array\(\[\[0\], \[1\], \[1\], \[0\]\]\)", "np.array([0, 1, 1, 0]).reshape(4, 1)"),),
    ),
    "inputs from a list of floats": ("full", ((r"\[-1, -1\]", "[-1.0, -1.0]"),)),
    "np.around": ("full", ((r"np\.round", "np.around"),)),
    "the round method": ("full", ((r"np\.round\((.*), 2\)\)", r"(\1).round(2))"),)),
    "the answer with a name": (
        "full",
        ((r"print\(np\.round\((.*), 2\)\)", r"answer = \1\nprint(np.round(answer, 2))"),),
    ),
    "permutation by argsort's kin": ("sgd", ((r"reshape\(4, 1\)", "reshape(-1, 1)"),)),
    "sgd by numbers and slices": (
        "sgd",
        (
            (r"for rows in .*", "for i in rng.permutation(4):"),
            (r"\[rows\]", "[i : i + 1]"),
        ),
    ),
    "array_split": (
        "mini",
        ((r"rng\.permutation\(4\)\.reshape\(2, 2\)", "np.array_split(rng.permutation(4), 2)"),),
    ),
    "main in a function": (
        "full",
        ((r"\nfor epoch(.|\n)*", lambda found: _in_a_function(found[0])),),  # type: ignore[dict-item]
    ),
    "an assertion behind the training": (
        "full",
        ((r"\nlayer = 1", "\nassert W1.shape == (2, 8)\nlayer = 1"),),
    ),
    "a list of the losses": (
        "full",
        (
            (r"\nfor epoch", "\nlosses = []\nfor epoch"),
            (r"(    delta)", r"    losses.append(abs(error).sum())\n\1"),
        ),
    ),
    "an if that never holds": (
        "full",
        ((r"(    delta = )", r"    if epoch < 0:\n        print(epoch)\n\1"),),
    ),
}


def _in_a_function(loop: str) -> str:
    inside = "".join(f"    {line}\n" if line else "\n" for line in loop.strip().split("\n"))
    return f"\ndef train(W1, b1, W2, b2):\n{inside}\ntrain(W1, b1, W2, b2)\n"
