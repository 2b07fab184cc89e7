"""What every remote does alike: members before listings, each object checked, wrong bytes kept as evidence."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager

from gitprov.adapters.blobs.intake import Intake
from gitprov.adapters.blobs.reading import Copied
from gitprov.adapters.blobs.work import Advance, nobody, told
from gitprov.ports.blobs import Fault, Object, Transfer
from gitprov.ports.progress import Progress


class CheckedRemote(ABC):
    """A remote of which only the way to its bytes is left open.

    Args:
        name: What people call it: the name in DVC's configuration and the address without user information.
        intake: The cache that objects come from and go to.
    """

    def __init__(self, name: str, intake: Intake) -> None:
        self._name = name
        self._intake = intake

    @property
    def name(self) -> str:
        """Implements `Remote.name`."""
        return self._name

    def missing(self, items: Sequence[Object]) -> list[Object]:
        """Implements `Remote.missing`."""
        with self._errors():
            return self._lacking(_distinct(items))

    def upload(self, items: Sequence[Object], *, progress: Progress | None = None) -> Transfer:
        """Implements `Remote.upload`: what was sent is read back, and nothing wrong keeps its name.

        After a fault no `.dir` is sent, since it would promise what is not there.
        """
        with self._errors():
            wanted = self._lacking(_distinct(items))
            arrived: list[Object] = []
            faults: list[Fault] = []
            with told(progress, f"pushing to {self.name}", wanted) as advance:
                for group in _members_first(wanted):
                    for sent, wrong in self._send([] if faults else group, advance):
                        faults += map(self._intake.fault, wrong)
                        for back in self._read(sent, None, nobody):
                            for copied in back:
                                if copied.problem:
                                    self._set_aside(copied)
                                    faults.append(self._fault(copied))
                                else:
                                    arrived.append(copied.item)
            return _transfer(items, wanted, arrived, faults)

    def download(self, items: Sequence[Object], *, progress: Progress | None = None) -> Transfer:
        """Implements `Remote.download`: wrong bytes go into the cache's quarantine."""
        with self._errors():
            cache = self._intake.folder
            wanted = cache.missing(_distinct(items))
            arrived: list[Object] = []
            faults: list[Fault] = []
            with told(progress, f"pulling from {self.name}", wanted) as advance, cache.staging() as staging:
                for group in _members_first(wanted):
                    for come in self._read(group, staging, advance):
                        good = [copied for copied in come if not copied.problem]
                        self._intake.publish(good)
                        arrived += [copied.item for copied in good]
                        for copied in come:
                            if copied.problem:
                                if copied.staged and copied.found:
                                    cache.quarantine(copied.staged, copied.item, copied.found)
                                faults.append(self._fault(copied))
            return _transfer(items, wanted, arrived, faults)

    def faults(self, items: Sequence[Object], *, progress: Progress | None = None) -> list[Fault]:
        """Implements `Remote.faults`."""
        distinct = _distinct(items)
        with self._errors(), told(progress, f"checking {self.name}", distinct) as advance:
            done = self._read(distinct, None, advance)
            return [self._fault(copied) for batch in done for copied in batch if copied.problem]

    @abstractmethod
    def _errors(self) -> AbstractContextManager[None]:
        """Turns what goes wrong on the way into our errors."""

    @abstractmethod
    def _lacking(self, items: list[Object]) -> list[Object]:
        """Returns those that are not there with their size."""

    @abstractmethod
    def _send(self, items: list[Object], advance: Advance) -> Iterator[tuple[list[Object], list[Copied]]]:
        """Sends objects of the cache; yields in batches what was sent, and what is wrong in the cache."""

    @abstractmethod
    def _read(self, items: list[Object], staging: str | None, advance: Advance) -> Iterator[list[Copied]]:
        """Reads objects, and copies them to `staging` if given, in batches."""

    @abstractmethod
    def _set_aside(self, copied: Copied) -> None:
        """Takes the name from an object that we sent and that arrived with wrong bytes."""

    def _fault(self, copied: Copied) -> Fault:
        if copied.problem is None:
            raise AssertionError("nothing is wrong with this object")
        return Fault(copied.item, self.name, copied.problem)


def _distinct(items: Sequence[Object]) -> list[Object]:
    return list(dict.fromkeys(items))


def _members_first(items: list[Object]) -> list[list[Object]]:
    """Returns the plain objects, and then DVC's listings, which promise that what they list is there."""
    return [[item for item in items if not item.is_dir], [item for item in items if item.is_dir]]


def _transfer(items: Sequence[Object], wanted: list[Object], arrived: list[Object], faults: list[Fault]) -> Transfer:
    present = len(_distinct(items)) - len(wanted)
    return Transfer(len(arrived), sum(item.size for item in arrived), present, tuple(faults))
