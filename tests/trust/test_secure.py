"""Nothing runs that is not the library's own, nothing is written where nobody asked, and no name becomes markup."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import teachnn as tn
import teachnn_widgets as tw
from teachnn.graphs.drawing.picture import WIDTHS
from teachnn.jupyter import lab
from teachnn.models.fractalnet import FractalNet, Unit
from teachnn_widgets.mode_lens import refreshed

ROOT = Path(tn.__file__).parents[1]
SOURCES = sorted(path for folder in ("teachnn", "widgets") for path in (ROOT / folder).rglob("*.py"))
PAGES = sorted((ROOT / "widgets").rglob("*.js"))

# What the source may not do

MODULES = {
    "pickle",
    "cPickle",
    "dill",
    "cloudpickle",
    "joblib",
    "shelve",
    "marshal",
    "yaml",
    "code",
    "ctypes",
    "telnetlib",
}
NETWORK = {"socket", "urllib", "http", "requests", "httpx", "ftplib", "smtplib"}
HARMLESS = {"urllib.parse"}  # it only writes addresses
CALLS = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "os.system",
    "os.popen",
    "pickle.load",
    "pickle.loads",
    "np.fromregex",
}


def risks(source: str) -> list[str]:
    """Return what a module does that could run a stranger's code, or call a network."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            risky = {name for name in names if name.partition(".")[0] in MODULES | NETWORK} - HARMLESS
            found += [f"import {name}" for name in sorted(risky)]
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            if (
                name in CALLS
                or keywords.get("allow_pickle", "False") != "False"
                or keywords.get("shell", "False") != "False"
            ):
                found.append(ast.unparse(node))
            if name.rpartition(".")[2] in ("load", "loads", "save", "savez") and name.partition(".")[0] in (
                "np",
                "numpy",
                "torch",
            ):
                found.append(ast.unparse(node))
    return found


def test_no_source_can_run_what_a_file_or_a_stranger_says():
    assert len(SOURCES) > 60
    found = {path.name: risks(path.read_text("utf-8")) for path in SOURCES if risks(path.read_text("utf-8"))}
    assert found == {
        "allocation.py": ["import ctypes"],  # for one call, of two fixed numbers
        # between a client and its own workers, who run what they are sent: it is their purpose
        "sending.py": ["import pickle", "import cloudpickle"],
        "sweep.py": ["import cloudpickle"],
    }


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from pickle import loads",
        "import os.path, yaml",
        "eval('1')",
        "exec(text)",
        "import numpy as np; np.load(f, allow_pickle=True)",
        "subprocess.run(x, shell=True)",
        "os.system('ls')",
        "import urllib.request",
        "import urllib.parse, urllib.request",
    ],
)
def test_the_check_of_the_sources_notices(source):
    assert risks(source)


def test_an_exercise_of_a_strange_number_imports_nothing():
    before = set(sys.modules)
    for number in ("../evil.1", "os.system", "00.__class__", "09\n.1", "lesson_00.1"):
        with pytest.raises(tn.InputError, match="expected a number of the course"):
            tn.check.exercise(number, None)
    assert not {name for name in set(sys.modules) - before if "teachnn.exercises" not in name}


