"""Review: facts confirmed and disputed, two readings compared, and what stays unread."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taawun.desk.review_pages import Reviewing
from taawun.desk.session import Desk
from taawun.graph.errors import CollectionError
from taawun.loaders.builds.build import build
from taawun.loaders.builds.inputs import SEEDS, fingerprint
from taawun.loaders.collection import read_collection
from taawun.loaders.reading_comparison import Agreement
from taawun.loaders.reviews import read_reviews, stated_in

READING = Path(__file__).parent / "readings"
#: Two readings of one bundled document, and what differs between them.
DOCUMENT = "egypt-iraq-talks"
