"""What every remote does alike: members before listings, each object checked, wrong bytes kept as evidence."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import chain

from gitprov.adapters.blobs.intake import Intake
from gitprov.adapters.blobs.objects import fits
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
        distinct = _distinct(items)
        with self._errors():
            return _missing(distinct, self._sizes(distinct))

    def upload(self, items: Sequence[Object], *, repair: bool = False, progress: Progress | None = None) -> Transfer:
        """Implements `Remote.upload`: what was sent is read back, and nothing wrong keeps its name.

        After a fault no `.dir` is sent, since it would promise what is not there.
        """
        distinct = _distinct(items)
        with self._errors():
            sizes = self._sizes(distinct)
            for item, size in sizes.items():
                if not fits(item, size):
                    self._set_aside(item)
            wanted = _missing(distinct, sizes)
            if repair:
                wanted += self._set_wrong_aside([item for item in distinct if item not in wanted], progress)
            arrived: list[Object] = []
            faults: list[Fault] = []
            with told(progress, f"pushing to {self.name}", wanted) as advance:
                for group in _members_first(wanted):
                    for sent, wrong in self._send([] if faults else group, advance):
                        faults += map(self._intake.fault, wrong)
                        for copied in _flat(self._read(sent, None, nobody)):
                            if copied.problem:
                                faults.append(self._fault(copied))
                            else:
                                arrived.append(copied.item)
                            if copied.problem == "mismatch":
                                self._set_aside(copied.item)
        return _transfer(distinct, wanted, arrived, faults)

    def download(self, items: Sequence[Object], *, progress: Progress | None = None) -> Transfer:
        """Implements `Remote.download`: wrong bytes go into the cache's quarantine."""
        distinct = _distinct(items)
        cache = self._intake.folder
        arrived: list[Object] = []
        faults: list[Fault] = []
        with self._errors():
            wanted = cache.missing(distinct)
            cache.set_misfits_aside(wanted)
            with told(progress, f"pulling from {self.name}", wanted) as advance, cache.staging() as staging:
                for group in _members_first(wanted):
                    for batch in self._read(group, staging, advance):
                        good = [copied for copied in batch if not copied.problem]
                        self._intake.publish(good)
                        arrived += [copied.item for copied in good]
                        for copied in batch:
                            if copied.problem:
                                faults.append(self._fault(copied))
                            if copied.problem == "mismatch":
                                cache.quarantine(str(copied.staged), copied.item)
        return _transfer(distinct, wanted, arrived, faults)

    def faults(self, items: Sequence[Object], *, progress: Progress | None = None) -> list[Fault]:
        """Implements `Remote.faults`."""
        distinct = _distinct(items)
        with self._errors(), told(progress, f"checking {self.name}", distinct) as advance:
            return [self._fault(copied) for copied in _flat(self._read(distinct, None, advance)) if copied.problem]

    def _set_wrong_aside(self, items: list[Object], progress: Progress | None) -> list[Object]:
        with told(progress, f"checking {self.name}", items) as advance:
            wrong = [copied.item for copied in _flat(self._read(items, None, advance)) if copied.problem]
        for item in wrong:
            self._set_aside(item)
        return wrong

    @abstractmethod
    def _errors(self) -> AbstractContextManager[None]:
        """Turns what goes wrong on the way into our errors."""

    @abstractmethod
    def _sizes(self, items: list[Object]) -> dict[Object, int]:
        """Returns the size in bytes of those that are there."""

    @abstractmethod
    def _send(self, items: list[Object], advance: Advance) -> Iterator[tuple[list[Object], list[Copied]]]:
        """Sends objects of the cache; yields in batches what was sent, and what is wrong in the cache."""

    @abstractmethod
    def _read(self, items: list[Object], staging: str | None, advance: Advance) -> Iterator[list[Copied]]:
        """Reads objects, and copies them to `staging` if given; yields batches."""

    @abstractmethod
    def _set_aside(self, item: Object) -> None:
        """Takes the name from an object that has wrong bytes, which are kept under another one."""

    def _fault(self, copied: Copied) -> Fault:
        if copied.problem is None:
            raise AssertionError("nothing is wrong with this object")
        return Fault(copied.item, self.name, copied.problem)


def _distinct(items: Sequence[Object]) -> list[Object]:
    return list(dict.fromkeys(items))


def _missing(items: list[Object], sizes: dict[Object, int]) -> list[Object]:
    return [item for item in items if item not in sizes or not fits(item, sizes[item])]


def _members_first(items: list[Object]) -> list[list[Object]]:
    """Returns the plain objects, and then DVC's listings, which promise that what they list is there."""
    return [[item for item in items if not item.is_dir], [item for item in items if item.is_dir]]


def _flat(batches: Iterable[list[Copied]]) -> Iterator[Copied]:
    return chain.from_iterable(batches)


def _transfer(items: list[Object], wanted: list[Object], arrived: list[Object], faults: list[Fault]) -> Transfer:
    size = sum(item.size for item in arrived)
    return Transfer(len(arrived), size, len(items) - len(wanted), tuple(faults))
