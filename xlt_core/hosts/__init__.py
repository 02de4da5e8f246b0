"""The hosts, which run a language model in this process or reach one behind a server: one kind of host a file."""
