"""What axe finds wrong with a page: all that it looked at would take seconds to hand over."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from playwright.sync_api import Page

_RUN = """async (rules) => {
    const found = await axe.run({...rules, resultTypes: ['violations'], selectors: false});
    const wrong = found.violations.map(({id, help, nodes}) =>
        [id, help, nodes.slice(0, 4).map(({html}) => html.slice(0, 160))]);
    return [wrong, found.passes.length];
}"""


@cache
def _script() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def rules_passed(page: Page, state: str = "", *, colours_alone: bool = False) -> int:
    """How many rules passed; fails with what did not, and where."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_script())
    rules = {"runOnly": ["color-contrast"]} if colours_alone else {}
    wrong, passed = page.evaluate(_RUN, rules)
    assert wrong == [], state
    return int(passed)
