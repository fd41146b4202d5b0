"""``python -m kagglebatt``."""

from kagglebatt.cli import run_command_line

run_command_line()
