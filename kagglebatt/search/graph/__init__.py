"""The graph of nodes, and the moves from node to node: written ones, ones for a task's sizes, parts of known programs.

Imports: ``budget``, ``knowledge``, ``problem`` and ``running`` of the search; ``running``, ``programs``, ``dsl``.

For others: ``graph.Graph``, ``graph.Node``, ``moves.Move``, ``moves.written``, ``catalogue.catalogue``,
``size_moves.size_moves``, ``mined.mined``.
"""
