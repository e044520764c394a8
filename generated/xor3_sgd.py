import numpy as np  # python -m generator xor3 --batch sgd

X = 2 * np.indices((2, 2, 2)).reshape(3, -1).T - 1
y = (X > 0).sum(axis=1, keepdims=True) % 2
rng, lr = np.random.default_rng(0), 0.5
W1, b1 = rng.normal(size=(3, 12)), np.zeros(12)
W2, b2 = rng.normal(size=(12, 1)), np.zeros(1)
for epoch in range(100):
    for rows in rng.permutation(8).reshape(8, 1):
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
