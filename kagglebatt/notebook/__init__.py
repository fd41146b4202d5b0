"""The bundled kernel: what is packed into a notebook, what runs in it, and running it here with papermill.

Imports: ``pages``, ``iteration``, ``report``, ``report_text``, ``home`` and all below it.

For others: ``bundle.build``, ``bench.bench``, ``kernel.Kernel``, ``result.read_result``.
"""
