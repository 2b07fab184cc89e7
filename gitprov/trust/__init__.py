"""Who signed what, and who counts for what at which step of the protected ref. Pure: facts in, verdicts out.

Specified in docs/format.md ("Signatures", "Trust root") and docs/verification.md.
"""
