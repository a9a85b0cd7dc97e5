"""Review: facts confirmed and disputed, two readings compared, and what stays unread."""

from __future__ import annotations

from pathlib import Path

READING = Path(__file__).parent / "readings"
#: Two readings of one bundled document, and what differs between them.
DOCUMENT = "egypt-iraq-talks"
