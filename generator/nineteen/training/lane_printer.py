"""What many scripts print that run side by side: a text for each of them."""

from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nineteen.training.lanes import BETWEEN, CLOSE, OPEN, Lanes


class LanePrinter:
    """The `print` of scripts that run in lanes."""

    def __init__(self, lanes: int) -> None:
        self.lanes = lanes
        self.printed: list[list[str]] = []

    def __call__(self, value: Any) -> None:
        if type(value) is Lanes:
            self._add(_texts(value.each))
        elif type(value) is str:
            head, *parts = value.split(OPEN)
            self._add([head])
            for part in parts:
                texts, _, tail = part.partition(CLOSE)
                self._add(texts.split(BETWEEN))
                self._add([tail])
        else:
            raise TypeError(f"not known side by side: print of a {type(value).__name__}")
        self._add(["\n"])

    def _add(self, texts: list[str]) -> None:
        self.printed.append(texts * (self.lanes // len(texts)))

    def texts(self) -> list[str]:
        """What each lane has printed."""
        return list(map("".join, zip(*self.printed, strict=True))) or [""] * self.lanes


def _texts(each: NDArray[Any]) -> list[str]:
    """NumPy's text of each lane's array."""
    if each.dtype == float and each.ndim == 3 and each[0].size <= 256 and each.shape[2] <= 8:
        hundredths = np.round(each * 100)
        if ((hundredths / 100 == each) & ~np.signbit(each) & (each <= 1)).all():
            return _predictions(hundredths.astype(int))
    return [_text(lane.tobytes(), lane.dtype.str, lane.shape) for lane in each]


@lru_cache(maxsize=4096)
def _text(numbers: bytes, dtype: str, shape: tuple[int, ...]) -> str:
    return str(np.frombuffer(numbers, dtype).reshape(shape))


def _predictions(hundredths: NDArray[Any]) -> list[str]:
    """The texts of arrays of numbers between 0 and 1 with at most two decimals.

    NumPy gives all numbers of an array as many places as the longest needs, so there are three
    texts for each number. NumPy makes them, once.
    """
    digits = (hundredths % 10 != 0).astype(int) + (hundredths % 100 != 0)
    places = digits.max(axis=(1, 2)).tolist()
    texts = []
    for lane, most in zip(hundredths.tolist(), places, strict=True):
        of = _numbers(most)
        texts.append("[[" + "]\n [".join([" ".join([of[n] for n in row]) for row in lane]) + "]]")
    return texts


@cache
def _numbers(places: int) -> dict[int, str]:
    """NumPy's text of each hundredth from 0 to 1 that has so many decimals at most."""
    hundredths = range(0, 101, 10 ** (2 - places))
    lines = str(np.array([[n / 100] for n in hundredths])).split("\n")
    return {n: line[2:].rstrip("]") for n, line in zip(hundredths, lines, strict=True)}
