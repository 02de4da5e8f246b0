"""The command line on the small host, translator and dataset of the tests, which load in no time."""

import sys

from helpers.small_parts import parts

from xlt_core.__main__ import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], parts()))
