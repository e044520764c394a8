import numpy as np  # python -m generator xor --hidden 8,4 --batch mini

X = np.array([[-1, -1, 1], [-1, 1, 1], [1, -1, 1], [1, 1, 1]])
y = np.array([[0], [1], [1], [0]])
rng = np.random.default_rng(0)
W = [rng.normal(size=size) for size in ((3, 8), (9, 4), (5, 1))]
for epoch in range(500):
    for rows in rng.permutation(4).reshape(2, 2):
        layers = [X[rows]]
        for w in W[:-1]:  # feedforward
            layers.append(np.c_[1 / (1 + np.exp(-layers[-1] @ w)), np.ones(len(rows))])
        output = 1 / (1 + np.exp(-layers[-1] @ W[-1]))
        delta = y[rows] - output  # error
        for w, layer in zip(W[::-1], layers[::-1]):  # backpropagation
            delta, step = (delta @ w.T * layer * (1 - layer))[:, :-1], layer.T @ delta
            w += 0.5 * step  # update
for w in W[:-1]:
    X = np.c_[1 / (1 + np.exp(-X @ w)), np.ones(4)]
print(np.round(1 / (1 + np.exp(-X @ W[-1])), 2))
