import numpy as np  # python -m generator xor --batch sgd --samples 1024

table = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])
targets = np.array([[0], [1], [1], [0]])
rng, lr = np.random.default_rng(0), 0.05
samples = rng.integers(4, size=1024)
X, y = table[samples] + rng.normal(0, 0.5, (1024, 2)), targets[samples]
W1, b1 = rng.normal(size=(2, 8)), np.zeros(8)
W2, b2 = rng.normal(size=(8, 1)), np.zeros(1)
for epoch in range(16):
    for rows in rng.permutation(1024).reshape(1024, 1):
        layer = 1 / (1 + np.exp(-(X[rows] @ W1 + b1)))  # feedforward
        output = 1 / (1 + np.exp(-(layer @ W2 + b2)))
        error = y[rows] - output  # error
        delta = error @ W2.T * layer * (1 - layer)  # backpropagation
        W2, b2 = W2 + lr * layer.T @ error, b2 + lr * error.sum(axis=0)  # update
        W1, b1 = W1 + lr * X[rows].T @ delta, b1 + lr * delta.sum(axis=0)
layer = 1 / (1 + np.exp(-(table @ W1 + b1)))
print(np.round(1 / (1 + np.exp(-(layer @ W2 + b2))), 2))
