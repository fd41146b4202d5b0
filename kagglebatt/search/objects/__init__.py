"""The stage of objects: grids are segmented, and rules say which action is done to which object.

Imports: ``answers``, ``graph``; ``budget``, ``problem``, ``recall``, ``result`` and ``running`` of the search;
``running``, ``programs``, ``dsl``.

For others: ``objects.ObjectStage``.
"""
