"""The ``kagglebatt`` command, and ``python -m kagglebatt``: no file of the working folder is run in either.

``python -m`` puts the working folder in front of everything, and so does an empty entry of PYTHONPATH. Here it is
taken out again, before more is imported. What ``python -m`` itself imports before that, ``types`` and
``warnings`` for instance, cannot be prevented here; the command ``kagglebatt`` does not have that gap, nor has
``python -P -m``, which Python 3.11 and newer understand.
"""

import os
import sys


def run() -> None:
    """Run the command line, with modules from where Python and its packages are installed."""
    leave_working_folder()
    from kagglebatt.commands.cli import run_command_line

    run_command_line()


def leave_working_folder() -> None:
    """Take the working folder out of the path where it comes before the standard library."""
    try:
        unwanted = {"", os.getcwd()}
    except OSError:  # it was removed
        unwanted = {""}
    library = os.path.dirname(os.__file__)
    front = sys.path.index(library) if library in sys.path else len(sys.path)
    sys.path[:front] = [entry for entry in sys.path[:front] if entry not in unwanted]


if __name__ == "__main__":
    run()
