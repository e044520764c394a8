"""NPN classes: Boolean functions that differ only in names and signs.

Two functions are in one class when permuting the inputs, negating some of them and negating the
output or not makes the one from the other (S. Muroga, Threshold Logic and Its Applications, 1971).
A script trains both with the same probability of success. With inputs of -1 and +1, negating an
input negates a row of W1; permuting inputs permutes its rows; and with a sigmoid output under
cross-entropy, negating the output negates W2 and b2. The initial weights, and the noise of samples,
are drawn independently and symmetrically about 0, the initial biases are 0, and the rows of the
truth table, whose order these changes permute, are reshuffled uniformly or summed, or drawn
uniformly: so every training run of the one function is a training run of the other, with relabelled
weights and the same probability.
"""

from itertools import permutations

import numpy as np

from nineteen.errors import UsageError

MAX_INPUTS = 4  # 5 inputs have 616,126 classes


def npn_classes(inputs: int) -> dict[str, int]:
    """How many functions each class has, by the first of them in order of its bits as a number.

    A function is its truth table's column, the row of zeros first. The classes partition the
    2 ** 2**inputs functions of exactly or fewer than `inputs` inputs: 2, 4, 14 and 222 of them for
    1 to 4 inputs. Raises UsageError for other numbers of inputs.
    """
    if not 1 <= inputs <= MAX_INPUTS:
        raise UsageError(f"--inputs {inputs}: families of functions have 1 to {MAX_INPUTS} inputs")
    rows, places = np.arange(2**inputs), np.arange(inputs)
    # For each change of the inputs, what a bit of the column is then worth; zeros come first.
    worth = [
        1 << rows[::-1][((rows[:, None] >> places & 1) << order).sum(axis=1) ^ negated]
        for order in permutations(places)
        for negated in rows
    ]
    classes: dict[str, int] = {}
    seen: set[int] = set()
    for number in range(2**rows.size):
        if number not in seen:
            changed = np.array(worth) @ (number >> rows[::-1] & 1)
            members = {*changed.tolist(), *(2**rows.size - 1 - changed).tolist()}
            seen |= members
            classes[f"{number:0{rows.size}b}"] = len(members)
    return classes
