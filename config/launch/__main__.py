"""Command line of the launcher: python -m config.launch run|stop|reset|exec -- COMMAND."""

import sys

from config.embedded.problems import CannotStartError
from config.launch import commands, supervisor


def main(arguments: list[str]) -> int:
    """Do what the first word says; problems become sentences."""
    match arguments:
        case ["run"]:
            supervisor.run()
        case ["stop"]:
            commands.stop()
        case ["reset"]:
            commands.reset()
        case ["exec", "--", *command] if command:
            return commands.execute(command)
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except CannotStartError as error:
        sys.exit(str(error))
