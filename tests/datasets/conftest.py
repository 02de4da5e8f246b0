"""Lets the tests of the datasets use the fakes of the folder above when they run by themselves."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))
