"""What a notebook uses: values that show themselves, and one function for each thing to do with them.

Imports: ``iteration``, ``report``, ``home`` and all below them.

For others: ``program.Program``, ``program.read_programs``, ``tasks.load_tasks``, ``scoring.run``, ``scoring.score``,
``solving.solve``, ``hand.deal``, ``evolving.evolve``, ``opened.open_home``, ``vocabulary.primitives``,
``tracing.trace``, ``progress.progress_bar``; ``kagglebatt`` itself offers most of them by name.
"""
