"""The servers, for every test here."""

from tests.real.fixtures import bucket, far, s3, sftp

__all__ = ["bucket", "far", "s3", "sftp"]
