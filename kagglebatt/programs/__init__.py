"""Programs as values: read, print, slice, identify, mutate and deal; nothing here runs one.

Imports: ``dsl``.

For others: ``program.Program``, ``parse.parse_program``, ``read_file.read_programs``, ``batt.Batt``, ``batt.deal``,
``card.deal_hand``, ``inline.inline``.
"""
