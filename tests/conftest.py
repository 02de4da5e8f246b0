"""Nothing that a test computes is kept, nor taken from what this machine computed before."""

import os

os.environ["XLT_STORE"] = ":memory:"
