"""What workflows need of the outside, as Protocols; adapters satisfy them structurally.

Every path is relative to the top of the work tree with `/` between components, unless it says otherwise.
"""
