import numpy as np  # python -m generator xor --seed 3 --keep

X = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])
y = np.array([[0], [1], [1], [0]])
rng = np.random.default_rng(3)
W1, b1 = 50 * rng.normal(size=(2, 8)), np.zeros(8)
W2, b2 = rng.normal(size=(8, 1)), np.zeros(1)

for epoch in range(100):
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
