"""The stage of cells: a nearly right node, corrected by rules of single cells.

Imports: ``answers``, ``graph``; ``budget``, ``problem``, ``recall``, ``result`` and ``running`` of the search;
``running``, ``programs``, ``dsl``.

For others: ``cells.cells``.
"""
