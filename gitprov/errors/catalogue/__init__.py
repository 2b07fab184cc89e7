"""Every code that gitprov can raise. Codes are never reused; a new one goes to the end of its area."""

# One namespace, `codes.AREA_NAME`, in files of a readable size.
from gitprov.errors.catalogue.declaring import CATALOGUE as CATALOGUE
from gitprov.errors.catalogue.promotions import *  # noqa: F403
from gitprov.errors.catalogue.records import *  # noqa: F403
from gitprov.errors.catalogue.tickets import *  # noqa: F403
from gitprov.errors.catalogue.trust import *  # noqa: F403
from gitprov.errors.catalogue.upkeep import *  # noqa: F403
from gitprov.errors.catalogue.work import *  # noqa: F403
