"""One iteration: breed, probe, deal, look up, run, score, inline, validate, file, save; and filed
verdicts run again.

Imports: ``report``, ``home`` and all below it.

For others: ``iterate.evolve``, ``iterate.run_hand``, ``deal.deal_next``, ``progress.Progress``, ``rerun.rerun``.
"""
