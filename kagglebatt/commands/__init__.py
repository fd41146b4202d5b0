"""The command line: arguments in, exit code out.

Imports: everything below it, and most of that only when a command needs it.

For others: ``cli.main``.
"""
