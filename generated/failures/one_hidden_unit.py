import numpy as np  # python -m generator xor --hidden 1 --keep

X = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])
y = np.array([[0], [1], [1], [0]])
lr = 0.5
rng = np.random.default_rng(0)
W1, b1 = rng.normal(size=(2, 1)), np.zeros(1)
W2, b2 = rng.normal(size=(1, 1)), np.zeros(1)
for epoch in range(400):
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
