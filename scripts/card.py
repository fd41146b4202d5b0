"""Deal a batt: ``python scripts/card.py -c 32 -f batt_run.py``; the same as ``kagglebatt card``."""

import sys

from kagglebatt.commands.cli import main

if __name__ == "__main__":
    sys.exit(main(["card", *sys.argv[1:]]))