DANGEROUS = (
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|srcdoc|\beval\(|new Function"
)
DANGEROUS += r"|setTimeout\(\s*[\"'`]|\bimport\(|\bfetch\(|XMLHttpRequest|WebSocket|\.cookie|localStorage|javascript:"


def page_risks(source: str) -> list[str]:
    """Return what a page does that could make markup of text, run text, or call a network."""
    urls = [u for u in re.findall(r"\b(?:https?|wss?)://[^\s\"'`)]*|(?<=[\"'`(])//\w[^\s\"'`)]*", source)]
    return re.findall(DANGEROUS, source) + [
        u for u in urls if u != "http://www.w3.org/2000/svg"
    ]  # a name, never asked for


def test_no_page_makes_markup_of_text_or_calls_a_network():
    assert len(PAGES) >= 9
    assert {
        path.name: page_risks(path.read_text("utf-8")) for path in PAGES if page_risks(path.read_text("utf-8"))
    } == {}
    for sheet in (ROOT / "widgets").rglob("*.css"):
        assert not re.search(r"@import|url\(\s*[\"']?(?!data:)", sheet.read_text("utf-8")), sheet.name


@pytest.mark.parametrize(
    "source", ["a.innerHTML = name", "eval(x)", "new Function(x)", "import('https://cdn.x/y.js')", 'load("//cdn.x/y")']
)
def test_the_check_of_the_pages_notices(source):
    assert page_risks(source)


# What is written, and where

WATCH = """
import os, sys
WRITING = {"os.rename": 1, "os.mkdir": 0, "os.remove": 0, "os.rmdir": 0, "os.link": 1, "os.symlink": 1}
def note(event, args):
    if event == "open" and isinstance(args[0], (str, bytes)):
        mode, flags = args[1] or "", args[2] or 0
        if any(c in mode for c in "wax+") or flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            told.append(os.path.abspath(os.fsdecode(args[0])))
    elif event in WRITING:
        told.extend(os.path.abspath(os.fsdecode(a)) for a in args[: 1 + WRITING[event]] if isinstance(a, (str, bytes)))
told = []
sys.addaudithook(note)
try:
    %s
finally:
    sys.stdout.write("\\n".join(["", "WROTE", *told]))
"""


def written(code: str, home: Path, cwd: Path) -> list[Path]:
    """Return every path that the code opens for writing, makes, renames or removes, in a process of its own."""
    home.mkdir()
    home.chmod(0o500)
    environment = {**os.environ, "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1"}
    environment["XDG_CACHE_HOME"] = environment["XDG_CONFIG_HOME"] = str(home)
    program = WATCH % code.strip().replace("\n", "\n    ")
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=cwd, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.rpartition("WROTE")[2].split("\n")
    return [Path(line) for line in lines if line and line != os.devnull]


SMALL = """
from teachnn import cli, data
from teachnn.data.digits import MNIST, Digits
whole = data.mnist()
data.mnist = lambda: MNIST(*(Digits(d.images[:200], d.labels[:200]) for d in (whole.train, whole.test)))
"""
CODE = {
    "vae": SMALL + "assert cli.main(['vae', '--hidden', '4', '--epochs', '1', '--out', 'named']) == 0",
    "course": "from teachnn import cli\nassert cli.main(['course', '--folder', 'named']) == 0",
    "lab": """
import sys
from teachnn import cli
from teachnn.jupyter import lab
lab.command = lambda folder, others: [sys.executable, "-c", ""]
assert cli.main(["lab", "--folder", "named"]) == 0""",
    "save": """
import os, teachnn as tn
os.mkdir("named")
layer = tn.Dense.create("h", 3, 2, tn.rng(0))
tn.save("named/a.safetensors", layer.parameters)
tn.load("named/a.safetensors", layer.parameters)
tn.draw(tn.TestFunction(layer).graph([[1.0, 2, 3]])).save("named/a.svg")""",
}


@pytest.mark.parametrize("name", CODE)
def test_nothing_is_written_outside_the_folder_that_was_named(name, tmp_path):
    paths = written(CODE[name], tmp_path / "home", tmp_path)
    outside = [path for path in paths if not path.is_relative_to(tmp_path / "named")]
    assert outside == [] and len(paths) >= 3
    assert not list((tmp_path / "home").iterdir())


def test_the_watch_notices_what_is_written_elsewhere(tmp_path):
    code = "open('elsewhere', 'w').close()\nos.rename('elsewhere', 'named')\nos.mkdir('folder')"
    paths = written(code, tmp_path / "home", tmp_path)
    assert [path.name for path in paths] == ["elsewhere", "elsewhere", "named", "folder"]


def test_the_course_is_copied_into_its_folder_even_where_a_name_points_elsewhere(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    folder = tmp_path / "course"
    folder.mkdir()
    (folder / next(iter(lab.course()))).symlink_to(elsewhere)
    lab.copy_course(folder)
    assert not elsewhere.exists(), "a link is a file that is there already"


# Who can reach the lab


def opens_up(texts) -> list[str]:
    """Return what weakens Jupyter's own door: its token, password, origin, host and cross-site checks."""
    words = (
        r"token|password|allow_origin|allow_remote|allow_root|allow_credentials|xsrf|ip=(?!127\.0\.0\.1$)|0\.0\.0\.0"
    )
    words += r"|disable|allow_unauthenticated|PasswordIdentity|IdentityProvider|certfile|trust_xheaders|extra_headers"
    return [text for text in texts if re.search(words, text.replace("-", "_"))]


def test_the_lab_binds_to_loopback_and_no_check_of_jupyters_is_weakened(tmp_path):
    command = lab.command(tmp_path / "a", [])
    assert "--ServerApp.ip=127.0.0.1" in command and opens_up(command[3:]) == []
    added = {key: value for key, value in lab.environment().items() if os.environ.get(key) != value}
    assert set(added) <= {"OPENBLAS_NUM_THREADS", "JUPYTER_CONFIG_PATH"}
    settings = sorted((ROOT / "teachnn" / "jupyter").rglob("*.json"))
    assert settings and opens_up(path.read_text("utf-8") for path in settings) == []
    sources = [(ROOT / "teachnn" / "jupyter" / f"{name}.py").read_text("utf-8") for name in ("websocket", "saving")]
    assert not any(re.search("check_origin|check_xsrf|get_current_user|authenticated", source) for source in sources)


@pytest.mark.parametrize(
    "weak",
    ["--ServerApp.ip=0.0.0.0", "--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True", "--allow-root"],
)
def test_the_check_of_the_lab_notices(weak):
    assert opens_up([weak])


# Names are text

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "attribute": '"><img src=x onerror=alert(1)>',
    "single quotes": "' onload='alert(1)",
    "cdata": "]]><script/>",
    "comment": "--><script/><!--",
    "entity": "&lt;script&gt;&xxe;&#0;",
    "style": "</style></text></svg><svg onload=alert(1)>",
    "control": "a\x00\x07\x1b[31m\x7f\x85\ufffe\ud800b",
    "lines": "a\nb\r\n\tc",
    "right to left": "\u202eevil\u202c \u2066x\u2069 \u200fעברית",
    "long": "<b>" * 300,
    "template": "${alert(1)} {{x}} %s {0}",
}


def drawings(name: str) -> dict[str, str]:
    """Return every drawing of every kind of thing called by this name."""

    def layer(last):
        W, b = tn.Parameter(f"{name}.{last}W", np.ones((2, 2))), tn.Parameter(f"{name}.{last}b", np.ones(2))
        bn = tn.BatchNorm.create(f"{name}.{last}bn", 2, mode="train")
        return tn.Sequential(
            tn.Dense(W, b, name=name), bn, tn.Dropout(0.5, tn.rng(0), mode="train", name=name), name=name
        )

    net, x = layer(""), np.ones((3, 2), np.float32)

    def objective(x):
        return {name: (net(x) ** 2).mean(), "other": (net(x) ** 2).sum()}

    objective.__name__ = name.replace("\x00", "") or "f"
    train = tn.TrainFunction(objective, net.parameters, tn.SGD())
    test = tn.TestFunction(net.at("test"), name=name)
    graphs = train.graph(x), test.graph(x)
    found = {
        "one": tn.draw(graphs[0]).svg,
        "two": tn.draw(*graphs).svg,
        "mime": graphs[1]._repr_mimebundle_()["image/svg+xml"],
    }
    for depth in (0, 1, 2):
        widget = tw.TwoGraphs(*graphs, train=train, inputs=(x,), depth=depth)
        found[f"two graphs at depth {depth}"] = widget.drawing
        widget.close()
    fractal = FractalNet.create(tn.rng(0), columns=2, channels=(2,))

    def named(unit: Unit) -> Unit:
        return Unit(unit.conv, unit.norm, unit.relu, name=name)

    block = fractal.blocks[0]
    halves = tuple(type(half)(named(half.unit), (), half.drop, half.join) for half in block.halves)
    renamed = type(block)(named(block.unit), halves, block.drop, block.join)
    fractal = FractalNet(fractal.stem, (renamed,), fractal.pool, fractal.head, 2, 0.5, tn.rng(0), mode="train")
    paths = tw.LivePaths(refreshed(fractal, lambda: tn.rng(0)), np.ones((1, 28, 28), np.float32))
    found["live paths"] = paths.drawing
    paths.close()
    return found


def skeleton(svg: str) -> list:
    """Return the elements of an SVG, each with the names of its attributes, without any text."""
    try:
        return [(element.tag, sorted(element.attrib)) for element in ElementTree.fromstring(svg.encode("utf-8")).iter()]
    except ElementTree.ParseError as error:
        return [("no XML", str(error))]


def harmless(name: str) -> str:
    """Return a name of letters that is as long and as wide, and has its dots at the same places."""
    letters = {
        0.37: "l",
        0.49: "f",
        0.66: "s",
        0.75: "n",
        0.85: "D",
        1.05: "m",
    }  # as wide as the drawing takes them for
    wide = {c: WIDTHS.get(c, 0.75 if c.isascii() else 0.85) for c in name}
    return "".join("." if c == "." else letters[wide[c]] for c in name)


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_draws_the_very_elements_of_a_harmless_one(name):
    twins = drawings(harmless(name))
    for kind, svg in drawings(name).items():
        assert skeleton(svg) == skeleton(twins[kind]) and len(skeleton(svg)) > 20, kind
        assert not set(svg) & set("\x00\x07\x1b\x85\u202e\u2066\ud800\ufffe"), kind


def test_the_check_of_the_drawings_notices_a_name_that_is_not_escaped(monkeypatch):
    twins = drawings(harmless("<b/>"))
    for module, kind in (("teachnn_widgets.live_paths", "live paths"), ("teachnn.graphs.svg", "one")):
        monkeypatch.setattr(f"{module}.text", lambda shown: shown)
        assert skeleton(drawings("<b/>")[kind]) != skeleton(twins[kind])


@pytest.mark.parametrize(
    "name", [HOSTILE["script"], HOSTILE["attribute"], HOSTILE["long"]], ids=["script", "attribute", "long"]
)
def test_a_hostile_name_is_plain_text_in_what_the_other_widgets_send(name):
    W = tn.Parameter(f"{name}.W", np.ones((2, 2)))
    view = tw.ParameterView([W])
    assert view.rows[0]["name"] == W.name and "text/html" not in view._repr_mimebundle_()[0]
    pad = tw.DrawPad(**{name: lambda x: np.ones((1, 3), np.float32)})
    assert pad.answers[0]["name"] == name and "text/html" not in pad._repr_mimebundle_()[0]
    for widget in (view, pad):
        widget.close()
