"""Nothing that a test makes is kept among the user's own, nor is anything taken from what is there."""

import os
import signal
import tempfile

os.environ["XLT_STORE"] = ":memory:"
os.environ["XLT_ADAPTERS"] = tempfile.mkdtemp(prefix="xlt-adapters-")

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts a job in its background with it ignored
