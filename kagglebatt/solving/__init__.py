"""From challenges to a submission: every task searched in a worker process of its own, the best answers always on disk.

Imports: ``search``, ``home``, ``running``, ``programs``, ``tasks``, ``dsl``.

For others: ``solve.solve``, ``budget.SolveBudget``, ``report.SolveReport``, ``submission_file.SubmissionFile``,
``check.check_file``.
"""
