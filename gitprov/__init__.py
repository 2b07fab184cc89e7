"""gitprov: a Git-native artifact tracker for machine-learning teams."""

__version__ = "0.1.0.dev0"
