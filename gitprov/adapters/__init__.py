"""One package per outside thing; each translates the outside's exceptions into ours."""
