"""The course in a folder of the learner's, in a JupyterLab that only this machine can reach."""

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path, PurePosixPath

import pytest

import teachnn as tn
from teachnn.jupyter import lab

ROOT = Path(tn.__file__).parents[1]


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of three notebooks, in place of the real one."""
    folder = tmp_path / "course"
    folder.mkdir()
    for name in ("00_start", "01_first", "02_second"):
        (folder / f"{name}.ipynb").write_text(name)
    monkeypatch.setattr(lab, "course", lambda: {path.name: path for path in sorted(folder.glob("*.ipynb"))})
    return folder


def names(paths):
    return [path.name for path in paths]


# The copy


def test_the_course_is_found_in_a_checkout():
    found = lab.course()
    files = [path for kind in ("*.ipynb", "*/*.ipynb", "*.md") for path in (ROOT / "notebooks").glob(kind)]
    assert sorted(found.values()) == sorted(path for path in files if ".ipynb_checkpoints" not in path.parts)
    assert {"glossary.md", "teaching.md", "10_vae.ipynb"} <= set(found)
    assert all((ROOT / "notebooks" / name).samefile(path) for name, path in found.items())


def test_the_course_is_found_where_pip_put_it(tmp_path, monkeypatch):
    class Installed(PurePosixPath):
        def locate(self):
            return tmp_path / "lib" / self

    shared = "../share/teachnn/notebooks/"
    files = [
        f"{shared}01_b.ipynb",
        "teachnn/jupyter/lab.py",
        f"{shared}00_a.ipynb",
        f"{shared}beyond/11_c.ipynb",
        f"{shared}.ipynb_checkpoints/00_a.ipynb",
        f"{shared}a.svg",
        f"{shared}glossary.md",
    ]
    monkeypatch.setattr(lab, "__file__", str(tmp_path / "lib" / "teachnn" / "jupyter" / "lab.py"))
    monkeypatch.setattr("importlib.metadata.files", lambda name: map(Installed, files) if name == "teachnn" else None)
    there = tmp_path.resolve() / "share" / "teachnn" / "notebooks"
    expected = ["00_a.ipynb", "01_b.ipynb", "beyond/11_c.ipynb", "glossary.md"]
    assert list(lab.course().items()) == [(name, there / name) for name in expected]


def test_every_notebook_is_copied_into_a_folder_that_need_not_exist(course, tmp_path):
    target = tmp_path / "mine" / "here"
    copied, kept = lab.copy_course(target)
    assert kept == [] and names(copied) == names(sorted(target.iterdir())) == names(sorted(course.iterdir()))
    assert [path.read_text() for path in copied] == ["00_start", "01_first", "02_second"]


def test_what_is_there_is_never_overwritten(course, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "01_first.ipynb").write_text("my own work")
    (mine / "other.txt").write_text("mine too")
    copied, kept = lab.copy_course(mine)
    assert (names(copied), names(kept)) == (["00_start.ipynb", "02_second.ipynb"], ["01_first.ipynb"])
    (mine / "00_start.ipynb").write_text("")
    copied, kept = lab.copy_course(mine)
    assert (names(copied), len(kept)) == ([], 3)
    assert [(mine / name).read_text() for name in ("00_start.ipynb", "01_first.ipynb", "other.txt")] == [
        "",
        "my own work",
        "mine too",
    ]


def test_copies_of_a_read_only_course_can_be_written(course, tmp_path):
    for source in course.iterdir():
        source.chmod(0o444)
    course.chmod(0o555)
    try:
        copied, _ = lab.copy_course(tmp_path / "mine")
        assert len(copied) == 3 and all(path.stat().st_mode & 0o200 for path in copied)
        copied[0].write_text("mine")
    finally:
        course.chmod(0o755)


class FullDisk:
    def __init__(self, file):
        self.file = file

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def write(self, content):
        self.file.write(content[:3])
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("method", ["read_bytes", "open"])
def test_a_notebook_that_cannot_be_copied_leaves_no_part_of_it_behind(method, course, tmp_path, monkeypatch):
    works = getattr(Path, method)

    def fails(path, *arguments, **options):
        if path.name != "01_first.ipynb" or (method == "open" and path.parent == course):
            return works(path, *arguments, **options)
        if method == "open":
            return FullDisk(works(path, *arguments, **options))
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(Path, method, fails)
        with pytest.raises(OSError):
            lab.copy_course(tmp_path / "mine")
    copied, kept = lab.copy_course(tmp_path / "mine")
    assert (names(copied), names(kept)) == (["01_first.ipynb", "02_second.ipynb"], ["00_start.ipynb"])
    assert (tmp_path / "mine" / "01_first.ipynb").read_text() == "01_first"


# The command


def test_the_server_listens_on_this_machine_only_and_keeps_its_token(tmp_path):
    command = lab.command(tmp_path, [])
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert "--ServerApp.ip=127.0.0.1" in command and f"--ServerApp.root_dir={tmp_path.resolve()}" in command
    assert "--ServerApp.kernel_websocket_connection_class=teachnn.jupyter.websocket.PromptWebsocket" in command
    for word in ("token", "password", "allow_origin", "disable_check_xsrf", "allow_remote", "allow-root"):
        assert not any(word in argument for argument in command)


def test_the_server_makes_no_calls_home(tmp_path):
    command = lab.command(tmp_path, [])
    for argument in (
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
    ):
        assert argument in command


def test_the_welcome_is_opened_or_else_the_first_notebook(tmp_path):
    assert not any("default_url" in argument for argument in lab.command(tmp_path, []))
    (tmp_path / "0.ipynb").mkdir()
    for name in ("b.ipynb", "a.ipynb", "0.txt"):
        (tmp_path / name).touch()
    assert "--LabApp.default_url=/lab/tree/a.ipynb" in lab.command(tmp_path, [])
    for name in ("#mine.ipynb", "00_welcome.ipynb", "00_before.ipynb"):
        (tmp_path / name).touch()
    assert "--LabApp.default_url=/lab/tree/00_welcome.ipynb" in lab.command(tmp_path, [])


def test_the_welcome_is_a_notebook_of_the_course():
    assert lab.WELCOME in lab.course()


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("#draft 1.ipynb", "%23draft%201.ipynb"),
        pytest.param(
            "what?&x=1.ipynb",
            "what%3F%26x%3D1.ipynb",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="no name of a file there"),
        ),
        ("50%.ipynb", "50%25.ipynb"),
        ("über.ipynb", "%C3%BCber.ipynb"),
    ],
)
def test_the_name_of_a_notebook_is_quoted_for_an_address(name, quoted, tmp_path):
    (tmp_path / name).touch()
    assert f"--LabApp.default_url=/lab/tree/{quoted}" in lab.command(tmp_path, [])


def test_a_relative_folder_becomes_an_absolute_root(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert f"--ServerApp.root_dir={(tmp_path / 'mine').resolve()}" in lab.command(Path("mine"), [])


def test_further_arguments_come_last(tmp_path):
    assert lab.command(tmp_path, ["--no-browser", "--port", "9999"])[-3:] == ["--no-browser", "--port", "9999"]


OURS = {
    "ip",
    "root_dir",
    "kernel_websocket_connection_class",
    "news_url",
    "check_for_updates_class",
    "extension_manager",
    "default_url",
}


@pytest.mark.parametrize(
    ("given", "left_out"),
    [
        (["--ip", "0.0.0.0"], {"ip"}),
        (["--ip=0.0.0.0"], {"ip"}),
        (["--ServerApp.ip=0.0.0.0"], {"ip"}),
        (["--ServerApp.ip", "0.0.0.0"], {"ip"}),
        (["-ServerApp.ip=0.0.0.0"], {"ip"}),
        (["--LabApp.ip=0.0.0.0"], {"ip"}),
        (["--NotebookApp.ip=0.0.0.0"], {"ip"}),
        (["--notebook-dir", "x"], {"root_dir", "default_url"}),
        (["--notebook-dir=x"], {"root_dir", "default_url"}),
        (["--ServerApp.root_dir=x"], {"root_dir", "default_url"}),
        (["--ServerApp.notebook_dir", "x"], {"root_dir", "default_url"}),
        (["--NotebookApp.notebook_dir=x"], {"root_dir", "default_url"}),
        (["--LabApp.default_url=/lab"], {"default_url"}),
        (["--ServerApp.default_url=/lab"], {"default_url"}),
        (["--LabApp.extension_manager=pypi"], {"extension_manager"}),
        (["--LabApp.news_url=x"], {"news_url"}),
        (["--LabApp.check_for_updates_class", "x"], {"check_for_updates_class"}),
        (["--ServerApp.kernel_websocket_connection_class=x"], {"kernel_websocket_connection_class"}),
        (["--gateway-url", "http://x"], {"kernel_websocket_connection_class"}),
        (["--GatewayClient.url=http://x"], {"kernel_websocket_connection_class"}),
        (["--ip=x", "--no-browser", "--ServerApp.root_dir=y"], {"ip", "root_dir", "default_url"}),
        (["--port", "9999"], set()),
        (["--port=9999", "--KernelManager.ip=x", "--ServerApp.ip_x=1", "--ip-x=1", "--root_dir=x", "ip"], set()),
    ],
)
def test_what_the_learner_sets_wins_however_it_is_spelt_and_ours_is_left_out(given, left_out, tmp_path):
    (tmp_path / "a.ipynb").touch()
    ours = lab.command(tmp_path, [])[3:]
    command = lab.command(tmp_path, given)
    kept = [option for option in ours if option.partition("=")[0].partition(".")[2] not in left_out]
    assert command[3:] == [*kept, *given] and len(kept) == len(OURS - left_out)


@pytest.mark.parametrize(
    ("given", "trait", "value"),
    [
        (["--ip", "0.0.0.0"], "ip", "0.0.0.0"),
        (["--notebook-dir=/"], "root_dir", "/"),
        (["--ServerApp.root_dir", "/"], "root_dir", "/"),
    ],
)
def test_jupyter_takes_what_the_learner_sets(given, trait, value, tmp_path):
    pytest.importorskip("jupyterlab")
    from jupyter_server.serverapp import ServerApp

    (tmp_path / "a.ipynb").touch()
    app = ServerApp()
    app.parse_command_line(lab.command(tmp_path, given)[3:])
    assert getattr(app, trait) == value


# Opening it


@pytest.fixture
def started(monkeypatch):
    """The commands that were started, in place of starting them."""
    commands = []

    class Server:
        def __init__(self, command, env):
            commands.append((command, env))

        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def wait(self):
            if len(commands) == 1 and not self.asked:
                self.asked = True
                raise KeyboardInterrupt  # the learner's first Ctrl-C: Jupyter asks whether it is meant
            return 5

        asked = False

    monkeypatch.setattr("subprocess.Popen", Server)
    return commands


def test_opening_copies_counts_starts_and_returns_the_exit_code(course, tmp_path, started, capsys):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "01_first.ipynb").write_text("my own work")
    assert lab.open_course(mine, ["--no-browser"]) == 5
    out, err = capsys.readouterr()
    assert out == f"The course is in {mine.resolve()}: 2 files copied, 1 of yours left as they were.\n"
    assert err == "" and started == [(lab.command(mine, ["--no-browser"]), lab.environment())]


def test_no_news_are_asked_for_and_the_learners_own_settings_still_count(monkeypatch):
    monkeypatch.delenv("JUPYTER_CONFIG_PATH", raising=False)
    ours = Path(lab.environment()["JUPYTER_CONFIG_PATH"])
    settings = json.loads((ours / "labconfig" / "default_setting_overrides.json").read_text())
    assert settings["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/theirs")
    assert lab.environment()["JUPYTER_CONFIG_PATH"] == f"{ours}{os.pathsep}/theirs"


@pytest.mark.parametrize(("cores", "threads"), [(1, "1"), (2, "1"), (8, "7"), (None, "1")])
def test_a_core_is_left_to_the_page_unless_the_learner_says_otherwise(cores, threads, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    assert lab.environment()["OPENBLAS_NUM_THREADS"] == threads
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "5")
    assert lab.environment()["OPENBLAS_NUM_THREADS"] == "5"


def test_without_jupyterlab_the_cure_is_named_and_nothing_is_copied(tmp_path, started, capsys, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert lab.open_course(tmp_path / "mine", []) == 1
    assert capsys.readouterr() == (
        "",
        "teachnn lab: expected JupyterLab, got none installed; pip install 'teachnn[lab]'\n",
    )
    assert not started and not (tmp_path / "mine").exists()


def test_a_folder_that_cannot_be_written_is_named_in_one_line(course, tmp_path, started, capsys):
    (tmp_path / "file").write_text("mine")
    for folder, reason in ((tmp_path / "file", "File exists"), (tmp_path / "file" / "below", "Not a directory")):
        assert lab.open_course(folder, []) == 1
        expected = f"teachnn lab: {folder}: expected a folder to write to, got {reason}; choose another with --folder\n"
        assert capsys.readouterr().err == expected
    assert not started and (tmp_path / "file").read_text() == "mine"


def test_a_course_that_was_not_installed_is_named(tmp_path, started, capsys, monkeypatch):
    monkeypatch.setattr(lab, "course", dict)
    assert lab.open_course(tmp_path / "mine", []) == 1 and not started
    said = "teachnn lab: expected the notebooks of the course, got none; install teachnn again\n"
    assert capsys.readouterr() == ("", said)


def test_a_server_that_a_signal_ends_counts_as_in_a_shell(course, tmp_path, monkeypatch):
    monkeypatch.setattr(lab, "command", lambda *_: [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"])
    assert lab.open_course(tmp_path / "mine", []) == (9 if sys.platform == "win32" else 137)


# For real


SERVER = """
import signal, sys, time

