"""The stages of cells: a nearly right node, corrected by rules of single cells; an unfinished one, grown by such rules.

Imports: ``answers``, ``graph``, ``objects``; ``budget``, ``problem``, ``recall``, ``result`` and ``running`` of the
search; ``running``, ``programs``, ``dsl``.

For others: ``cells.cells``, ``growth.growth``.
"""
