"""The round trip to Kaggle, through Kaggle's own client: push, watch, fetch, publish, and all of that in a loop.

Imports: ``notebook``, ``home`` and all below it.

For others: ``client.Client``, ``pushing.push``, ``watch.wait``, ``dataset.publish``, ``loop.Loop``.
"""
