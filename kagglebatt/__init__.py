"""kagglebatt: evolve ARC solver programs, and carry what was learnt from one Kaggle kernel to the next."""

__version__ = "0.1.0"
