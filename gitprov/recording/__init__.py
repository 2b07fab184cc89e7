"""Workflows that write records and move bytes: one verb, one file, one public function that takes ports."""
