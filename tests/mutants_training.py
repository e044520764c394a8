"""Mistakes in the lines that train: the forward pass, backpropagation, the updates."""

from mutant import mutant as m

SIGMOID = "1 / (1 + np.exp("
WRONG = "1 / 1 + (np.exp("
SLOPE = " * layer * (1 - layer)"

UPDATES = (
    m("W2 goes up the gradient", "full", ("W2 +=", "W2 -="), says="W2 changes by -1 times"),
    m("W1 goes up the gradient", "full", ("W1 +=", "W1 -="), says="W1 changes by -1 times"),
    m("b1 goes up the gradient", "sgd", ("b1 +=", "b1 -="), says="b1 changes by -1 times"),
    m("b2 goes up the gradient", "mini", ("b2 +=", "b2 -="), says="b2 changes by -1 times"),
    m("error is output - y", "full", ("y - output", "output - y"), says="signs of error"),
    m(
        "b1 is never updated",
        "full",
        ("    b1 += lr * delta.sum(axis=0)\n", ""),
        says="b1 never changes: its update is missing",
    ),
    m(
        "b2 is never updated",
        "mini",
        ("        b2 += lr * error.sum(axis=0)\n", ""),
        says="b2 never changes",
    ),
    m("W1 is never updated", "tanh", ("W1 += lr *", "W1 += 0 *"), says="W1 never changes"),
    m("b1 gets the update of b2", "four", ("b1 += lr * delta", "b1 += lr * error"), says="b1"),
    m("the update is doubled", "full", ("W2 += lr", "W2 += 2 * lr"), says="W2 changes by 2 times"),
    m("W1 without the learning rate", "mini", ("W1 += lr * ", "W1 += "), says="W1 changes by 2"),
    m(
        "a smaller learning rate than stated",
        "full",
        ("lr = 0.5", "lr = 0.25"),
        says="the learning rate is 0.25, its command says 0.5",
    ),
    m("a larger learning rate than stated", "sgd", (", 0.5", ", 0.6"), says="rate is 0.6"),
    m(
        "the mean instead of the sum",
        "full",
        ("lr * ", "lr / 4 * "),
        says="a mean over the 4 rows",
    ),
    m("the mean of one bias", "full", ("error.sum", "error.mean"), says="b2 changes by 0.25"),
    m("the sum over the wrong axis", "four", ("delta.sum(axis=0)", "delta.sum(axis=1)"), says="b1"),
    m("the sum over all outputs", "adder", ("error.sum(axis=0)", "error.sum()"), says="b2"),
    m(
        "the sum without an axis, at one output",
        "full",
        ("error.sum(axis=0)", "error.sum()"),
        equivalent="there is one output, so the sum over everything is the sum over the rows",
    ),
    m(
        "a bias without a sum",
        "full",
        ("b1 += lr * delta.sum(axis=0)", "b1 = b1 + lr * delta"),
        says="b1 holds 32 numbers instead of 8",
    ),
    m("the mean over batches of 3 and 2", "mini3", ("lr * ", "lr / len(rows) * "), says="a mean"),
    m("weight decay", "mini", ("W1 += lr", "W1 = 0.999 * W1 + lr"), says="W1"),
    m("clipped weights", "full", ("W2 += lr", "W2 = np.clip(W2, -2, 2) + lr"), says="W2"),
    m(
        "updates once an epoch, from the last batch",
        "mini",
        *((f"        {name} +=", f"    {name} +=") for name in ("W1", "b1", "W2", "b2")),
        says="never changes",
    ),
    m(
        "b2 set back in every epoch",
        "mini",
        ("    for rows", "    b2 = np.zeros(1)\n    for rows"),
        says="b2 changes between its updates",
    ),
    m("only one output is trained", "adder", ("delta = error", "error[:, 1:] = 0; delta = error")),
    m("loss: W2 goes up the gradient", "loss", ("W2 + lr", "W2 - lr"), says="W2 changes by -1"),
    m(
        "loss: b1 is never updated",
        "loss",
        ("b1 + lr * delta.sum(axis=0)", "b1"),
        says="b1 never changes",
    ),
    m(
        "stops early",
        "full",
        ("    delta =", "    if abs(error).max() < 0.2:\n        break\n    delta ="),
        says="its command says 300",
    ),
)

BACKPROPAGATION = (
    m(
        "the derivative is missing",
        "full",
        (SLOPE, ""),
        says="derivative of the activation is missing",
    ),
    m("the derivative twice", "sgd", (SLOPE, SLOPE + SLOPE), says="derivative twice"),
    m("the derivative's bracket is missing", "mini", (SLOPE, " * layer * 1 - layer"), says="W1"),
    m("1 + layer in the derivative", "full", ("(1 - layer)", "(1 + layer)"), says="W1"),
    m("the derivative of tanh", "full", (SLOPE, " * (1 - layer**2)"), says="derivative of tanh"),
    m(
        "the derivative of sigmoid",
        "tanh",
        (" * (1 - layer**2)", SLOPE),
        says="derivative of sigmoid",
    ),
    m("tanh's square is missing", "tanh", ("layer**2", "layer"), says="W1"),
    m("relu's derivative is always 1", "relu", ("layer > 0", "layer >= 0"), says="is missing"),
    m("relu's derivative is the layer", "relu", ("(layer > 0)", "layer"), says="W1"),
    m(
        "the gradient of the squared error",
        "full",
        ("layer.T @ error", "layer.T @ (error * output * (1 - output))"),
        ("error.sum", "(error * output * (1 - output)).sum"),
        ("error @ W2.T", "(error * output * (1 - output)) @ W2.T"),
        says="the squared error",
    ),
    m(
        "the hidden delta from updated weights",
        "full",
        ("    delta = error @ W2.T", "    W2 += lr * layer.T @ error\n    delta = error @ W2.T"),
        ("    W2 += lr * layer.T @ error  # update\n", ""),
        says="updated already",
    ),
    m("transposed weights", "two", ("X @ W1", "X @ W1.T"), says="error"),
    m("delta from the absolute weights", "full", ("error @ W2.T", "error @ abs(W2.T)"), says="W1"),
    m("delta forgets the weights", "full", ("error @ W2.T", "error @ np.ones((1, 8))"), says="W1"),
    m("all rows behind a batch", "mini", ("X[rows].T", "X[:2].T"), says="W1"),
)

