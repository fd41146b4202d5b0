"""Candidates on samples: safely, in parallel, within limits; the scores and verdicts that come of it.

Imports: ``programs``, ``tasks``, ``dsl``.

For others: ``worker_pool.WorkerPool``, ``run.run``, ``score.Scores``, ``validate.validate``, ``outcome.Outcome``.
"""
