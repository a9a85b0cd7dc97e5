"""Make a process of Python look to our modules as it does on Windows, as far as that is possible.

Python loads this by itself where the folder is on PYTHONPATH, in child processes too. The libraries
are loaded before, since they would look for the real thing. What is not simulated: the file system
(names that differ by case, open files that cannot be renamed), consoles, and the libraries
themselves.
"""

import asyncio
import concurrent.futures.process  # noqa: F401
import ctypes  # noqa: F401
import fcntl
import multiprocessing.popen_spawn_posix  # noqa: F401
import os
import shutil
import subprocess  # noqa: F401
import sys
import tempfile  # noqa: F401
import types
import warnings
import webbrowser  # noqa: F401
from importlib import import_module
from pathlib import PurePath, PureWindowsPath

for _name in (
    "click", "click.shell_completion", "distributed", "edtf", "httptools", "jinja2", "mcp.server",
    "mimeparse", "networkx", "openpyxl", "oxrdflib", "prompt_toolkit", "pyoxigraph", "pyshacl",
    "pyvis.network", "rdflib", "rich.console", "rich.table", "SPARQLWrapper", "starlette",
    "uvicorn", "uvicorn.protocols.http.httptools_impl", "yaml",
):  # fmt: skip
    if _name in os.environ.get("TAAWUN_LIBRARIES", "").split():
        import_module(_name)

#: What Windows does not have.
for _name in ("fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"):
    sys.modules[_name] = None
sys.platform = "win32"
# Folders are deleted by their names there.
shutil._use_fd_functions = False
asyncio.ProactorEventLoop = asyncio.SelectorEventLoop

_msvcrt = types.ModuleType("msvcrt")
_msvcrt.LK_LOCK, _msvcrt.LK_NBLCK = 1, 2


def _locking(descriptor, mode, count):
    fcntl.lockf(descriptor, fcntl.LOCK_EX | (fcntl.LOCK_NB if mode == 2 else 0), count)


_msvcrt.locking = _locking
sys.modules["msvcrt"] = _msvcrt


def _watch(event, arguments):
    """Refuse what Windows refuses: names that it does not allow, and folders opened as files."""
    if event not in ("open", "os.mkdir", "os.rename", "os.link"):
        return
    for path in arguments[: 2 if event in ("os.rename", "os.link") else 1]:
        if not isinstance(path, str | bytes | PurePath):
            continue
        text = os.fsdecode(path)
        if text.startswith(("/dev/", "/proc/")):
            continue
        # tempfile names the folder, and opens a file in it.
        if event == "open" and arguments[1] is None and os.path.isdir(text):
            raise PermissionError(13, "Windows opens no folder", text)
        name = PurePath(text).name
        reserved = PureWindowsPath(name).is_reserved()
        if reserved or name.endswith((" ", ".")) or set(name) & set('<>:"|?*\\'):
            raise OSError(22, "Windows allows no such name", text)


sys.addaudithook(_watch)
# Whatever opens a text without saying its encoding gets another one on Windows.
warnings.filterwarnings("error", category=EncodingWarning, module=r"taawun\.")
