import numpy as np  # python -m generator xor3

X = 2 * np.indices((2, 2, 2)).reshape(3, -1).T - 1
y = (X > 0).sum(axis=1, keepdims=True) % 2
rng = np.random.default_rng(0)
W1, b1 = rng.normal(size=(3, 12)), np.zeros(12)
W2, b2 = rng.normal(size=(12, 1)), np.zeros(1)

for epoch in range(150):
    layer = 1 / (1 + np.exp(-(X @ W1 + b1)))  # feedforward
    output = 1 / (1 + np.exp(-(layer @ W2 + b2)))
    error = y - output  # error
    delta = error @ W2.T * layer * (1 - layer)  # backpropagation
    W2 += layer.T @ error  # update
    b2 += error.sum(axis=0)
    W1 += X.T @ delta
    b1 += delta.sum(axis=0)
layer = 1 / (1 + np.exp(-(X @ W1 + b1)))
print(np.round(1 / (1 + np.exp(-(layer @ W2 + b2))), 2))
