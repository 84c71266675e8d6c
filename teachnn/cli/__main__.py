"""`python -m teachnn.cli` is the command `teachnn`."""

import sys

from teachnn.cli.command import main

if __name__ == "__main__":
    sys.exit(main())
