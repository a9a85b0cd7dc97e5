"""How deeply YAML is nested: libyaml ends with a segmentation fault at some thousand levels."""

from __future__ import annotations

import re
from typing import Final

#: How many lists and mappings may be nested.
DEEPEST: Final = 100
#: With fewer brackets, and with shorter indentation, no text is too deep for libyaml.
_MANY: Final = 1000
#: Each level of blocks takes a blank or an indicator at the beginning of a line.
_INDENTED: Final = re.compile(rf"^[ \t?:-]{{{DEEPEST},}}", re.MULTILINE)


def too_deep(text: str) -> tuple[int, int] | None:
    """The line and column, 1-based, at which a text of many levels goes beyond ``DEEPEST``.

    None for all other texts; what is not YAML is left to the parser. A parser that only reports
    events keeps its stack on the heap.
    """
    if text.count("[") + text.count("{") < _MANY and not _INDENTED.search(text):
        return None
    import yaml

    depth = 0
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                mark = event.start_mark
                if depth > DEEPEST and mark is not None:
                    return mark.line + 1, mark.column + 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    except yaml.YAMLError:
        pass
    return None
