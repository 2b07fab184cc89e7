"""Moving releases between stages: asking, deciding, putting in place, serving."""
