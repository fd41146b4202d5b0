"""The grid language: values, primitives and constants, and what each of them does.

Imports: ``errors`` alone.

For others: ``registry.PRIMITIVES``, ``constants.CONSTANTS``, ``types.Grid``, ``fingerprint.vocabulary_digest``.
"""
