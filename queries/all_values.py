"""One query for all values of a question's parameters, instead of one query for each value."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from ..graph.sparql_tokens import scan, values_blocks


def for_all_values(
    text: str, values: Mapping[str, Iterable[str]], variables: Collection[str]
) -> str | None:
    """The query with all these IRIs for its parameters, whose rows tell the value they are for.

    The VALUES block of each parameter holds them all, and the parameter is projected;
    ``variables`` are those that the query projects already. ``None`` where it would mean something
    else: under a sub-query or an aggregate over everything, rows of several values would mix.
    """
    words = [token.text.upper() for token in scan(text)]
    if {"LIMIT", "OFFSET", "HAVING"} & {*words} or not _keeps_apart(text, values):
        return None
    if "COUNT" in words and "GROUP" not in words:
        return None
    for name, iris in values.items():
        blocks = values_blocks(text, name)
        if len(blocks) != 1:
            return None
        ((opening, closing),) = blocks
        listed = " ".join(f"<{iri}>" for iri in iris)
        text = f"{text[: opening.end]} {listed} {text[closing.start :]}"
    added = "".join(f" ?{name}" for name in values if name not in variables)
    tokens = list(scan(text))
    places: list[int] = []
    for place, token in enumerate(tokens):
        if token.is_word("SELECT") and not places:
            follower = tokens[place + 1]
            places.append(follower.end if follower.is_word("DISTINCT") else token.end)
        elif token.is_word("BY") and tokens[place - 1].is_word("GROUP"):
            places.append(token.end)
    for place in reversed(places):
        text = text[:place] + added + text[place:]
    return text


def _keeps_apart(text: str, keys: Iterable[str]) -> bool:
    """Whether every sub-query that speaks of a parameter projects it, and counts nothing."""
    tokens = list(scan(text))
    inner = [place for place, token in enumerate(tokens) if token.is_word("SELECT")][1:]
    for place in inner:
        opening = next(at for at in range(place, len(tokens)) if tokens[at].text == "{")
        depth, closing = 1, opening
        while depth:
            closing += 1
            depth += {"{": 1, "}": -1}.get(tokens[closing].text, 0)
        projected = {token.text for token in tokens[place:opening]}
        spoken_of = {token.text for token in tokens[opening:closing]}
        if any(token.is_word("COUNT") for token in tokens[place:closing]):
            return False
        if any(f"?{key}" in spoken_of and f"?{key}" not in projected for key in keys):
            return False
    return True
