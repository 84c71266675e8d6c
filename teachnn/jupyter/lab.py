"""`teachnn lab`: the course in a folder of the user's, open in JupyterLab on this machine alone."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

WELCOME = "00_welcome.ipynb"
# Jupyter's short names for settings that we give too, and one that brings its own kernel_websocket_connection_class.
SHORT = {
    "--ip": "ip",
    "--notebook-dir": "root_dir",
    "--gateway-url": "kernel_websocket_connection_class",
    "--GatewayClient.url": "kernel_websocket_connection_class",
}


def course() -> dict[str, Path]:
    """Return the notebooks and texts of the course, from the path in the course (beyond/11_x.ipynb) to the file.

    They are those of the checkout this file is in, or else those that pip installed.
    """
    checkout = Path(__file__).parents[2]
    if (checkout / "pyproject.toml").is_file():
        found = (checkout / "notebooks").rglob("*.*")
    else:
        files = importlib.metadata.files("teachnn") or []
        found = (Path(str(file.locate())).resolve() for file in files if "notebooks" in file.parts)
    paths = {path.as_posix().rpartition("/notebooks/")[2]: path for path in found if path.suffix in (".ipynb", ".md")}
    return {name: paths[name] for name in sorted(paths) if not name.startswith(".") and "/." not in name}


def copy_course(folder: Path) -> tuple[list[Path], list[Path]]:
    """Copy each file of the course that is not in the folder yet; return those copied and those left as they were."""
    folder.mkdir(parents=True, exist_ok=True)
    copied, kept = [], []
    for name, source in course().items():
        target, content = folder / name, source.read_bytes()
        target.parent.mkdir(exist_ok=True)
        try:
            file = target.open("xb")  # x: fails if it exists, so a learner's work is never overwritten
        except FileExistsError:
            kept.append(target)
            continue
        try:
            with file:
                file.write(content)
        except BaseException:  # half a notebook would pass for a learner's
            target.unlink()
            raise
        copied.append(target)
    return copied, kept


def command(folder: Path, others: list[str]) -> list[str]:
    """Return the command that starts JupyterLab in the folder: loopback only, its own token, no calls home.

    Of these settings, those that the other arguments give too are left out: Jupyter refuses an option given twice.
    """
    ours = {
        "ip": "--ServerApp.ip=127.0.0.1",
        "root_dir": f"--ServerApp.root_dir={folder.resolve()}",
        "kernel_websocket_connection_class": (
            "--ServerApp.kernel_websocket_connection_class=teachnn.jupyter.websocket.PromptWebsocket"
        ),
        "news_url": "--LabApp.news_url=None",
        "check_for_updates_class": "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "extension_manager": "--LabApp.extension_manager=readonly",
    }
    if first := _first_notebook(folder):
        ours["default_url"] = f"--LabApp.default_url=/lab/tree/{quote(first)}"
    theirs = set().union(*map(_settings_given, others))
    kept = [option for name, option in ours.items() if name not in theirs]
    return [sys.executable, "-m", "jupyterlab", *kept, *others]


def _first_notebook(folder: Path) -> str | None:
    names = sorted(path.name for path in folder.glob("*.ipynb") if path.is_file())
    return WELCOME if WELCOME in names else next(iter(names), None)


def _settings_given(argument: str) -> set[str]:
    """Return which of Jupyter's settings an argument gives itself, however it is spelt."""
    option = argument.partition("=")[0]
    dotted = re.fullmatch(r"--?\w*App\.(\w+)", option)  # --ServerApp.ip, --LabApp.ip, --NotebookApp.ip are the same
    name = dotted[1] if dotted else SHORT.get(option, "")
    name = "root_dir" if name == "notebook_dir" else name
    return {name, "default_url"} if name == "root_dir" else {name}  # our notebook may not be under their root


def environment() -> dict[str, str]:
    """Return the environment for JupyterLab: it asks no server on the internet, and leaves a core to the page.

    OpenBLAS waits for its threads without sleeping: with as many as cores, while a browser paints on one of them, a
    product of two matrices takes 30 times as long as it does alone.
    """
    cores = os.cpu_count() or 2
    paths = [str(Path(__file__).parent), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    threads = {"OPENBLAS_NUM_THREADS": str(max(1, cores - 1))}
    return {**threads, **os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, paths))}


def bring_course(folder: Path, who: str = "teachnn course") -> int:
    """Copy the course into the folder and say so; return the exit code."""
    try:
        copied, kept = copy_course(folder)
    except OSError as error:
        cure = "choose another with --folder"
        print(f"{who}: {folder}: expected a folder to write to, got {error.strerror}; {cure}", file=sys.stderr)
        return 1
    if not copied + kept:
        print(f"{who}: expected the notebooks of the course, got none; install teachnn again", file=sys.stderr)
        return 1
    print(
        f"The course is in {folder.resolve()}: {len(copied)} files copied, {len(kept)} of yours left as they were.",
        flush=True,  # before Jupyter says anything
    )
    return 0


def open_course(folder: Path, others: list[str]) -> int:
    """Copy the course and run JupyterLab until it is stopped; return its exit code."""
    if importlib.util.find_spec("jupyterlab") is None:
        print("teachnn lab: expected JupyterLab, got none installed; pip install 'teachnn[lab]'", file=sys.stderr)
        return 1
    if code := bring_course(folder, "teachnn lab"):
        return code
    with subprocess.Popen(command(folder, others), env=environment()) as server:
        while True:
            try:
                code = server.wait()
            except KeyboardInterrupt:  # Jupyter heard it too: it asks whether to stop, and ends its kernels in order
                continue
            return code if code >= 0 else 128 - code  # as a shell counts a signal
