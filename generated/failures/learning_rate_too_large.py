import numpy as np  # python -m generator xor3 --activation relu --lr 1 --keep

X = 2 * np.indices((2, 2, 2)).reshape(3, -1).T - 1
y = (X > 0).sum(axis=1, keepdims=True) % 2
rng = np.random.default_rng(0)
W1, b1 = rng.normal(size=(3, 16)), np.zeros(16)
W2, b2 = rng.normal(size=(16, 1)), np.zeros(1)

for epoch in range(150):
    layer = np.maximum(0, X @ W1 + b1)  # feedforward
    output = 1 / (1 + np.exp(-(layer @ W2 + b2)))
    error = y - output  # error
    delta = error @ W2.T * (layer > 0)  # backpropagation
    W2 += layer.T @ error  # update
    b2 += error.sum(axis=0)
    W1 += X.T @ delta
    b1 += delta.sum(axis=0)
layer = np.maximum(0, X @ W1 + b1)
print(np.round(1 / (1 + np.exp(-(layer @ W2 + b2))), 2))
