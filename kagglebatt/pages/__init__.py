"""The report page: one HTML file of what a home knows of its tasks, to look at, made from the home alone.

Imports: ``running``, ``home`` and all below them; jinja2 and matplotlib where a page is made, and not before.

For others: ``page.make_page``, ``page.Page``, ``page.FILE_NAME``.
"""
