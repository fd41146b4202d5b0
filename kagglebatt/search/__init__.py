"""Answers for tasks that nobody has solved: known programs, chains of moves, stacks of pieces; all of them programs.

``search`` has the stages on one screen. The stages that need several files are folders, each of which imports only from
those before it and from the files here that all of them share: ``graph``, ``answers``, ``cells`` and ``objects``.

Imports: ``home``, ``running``, ``programs``, ``tasks``, ``dsl``, ``notify``.

For others: ``search.search``, ``knowledge.knowledge``, ``knowledge.Knowledge``, ``budget.Budget``,
``result.SearchResult``, ``result.Found``.
"""
