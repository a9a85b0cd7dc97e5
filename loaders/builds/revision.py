"""A collection as it was at a revision of the git repository that holds it.

Nothing is checked out: ``git archive`` writes the folder of that revision elsewhere.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import tarfile
from pathlib import Path
from typing import Final

from ...graph.errors import RevisionError

_COMMIT: Final = re.compile("[0-9a-f]{40}(?:[0-9a-f]{24})?")
#: Seconds after which git is given up.
_PATIENCE: Final = 120


def as_it_was(folder: Path, revision: str, place: Path) -> Path:
    """Write the folder as it was at a revision under ``place``; returns it, under its own name.

    Raises ``RevisionError`` where there is no such revision, or the folder was not there.
    """
    top = _git(folder, "rev-parse", "--show-toplevel")
    if top.returncode != 0:
        raise RevisionError(f"{folder} is in no git repository: it has no revisions")
    root = Path(os.fsdecode(top.stdout.rstrip(b"\n"))).resolve()
    inside = folder.resolve().relative_to(root)
    commit = _commit(root, revision)
    archive = _git(root, "archive", "--format=tar", commit, "--", str(inside))
    if archive.returncode != 0:
        raise RevisionError(f"there was no {inside} at the revision “{revision}”")
    target = place / root.name
    try:
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
            for member in files:
                _write(files, member, target)
    except (tarfile.TarError, OSError) as error:
        raise RevisionError(f"{inside} at “{revision}” cannot be written out: {error}") from error
    return target / inside


def _write(files: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    """Write one file of an archive; links are refused: a collection is files in folders."""
    path = target / member.name
    if member.issym() or member.islnk() or ".." in path.parts:
        raise RevisionError(f"{member.name} is a link, and no file of a collection")
    content = files.extractfile(member)
    if content is None:
        path.mkdir(parents=True, exist_ok=True)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.read())


def _commit(root: Path, revision: str) -> str:
    """The commit that a revision means, whatever is in its name."""
    name = f"{revision}^{{commit}}"
    found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", name)
    commit = found.stdout.decode("ascii", "replace").strip()
    if found.returncode != 0 or not _COMMIT.fullmatch(commit):
        raise RevisionError(f"“{revision}” is no file, folder, build or revision of {root.name}")
    return commit


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    # Inside a hook, git's own variables name another repository.
    surroundings = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *arguments],
            env=surroundings,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except (FileNotFoundError, PermissionError) as error:
        raise RevisionError("git is not installed: revisions cannot be read") from error
    except subprocess.TimeoutExpired as error:
        raise RevisionError(f"git did not answer within {_PATIENCE} seconds") from error
