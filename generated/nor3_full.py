import numpy as np  # python -m generator nor3

X = 2 * np.indices((2, 2, 2)).reshape(3, -1).T - 1
y = X.max(axis=1, keepdims=True) < 0
lr = 0.5
rng = np.random.default_rng(0)
W1, b1 = rng.normal(size=(3, 12)), np.zeros(12)
W2, b2 = rng.normal(size=(12, 1)), np.zeros(1)
for epoch in range(100):
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
