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
    import signal

    try:
        listens = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if listens:
            signal.signal(signal.SIGINT, _end_at_once)  # nothing is under way, and an import must not fail halfway
        from kagglebatt.commands.cli import run_command_line

        if listens:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        run_command_line()
    except KeyboardInterrupt:
        _end_at_once()
    finally:
        if listens:
            signal.signal(signal.SIGINT, _end_at_once)  # what is left is to close what Python has open


def _end_at_once(*_of_signal: object) -> None:
    """End on Ctrl-C without a traceback."""
    os.write(2, b"kagglebatt: interrupted\n")
    os._exit(130)


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
