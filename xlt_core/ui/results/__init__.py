"""How a run and its results are shown, on the tabs Evaluate and Runs."""
