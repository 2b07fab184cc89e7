"""The settings that people edit below `.gitprov/`. docs/format.md, "Settings"."""

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from gitprov.frozen import dataclass
from gitprov.records.codec import NameField, PathField, Setting, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSettings(Setting):
    """Which files are code, where a step does not say: paths from the top of the work tree."""

    include: tuple[PathField, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSettings(Setting):
    """What is said of one step: its code paths."""

    code: tuple[PathField, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentSettings(Setting):
    """Which environment variables belong to the environment digest; no other is ever read."""

    variables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSettings(Setting):
    """A stage that releases move to.

    Attributes:
        after: The stages that come before it: a release must be in effect in one of them.
        max_age_days: How old the evaluation of the gates may be when a promotion is first seen to count.
    """

    after: tuple[NameField, ...] = ()
    max_age_days: Version | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSettings(Setting):
    """What looks like a secret and is none: the words themselves, so that whoever reviews this file sees them."""

    allow: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Project(Setting):
    """project.yaml.

    Attributes:
        dvc_root: The folder that has `.dvc/`.
        remotes: Addresses of DVC remotes that may be used; none means whatever DVC has configured.
        code: Which files are code.
        steps: Settings of single steps.
        environment: Which variables count.
        stages: The stages and the moves between them.
        secrets: What is none.
    """

    schema: ClassVar[str] = "gitprov/project/v1"
    dvc_root: PathField = "."
    remotes: tuple[str, ...] = ()
    code: CodeSettings = field(default_factory=CodeSettings)
    steps: Mapping[NameField, StepSettings] = field(default_factory=dict)
    environment: EnvironmentSettings = field(default_factory=EnvironmentSettings)
    stages: Mapping[NameField, StageSettings] = field(default_factory=dict)
    secrets: SecretSettings = field(default_factory=SecretSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogEntry(Setting):
    """catalog/NAME.yaml: what a name is.

    Attributes:
        kind: Kind of its artifacts.
        owner: Person id of who answers for it; needed to seal.
        sla: In words.
        tags: From the taxonomy.
        members: Role to artifact name: the set that a release consists of.
        description: In words.
        formerly: The name that it had before.
    """

    schema: ClassVar[str] = "gitprov/catalog/v1"
    kind: NameField | None = None
    owner: NameField | None = None
    sla: str | None = None
    tags: tuple[str, ...] = ()
    members: Mapping[NameField, NameField] = field(default_factory=dict)
    description: str | None = None
    formerly: NameField | None = None