FORWARD = (
    m("the lesson's sigmoid, hidden", "full", ("layer = " + SIGMOID, "layer = " + WRONG)),
    m(
        "the lesson's sigmoid, while training",
        "full",
        ("    layer = " + SIGMOID, "    layer = " + WRONG),
        says="look at the brackets",
    ),
    m("the lesson's sigmoid, output", "mini", ("output = " + SIGMOID, "output = " + WRONG)),
    m(
        "the wrong sign in exp",
        "full",
        ("layer = 1 / (1 + np.exp(-", "layer = 1 / (1 + np.exp("),
        says="sign inside",
    ),
    m(
        "the sign of b1 in exp",
        "full",
        ("-(X @ W1 + b1)", "-X @ W1 + b1"),
        says="b1 has the wrong sign",
    ),
    m("b1 forgotten in the forward pass", "full", ("X @ W1 + b1", "X @ W1"), says="b1"),
    m("b1 forgotten while training", "sgd", ("X[rows] @ W1 + b1", "X[rows] @ W1"), says="b1"),
    m(
        "b2 forgotten at the end",
        "mini",
        (
            "print(np.round(1 / (1 + np.exp(-(layer @ W2 + b2",
            "print(np.round(1 / (1 + np.exp(-(layer @ W2",
        ),
    ),
    m("no activation", "tanh", ("np.tanh(", "("), says="no activation"),
    m(
        "another activation than stated",
        "tanh",
        ("np.tanh(X[rows] @ W1 + b1)", "1 / (1 + np.exp(-(X[rows] @ W1 + b1)))"),
        ("np.tanh(X @ W1 + b1)", "1 / (1 + np.exp(-(X @ W1 + b1)))"),
        (" * (1 - layer**2)", SLOPE),
        says="the hidden activation is sigmoid, its command says tanh",
    ),
    m(
        "tanh where the command says sigmoid",
        "full",
        ("1 / (1 + np.exp(-(X @ W1 + b1)))", "np.tanh(X @ W1 + b1)"),
        (SLOPE, " * (1 - layer**2)"),
        says="the hidden activation is tanh, its command says sigmoid",
    ),
    m(
        "a leaky relu",
        "relu",
        ("np.maximum(0, X", "np.maximum(0.1 * (X @ W1 + b1), X"),
        says="error",
    ),
    m(
        "no sigmoid at the output",
        "relu",
        ("output = 1 / (1 + np.exp(-(layer @ W2 + b2)))", "output = layer @ W2 + b2"),
    ),
)

DEEP = (
    m("deep: up the gradient", "deep", ("w +=", "w -="), says="all weights change by -1 times"),
    m("deep: no learning rate", "deep mini", ("w += 0.2 *", "w +="), says="the learning rate is 1"),
    m(
        "deep: the first layer is left out",
        "deep",
        ("W[::-1]", "W[:0:-1]"),
        says="W[0] never changes",
    ),
    m(
        "deep: w[:] for w",
        "deeper",
        ("w +=", "w[:] +="),
        equivalent="w[:] += adds in place, as w += does",
    ),
    m(
        "deep: w is replaced, not changed",
        "deep",
        ("w += 0.5 *", "w = w + 0.5 *"),
        says="W[0] never changes",
    ),
    m("deep: the derivative is missing", "deep", (SLOPE, ""), says="is missing"),
    m("deep: the derivative's square is missing", "deep sgd", ("layer**2", "layer")),
    m("deep: the square outside", "deeper", ("(1 - layer**2)", "(1 - layer) ** 2")),
    m(
        "deep: relu's derivative is always 1",
        "deep relu",
        ("layer > 0", "layer >= 0"),
        says="is missing",
    ),
    m("deep: the wrong column is the bias's", "deep", ("[:, :-1]", "[:, 1:]")),
    m("deep: transposed weights", "deep mini", ("delta @ w.T", "delta @ w")),
    m("deep: zeros for ones", "deep", ("np.ones(4)", "np.zeros(4)"), says="no ones beside"),
    m("deep: the column of ones is missing in X", "deep", ("-1, 1]", "-1, 0]"), says="X of row"),
    m("deep: the lesson's sigmoid, hidden", "deep", ("np.c_[" + SIGMOID, "np.c_[" + WRONG)),
    m("deep: the lesson's sigmoid, output", "deep", ("output = " + SIGMOID, "output = " + WRONG)),
    m("deep: layers in the wrong order", "deep", ("layers[::-1]", "layers")),
    m("deep: too few epochs", "deep sgd", ("range(100)", "range(60)"), says="60 epochs"),
    m("deep: a hidden layer too few", "deeper", ("8,8,8", "8,8"), says="arrays of weights"),
    m(
        "deep: one layer is skipped at the end",
        "deeper",
        ("for w in W[:-1]:\n    X", "for w in W[:-2]:\n    X"),
        says="prints",
    ),
    m(
        "deep: delta from updated weights",
        "deep",
        ("        delta = (delta @", "        w += 0.5 * step\n        delta = (delta @"),
        ("        w += 0.5 * step  # update\n", ""),
        says="updated already",
    ),
)
