"""What keeps a clone in order: its private state, which no commit has."""
