"""Tickets are kept while something may come of them, and not for ever (docs/clusters.md)."""

from pathlib import Path

from gitprov.errors import catalogue as codes
from tests.flows.recording.tickets import copied, forge, made
from tests.remedies.following import follow
from tests.support import Gitprov, Repo

LONG_AGO = {"started": "2020-01-01T00:00:00.000001Z", "finished": "2020-01-01T00:00:00.000002Z"}


def test_what_was_brought_long_ago_needs_no_ticket(project: Repo, tmp_path: Path, gitprov: Gitprov) -> None:
    """Recorded or in a run-set; one that nobody brought yet stays however old it is, and so does one brought lately."""
    node = copied(project, tmp_path / "node" / "copy", gitprov)
    tickets = {
        name: made(gitprov, tmp_path / f"{name}.yaml", "--param", f"depth={depth}")
        for depth, name in enumerate(("brought", "best", "loser", "lately", "waiting"))
    }
    outs = {name: tmp_path / "outs" / name for name in tickets}
    for name, out in outs.items():
        node.run(tickets[name], out)
        if name != "lately":
            forge(out, **LONG_AGO)
    kept = project.path / ".git/gitprov/tickets"
    drafts = gitprov("bring", "--draft", "--json", outs["best"], outs["loser"]).json()["recorded"]
    best = next(one["id"] for one in drafts if one["type"] == "run")
    gitprov("keep", "--sweep", "rates", best)
    gitprov("bring", outs["brought"], outs["lately"])

    said = gitprov("doctor", status=1)
    assert "tickets that were brought, by runs that ended more than 90 days ago: 3" in said.out
    assert len(list(kept.iterdir())) == 5
    follow(codes.CLN_TICKET, said, project)
    left = {path.read_bytes() for path in kept.iterdir()}
    assert left == {tickets["lately"].read_bytes(), tickets["waiting"].read_bytes()}
    assert gitprov("doctor").out == "nothing wrong\n"

    gitprov("bring", outs["waiting"])
    assert "already recorded run train" in gitprov("bring", outs["brought"]).out
    node.run(tickets["brought"], tmp_path / "again")
    assert codes.TKT_FOREIGN.id in gitprov("bring", tmp_path / "again", status=1).err
    assert "recorded run train" in gitprov("bring", "--ticket", tickets["brought"], tmp_path / "again").out
