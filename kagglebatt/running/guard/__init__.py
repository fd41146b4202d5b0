"""A folder for PYTHONPATH, not a package to import: Python processes that others start find ``sitecustomize`` here.

Imports: nothing of kagglebatt.

For others: nothing; ``worker_start`` names the folder.
"""
