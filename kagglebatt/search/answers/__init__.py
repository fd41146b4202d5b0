"""From nodes to answers: a node as it is, recoloured, scaled, tiled, chosen from a list, or stacked on others.

Imports: ``graph``; ``budget``, ``problem``, ``recall``, ``result`` and ``running`` of the search; ``running``,
``programs``, ``dsl``.

For others: ``explore.Explorer``, ``pieces.Pieces``, ``pieces.Piece``, ``painting.Painter``.
"""
