"""From challenges to a submission: every task searched in a worker process of its own, the best answers always on disk.

Imports: ``search``, ``home``, ``running``, ``programs``, ``tasks``, ``dsl``.

For others: ``submission_file.SubmissionFile``, ``check.check_file``.
"""
