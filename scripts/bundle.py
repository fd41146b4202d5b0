"""``kagglebatt bundle`` under its other name: ``python scripts/bundle.py --to build/kernel``."""

from __future__ import annotations

import sys

from kagglebatt.commands.cli import main

if __name__ == "__main__":
    sys.exit(main(["bundle", *sys.argv[1:]]))
