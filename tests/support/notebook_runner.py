"""Run the code cells of a Jupyter notebook in order, and store their outputs in it.

``python tests/support/notebook_runner.py NOTEBOOK`` writes the outputs into the file. The cells
run in one namespace of this process, without Jupyter; an output is what a cell prints, and the
text and HTML of its last expression.
"""

from __future__ import annotations

import ast
import io
import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any


def with_outputs(notebook: dict[str, Any]) -> dict[str, Any]:
    """A copy of the notebook with the outputs that its cells give now."""
    notebook = json.loads(json.dumps(notebook))
    names: dict[str, Any] = {"__name__": "__main__"}
    codes = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for number, cell in enumerate(codes, 1):
        cell["execution_count"] = number
        cell["outputs"] = list(_outputs("".join(cell["source"]), number, names))
    return notebook


def _outputs(source: str, number: int, names: dict[str, Any]) -> list[dict[str, Any]]:
    body = ast.parse(source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    printed, value = io.StringIO(), None
    with redirect_stdout(printed):
        exec(compile(ast.Module(body, []), f"cell {number}", "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), f"cell {number}", "eval"), names)
    found: list[dict[str, Any]] = []
    if text := printed.getvalue():
        found.append({"name": "stdout", "output_type": "stream", "text": _lines(text)})
    if value is not None:
        data = {"text/plain": _lines(repr(value))}
        if hasattr(value, "_repr_html_") and (html := value._repr_html_()):
            data = {"text/html": _lines(html), **data}
        result = {"data": data, "execution_count": number, "metadata": {}}
        found.append({**result, "output_type": "execute_result"})
    return found


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def read(path: Path) -> dict[str, Any]:
    """The notebook of a file."""
    notebook: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return notebook


if __name__ == "__main__":
    file = Path(sys.argv[1])
    text = json.dumps(with_outputs(read(file)), ensure_ascii=False, indent=1)
    file.write_text(text + "\n", "utf-8")
