"""One iteration: deal, look up, run, score, inline, validate, file, save; and the same again for what is filed.

Imports: ``report``, ``home`` and all below it.

For others: ``iterate.evolve``, ``iterate.run_hand``, ``deal.deal_next``, ``progress.Progress``, ``rerun.rerun``.
"""
