"""Answers for tasks that nobody has solved: known programs, chains of moves, stacks of pieces; all of them programs.

Imports: ``home``, ``running``, ``programs``, ``tasks``, ``dsl``, ``notify``.

For others: ``search.search``, ``knowledge.knowledge``, ``knowledge.Knowledge``, ``budget.Budget``,
``result.SearchResult``, ``result.Found``.
"""
