"""The doors where records come in: git's hooks, a server, CI. Each sees a change and asks the one engine (check)."""