def asked(*_):
    signal.signal(signal.SIGINT, stopped)
    print("asked", flush=True)

def stopped(*_):
    time.sleep(1)  # kernels are stopped, files are closed
    print("in order", flush=True)
    sys.exit(3)

signal.signal(signal.SIGINT, asked)
print("ready", flush=True)
time.sleep(30)
"""
LAB = """
import sys
from pathlib import Path, PurePosixPath
from teachnn.jupyter import lab

lab.command = lambda folder, others: [sys.executable, "-c", others[0]]
sys.exit(lab.open_course(Path(sys.argv[1]), sys.argv[2:]))
"""


@pytest.fixture
def session(tmp_path):
    """Return a function that starts a command in a process group and a home of its own; all of it ends at last."""
    processes = []
    env = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "PYTEST"))}
    env |= {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path / "home"), "IPYTHONDIR": str(tmp_path / "ipython")}
    env |= {f"JUPYTER_{name}_DIR": str(tmp_path / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    (tmp_path / "home").mkdir()

    def start(*command):
        process = subprocess.Popen(
            command, env=env, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.communicate(timeout=60)


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ there")
def test_ctrl_c_is_jupyters_to_answer_and_it_may_end_in_order(session, tmp_path):
    process = session(sys.executable, "-c", LAB, str(tmp_path / "mine"), SERVER)
    lines = iter(process.stdout.readline, "")
    assert next(line for line in lines if not line.startswith("The course is in")) == "ready\n"
    os.killpg(process.pid, signal.SIGINT)
    assert next(lines) == "asked\n"
    os.killpg(process.pid, signal.SIGINT)
    assert list(lines) == ["in order\n"] and process.wait(60) == 3


def until(condition, process, seconds=120):
    """Return the first result of the condition that is not None."""
    end = time.monotonic() + seconds
    while (result := condition()) is None:
        assert process.poll() is None, "the server ended"
        assert time.monotonic() < end, "the server did not answer"
        time.sleep(0.05)
    return result


def status(port, token=None):
    """Return the HTTP status of /api/status; None while nobody answers."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/status")
    if token:
        request.add_header("Authorization", f"token {token}")
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return None


