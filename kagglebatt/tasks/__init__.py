"""ARC tasks: values, where they are read from, and grids as pictures.

Imports: ``dsl``.

For others: ``task.Task``, ``task.Sample``, ``load.load_tasks``, ``picture.task_gallery``.
"""
