"""Run a batt: ``python scripts/run_batt.py --timing -i 007bbfb7 -b batt_run``.

The same as ``kagglebatt run``, and writes what the archive holds to ``solver_md5/`` and ``differ_md5/`` here.
"""

import sys

from kagglebatt.commands.cli import main

if __name__ == "__main__":
    sys.exit(main(["run", "--export", ".", *sys.argv[1:]]))