def listening(port):
    """Return the addresses at which somebody listens to the port, in the kernel's hexadecimal."""
    tables = "".join(Path(f"/proc/net/{table}").read_text() for table in ("tcp", "tcp6"))
    rows = [line.split() for line in tables.splitlines() if "local_address" not in line]
    return [row[1].split(":")[0] for row in rows if row[3] == "0A" and int(row[1].split(":")[1], 16) == port]


@pytest.mark.skipif(not Path("/proc/net/tcp6").exists(), reason="reads Linux's table of sockets")
@pytest.mark.parametrize(
    ("given", "ip"),
    [([], "127.0.0.1"), pytest.param(["--ip", "0.0.0.0"], "0.0.0.0", marks=pytest.mark.long)],  # the option has a test
)
def test_the_real_server_answers_where_it_should_to_whoever_has_the_token(given, ip, session, tmp_path):
    pytest.importorskip("jupyterlab")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    mine, options = tmp_path / "mine", ["--no-browser", "--port", str(port), "--allow-root", *given]
    process = session(sys.executable, "-m", "teachnn.cli", "lab", "--folder", str(mine), *options)

    def server():
        for file in (tmp_path / "RUNTIME").glob("jpserver-*.json"):
            try:
                return json.loads(file.read_text())
            except ValueError:  # it is being written
                return None

    about = until(server, process)
    assert about["port"] == port and about["hostname"] == ip and not about["password"]
    assert Path(about["root_dir"]) == mine.resolve() and len(about["token"]) >= 40
    assert until(lambda: status(port, about["token"]), process) == 200
    assert status(port) == 403 and status(port, "guess") == 403
    assert listening(port) == [socket.inet_aton(ip)[::-1].hex().upper()]
    assert all((mine / name).read_bytes() == path.read_bytes() for name, path in lab.course().items())
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(60)
