import numpy as np  # python -m generator xor --batch mini --show loss

X = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])
y = np.array([[0], [1], [1], [0]])
rng = np.random.default_rng(0)
W1, W2 = rng.normal(size=(2, 8)), rng.normal(size=(8, 1))
b1, b2, errors = np.zeros(8), np.zeros(1), np.zeros(y.shape)
for epoch in range(100):
    for rows in rng.permutation(4).reshape(2, 2):
        layer = 1 / (1 + np.exp(-(X[rows] @ W1 + b1)))  # feedforward
        output = 1 / (1 + np.exp(-(layer @ W2 + b2)))
        error = errors[rows] = y[rows] - output  # error
        delta = error @ W2.T * layer * (1 - layer)  # backpropagation
        W2, b2 = W2 + layer.T @ error, b2 + error.sum(axis=0)  # update
        W1, b1 = W1 + X[rows].T @ delta, b1 + delta.sum(axis=0)
    if epoch % 10 == 0:
        print(f"epoch {epoch}: loss {-np.log(1 - abs(errors)).sum():.3f}")
layer = 1 / (1 + np.exp(-(X @ W1 + b1)))
print(np.round(1 / (1 + np.exp(-(layer @ W2 + b2))), 2))
