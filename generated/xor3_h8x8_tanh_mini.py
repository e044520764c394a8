import numpy as np  # python -m generator xor3 --hidden 8,8 --batch mini --activation tanh

X = np.c_[2 * np.indices((2, 2, 2)).reshape(3, -1).T - 1, np.ones(8)]
y = (X[:, :-1] > 0).sum(axis=1, keepdims=True) % 2
rng = np.random.default_rng(0)
W = [rng.normal(size=size) for size in ((4, 8), (9, 8), (9, 1))]
for epoch in range(300):
    for rows in rng.permutation(8).reshape(4, 2):
        layers = [X[rows]]
        for w in W[:-1]:  # feedforward
            layers.append(np.c_[np.tanh(layers[-1] @ w), np.ones(len(rows))])
        output = 1 / (1 + np.exp(-layers[-1] @ W[-1]))
        delta = y[rows] - output  # error
        for w, layer in zip(W[::-1], layers[::-1]):  # backpropagation
            delta, step = (delta @ w.T * (1 - layer**2))[:, :-1], layer.T @ delta
            w += 0.25 * step  # update
for w in W[:-1]:
    X = np.c_[np.tanh(X @ w), np.ones(8)]
print(np.round(1 / (1 + np.exp(-X @ W[-1])), 2))
