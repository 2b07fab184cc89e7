"""The laws that a repository is checked against, each stated once: facts in, findings out. Pure.

The steps are numbered in docs/verification.md.
"""
