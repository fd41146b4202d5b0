"""``python -m kagglebatt``."""

from kagglebatt.commands.cli import run_command_line

run_command_line()
