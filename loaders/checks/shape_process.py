"""Validate a build, the shapes of collections in a process of their own that can be stopped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ...graph.errors import ShapesError
from ...messages.fault import Fault, Place, remedy_of
from ...messages.message import Message, Part
from ...ontology.schema import local_name
from ...ontology.turtle_file import sources_of
from ..collection import shape_files
from .shapes import SHAPES, Shapes, Validation, build_store, together

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

#: How long one shape of a collection may take.
SHAPE_SECONDS: Final = 60.0


def validate_build(
    dump: Path, collections: Iterable[Path] = (), seconds: float = SHAPE_SECONDS
) -> Validation:
    """Validate a build, given by its N-Quads and the collections that it was made from.

    Each shape of a collection has so many ``seconds``; the first that needs more is a fault, and
    those after it are not applied.
    """
    folders = tuple(collections)
    # Before any process is started: it raises the same errors.
    shapes = Shapes(collections=folders)
    if not any(shape_files(folders)):
        return shapes.validate(build_store(shapes, dump))
    return together(_in_time(dump, folders, seconds))


def _in_time(dump: Path, folders: Sequence[Path], seconds: float) -> Iterator[Validation]:
    """The results shape by shape from a process that can be stopped: Oxigraph's queries cannot."""
    from .collection_shapes import UNNAMED

    processes = get_context("spawn")
    receiving, sending = processes.Pipe(duplex=False)
    worker = processes.Process(target=_send_steps, args=(sending, dump, folders), daemon=True)
    worker.start()
    sending.close()
    now = ""
    try:
        while True:
            # Ours are as quick as the graph allows; a collection's may multiply.
            is_ours = now.startswith(SHAPES) and not now.startswith(UNNAMED)
            if now and not is_ours and not receiving.poll(seconds):
                yield _unfinished(folders, now, "shape-too-slow", seconds=seconds)
                return
            step: str | Validation | Message | None = receiving.recv()
            if isinstance(step, Message):
                raise ShapesError(step)
            if step is None:
                return
            now = step if isinstance(step, str) else ""
            if isinstance(step, Validation):
                yield step
    except EOFError:
        yield _unfinished(folders, now, "shape-not-applied")
    finally:
        worker.kill()
        worker.join()
        receiving.close()


def _send_steps(sending: Connection, dump: Path, folders: Sequence[Path]) -> None:
    """Apply the shapes and send what :meth:`Shapes.steps` yields, then None."""
    try:
        shapes = Shapes(collections=folders)
        for step in shapes.steps(build_store(shapes, dump)):
            sending.send(step)
        sending.send(None)
    except ShapesError as error:
        sending.send(error.message)
    except (MemoryError, RecursionError):
        # The reader sees that nothing more comes.
        sending.close()


def _unfinished(folders: Sequence[Path], shape: str, code: str, **parts: Part) -> Validation:
    """The validation that says which shape did not come to an end."""
    sources = sources_of(shape_files(folders))[0]
    source = next((s for s in sources if s.line_of(shape) > 1), sources[0])
    place = Place(source.name, source.line_of(shape))
    message = Message(code, name=local_name(shape), **parts)
    fault = Fault(place, message, remedy_of(code, {**message.parts}), "shapes")
    return Validation(0, (), (), (fault,))
