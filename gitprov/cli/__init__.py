"""The command line: parse arguments, call one workflow, render its result."""
