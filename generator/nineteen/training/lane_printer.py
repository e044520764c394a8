"""What many scripts print that run side by side: a text for each of them."""

from functools import cache, lru_cache
from typing import Any

import numpy as np

from nineteen.training.lanes import BETWEEN, CLOSE, OPEN, Array, Lanes, unknown


class LanePrinter:
    """The `print` of scripts that run in lanes."""

    def __init__(self, lanes: int) -> None:
        self.lanes = lanes
        self.printed: list[list[str]] = []

    def __call__(self, value: Any) -> None:
        if type(value) is Lanes:
            pieces = [_texts(value.each)]
        elif type(value) is str:  # between the marks, a text for each lane
            pieces = [part.split(BETWEEN) for part in value.replace(CLOSE, OPEN).split(OPEN)]
        else:
            unknown(f"print of a {type(value).__name__}")
        self.printed += [piece * (self.lanes // len(piece)) for piece in [*pieces, ["\n"]]]

    def texts(self) -> list[str]:
        """What each lane has printed."""
        return list(map("".join, zip(*self.printed, strict=True))) or [""] * self.lanes


def _texts(each: Array) -> list[str]:
    """NumPy's text of each lane's array."""
    if each.dtype == float and each.ndim == 3 and each[0].size <= 256 and each.shape[2] <= 8:
        hundredths = np.round(each * 100)
        if ((hundredths / 100 == each) & ~np.signbit(each) & (each <= 1)).all():
            return _predictions(hundredths.astype(int))
    return [_text(lane.tobytes(), lane.dtype.str, lane.shape) for lane in each]


@lru_cache(maxsize=4096)
def _text(numbers: bytes, dtype: str, shape: tuple[int, ...]) -> str:
    return str(np.frombuffer(numbers, dtype).reshape(shape))


def _predictions(hundredths: Array) -> list[str]:
    """NumPy's texts of arrays of hundredths, 0 to 100, that are printed as 0 to 1.

    NumPy gives all numbers of an array as many places as one of them needs.
    """
    digits = (hundredths % 10 != 0).astype(int) + (hundredths % 100 != 0)
    texts = []
    for lane, places in zip(hundredths.tolist(), digits.max(axis=(1, 2)).tolist(), strict=True):
        of = _numbers(places)
        texts.append("[[" + "]\n [".join([" ".join([of[n] for n in row]) for row in lane]) + "]]")
    return texts


@cache
def _numbers(places: int) -> dict[int, str]:
    """NumPy's text of each hundredth in an array of numbers with so many places."""
    hundredths = range(0, 101, 10 ** (2 - places))
    lines = str(np.array([[n / 100] for n in hundredths])).split("\n")
    return {n: line[2:].rstrip("]") for n, line in zip(hundredths, lines, strict=True)}
