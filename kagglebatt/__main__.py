"""``python -m kagglebatt``."""

import sys

from kagglebatt.cli import main

sys.exit(main())
