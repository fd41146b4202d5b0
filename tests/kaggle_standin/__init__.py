"""A stand-in for Kaggle: it speaks the genuine client's protocol, runs what is pushed, and fails on request.

Kaggle itself cannot be part of a test. What this package refuses, delays and loses is what Kaggle is known to; it
promises nothing about anything else, and holds no data but a test's own.
"""

from __future__ import annotations

from .runs import Run
from .standin import Standin

__all__ = ["Run", "Standin"]
