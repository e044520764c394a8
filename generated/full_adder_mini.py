import numpy as np  # python -m generator full_adder --batch mini

X = 2 * np.indices((2, 2, 2)).reshape(3, -1).T - 1
y = np.array([list(row) for row in "00 10 10 01 10 01 01 11".split()], int)
rng, lr = np.random.default_rng(0), 0.5
W1, b1 = rng.normal(size=(3, 12)), np.zeros(12)
W2, b2 = rng.normal(size=(12, 2)), np.zeros(2)
for epoch in range(100):
    for rows in rng.permutation(8).reshape(4, 2):
        layer = 1 / (1 + np.exp(-(X[rows] @ W1 + b1)))  # feedforward
        output = 1 / (1 + np.exp(-(layer @ W2 + b2)))
        error = y[rows] - output  # error
        delta = error @ W2.T * layer * (1 - layer)  # backpropagation
        W2 += lr * layer.T @ error  # update
        b2 += lr * error.sum(axis=0)
        W1 += lr * X[rows].T @ delta
        b1 += lr * delta.sum(axis=0)
layer = 1 / (1 + np.exp(-(X @ W1 + b1)))
print(np.round(1 / (1 + np.exp(-(layer @ W2 + b2))), 2))
