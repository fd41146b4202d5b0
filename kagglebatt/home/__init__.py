"""What is remembered from one iteration to the next: archive, cache and index, in one directory.

Imports: ``running``, ``programs``, ``tasks``, ``dsl``. It stands above ``running``, since an archive accepts only
verdicts.

For others: ``directory.open_home``, ``directory.read_archive``, ``directory.merge_homes``, ``archive.Archive``,
``cache.Cache``, ``recall.look_up``.
"""
