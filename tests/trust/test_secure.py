"""Nothing runs that was only meant to be read, nothing is written where nobody said, and no name becomes markup."""

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
from teachnn import lab

ROOT = Path(tn.__file__).parent
SOURCES = [*ROOT.rglob("*.py"), *Path(tw.__file__).parent.rglob("*.py")]
PAGES = sorted(Path(tw.__file__).parent.glob("*.js"))
RUNS_TEXT = {"eval", "exec", "compile", "__import__", "system", "popen", "literal_eval"}
UNSAFE = {"pickle", "marshal", "shelve", "dill", "joblib", "yaml"}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]><svg onload=alert(1)>",
    "&lt;b&gt; &amp; 'quoted' \"twice\"",
    "</text></svg>",
    "e\u0301\u0302\u4e2d",
    "{{constructor}} ${1} %s {0}",
    "\u202edlrow\u202c \u200b\u2028",
    "x" * 3_000,
    "\x00\x07\x1b[31m",
]


def faults(tree: ast.AST) -> list[str]:
    """Return what in a file could run data as code, or a command as text."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            found += [name for name in names if name.split(".")[0] in UNSAFE]
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            plain = isinstance(node.func, ast.Name) or name in ("system", "popen")
            found += [name] if name in RUNS_TEXT and plain else []
            risky = [k for k in node.keywords if k.arg in ("shell", "allow_pickle")]
            found += [f"{k.arg}=True" for k in risky if ast.unparse(k.value) != "False"]
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_file_runs_text_or_unpickles(path):
    assert faults(ast.parse(path.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "code", ["eval(x)", "import pickle", "np.load(f, allow_pickle=True)", "run(c, shell=True)", "os.system(c)"]
)
def test_a_file_that_does_would_be_noticed(code):
    assert faults(ast.parse(code))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_makes_markup_of_text_or_asks_a_network(page):
    text = page.read_text("utf-8").replace('"http://www.w3.org/2000/svg"', "")
    markup = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write"
    assert not re.findall(markup + r"|\beval\(|new Function|import\(|fetch\(|https?:", text)


def elements(svg: str) -> list[str]:
    return [element.tag for element in ElementTree.fromstring(svg).iter()]


def drawn(name: str) -> str:
    """Return the drawing of a training and a test function with this name in all places that take one."""
    rng = tn.rng(0)
    net = tn.Sequential(tn.Dense.create(name, 3, 4, rng), tn.BatchNorm.create(f"{name}2", 4, mode="train"))
    train = tn.TrainFunction(lambda x: {name: (net(x) ** 2).mean()}, net.parameters, tn.SGD(0.1))
    test = tn.TestFunction(net.at("test"), name=name)
    x = np.ones((2, 3), np.float32)
    return tn.draw(train.graph(x), test.graph(x)).svg


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_name_is_drawn_as_text(name):
    svg = drawn(name)
    assert set(elements(svg)) <= set(elements(drawn("h"))) and sum(tag.endswith("svg") for tag in elements(svg)) == 1
    attributes = {key for element in ElementTree.fromstring(svg).iter() for key in element.attrib}
    assert not any(key.startswith("on") for key in attributes)


def test_names_in_messages_and_tables_are_one_line():
    net = tn.Dense.create("two\nlines", 3, 4, tn.rng(0))
    with pytest.raises(ValueError, match="expected x of shape") as error:
        net(np.ones((2, 5), np.float32))
    assert "two" in str(error.value)


WRITES = """
import sys
written = []
def look(event, args):
    if event == "open" and isinstance(args[0], (str, bytes)) and args[2] & 0b11:  # O_WRONLY or O_RDWR
        written.append(str(args[0]))
    elif event in ("os.rename", "os.mkdir", "os.remove", "os.link", "os.symlink", "shutil.copyfile"):
        written.append(str(args[0]))
sys.addaudithook(look)
{work}
print("\\n".join(written))
"""
WORKS = {
    "import": "import teachnn, teachnn_widgets, teachnn.models.vae",
    "data": "import teachnn as tn; tn.data.mnist()",
    "train": (
        "import teachnn as tn, numpy as np; from teachnn.models.vae import VAE; vae = VAE(2, tn.rng(0), 8);"
        "vae.train_function(tn.Adam()).fit([(np.zeros((2, 28, 28), 'f'),)], progress=False); vae.decode([[0.0, 0.0]])"
    ),
    "save": "import teachnn as tn; tn.save('folder/W.safetensors', [tn.Parameter('W', [1.0])])",
    "course": "from pathlib import Path; from teachnn.lab import copy_course; copy_course(Path('folder/course'))",
}


@pytest.mark.parametrize("work", WORKS)
def test_nothing_is_written_but_in_the_folder_that_was_named(work, tmp_path):
    (tmp_path / "folder").mkdir()
    command, own = [sys.executable, "-B", "-c", WRITES.format(work=WORKS[work])], str(tmp_path / "folder")
    env = {**os.environ, "MPLCONFIGDIR": own}  # where matplotlib keeps a list of fonts
    run = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
    assert [path for path in run.stdout.split("\n") if path and not path.startswith(("folder", own, "/dev/"))] == []
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
    assert ("folder" in run.stdout) >= (work in ("save", "course"))


def test_the_lab_listens_on_this_machine_alone_and_keeps_jupyters_token(tmp_path):
    said = " ".join(lab.command(tmp_path, []))
    assert "--ServerApp.ip=127.0.0.1" in said
    for word in ("token", "password", "disable_check_xsrf", "allow_origin", "allow_root", "allow_remote_access"):
        assert word not in said
    configured = "".join(path.read_text("utf-8") for path in (ROOT / "jupyter").rglob("*.json"))
    assert not re.search("token|password|xsrf|origin|remote", configured)


def test_the_library_depends_on_few_packages():
    project = (ROOT.parent / "pyproject.toml").read_text("utf-8")
    core = re.findall(r'"([a-zA-Z]+)', re.search(r"\ndependencies = \[(.*?)\]", project, re.DOTALL)[1])
    assert len(core) <= 6 and {"numpy", "autograd", "safetensors"} <= set(core)
