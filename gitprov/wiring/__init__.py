"""Builds the ports out of adapters; the only place that names an adapter, and it knows no workflow."""
