"""Realistic mistakes in rendered scripts, to prove that the checks can fail."""

from mutants_around import DATA, ORDER, PRINTS, STARTS
from mutants_training import BACKPROPAGATION, DEEP, FORWARD, UPDATES

MUTANTS = (*UPDATES, *BACKPROPAGATION, *FORWARD, *DATA, *STARTS, *ORDER, *PRINTS, *DEEP)
