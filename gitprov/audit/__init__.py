"""Workflows that answer questions and write nothing: one verb, one file, one public function that takes ports."""
