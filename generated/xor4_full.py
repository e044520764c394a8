import numpy as np  # python -m generator xor4

X = 2 * np.indices((2, 2, 2, 2)).reshape(4, -1).T - 1
y = (X > 0).sum(axis=1, keepdims=True) % 2
lr = 0.25
rng = np.random.default_rng(0)
W1, b1 = rng.normal(size=(4, 24)), np.zeros(24)
W2, b2 = rng.normal(size=(24, 1)), np.zeros(1)
for epoch in range(200):
    layer = 1 / (1 + np.exp(-(X @ W1 + b1)))  # feedforward
    output = 1 / (1 + np.exp(-(layer @ W2 + b2)))
    error = y - output  # error
    delta = error @ W2.T * layer * (1 - layer)  # backpropagation
    W2 += lr * layer.T @ error  # update
    b2 += lr * error.sum(axis=0)
    W1 += lr * X.T @ delta
    b1 += lr * delta.sum(axis=0)
layer = 1 / (1 + np.exp(-(X @ W1 + b1)))
print(np.round(1 / (1 + np.exp(-(layer @ W2 + b2))), 2))
