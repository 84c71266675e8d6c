"""A notebook as a page: formulas, links, outputs and what stands around them, without a kernel."""

import base64

import nbformat
import pytest
from bs4 import BeautifulSoup

from teachnn.jupyter.site.lesson import html_of, page, page_of, text, title_of
from teachnn.jupyter.site.running import NOTHING

EVIL = "</script><script>alert(1)</script>"


def shown(*cells, **around):
    """The page of these cells, with nothing around it but what is told."""
    notebook = nbformat.v4.new_notebook(cells=list(cells))
    return page(notebook, NOTHING, **{"root": "", "links": [], "before": None, "next": None, **around})


def code(source, *outputs, **metadata):
    return nbformat.v4.new_code_cell(source, outputs=list(outputs), execution_count=1, metadata=metadata)


def result(**data):
    return nbformat.v4.new_output("execute_result", {name.replace("_", "/"): value for name, value in data.items()})


@pytest.mark.parametrize("source", ["$x^2$", r"$$\frac{a}{b}$$", "\\begin{aligned}a &= b \\\\ c &= d\\end{aligned}"])
def test_a_formula_is_mathml_and_nothing_of_it_is_left(source):
    html = html_of(source)
    assert "<math" in html and "$" not in html and "\\" not in html


@pytest.mark.parametrize(
    ("address", "there"),
    [
        ("10_vae.ipynb", "10_vae.html"),
        ("beyond/11_leaving.ipynb#A-page", "beyond/11_leaving.html#A-page"),
        ("../glossary.md", "../glossary.html"),
        ("https://example.org/a.ipynb", "https://example.org/a.ipynb"),
        ("#maths", "#maths"),
    ],
)
def test_a_link_to_a_notebook_leads_to_its_page_and_others_stay(address, there):
    assert page_of(address) == there
    assert f'href="{there}"' in html_of(f"[a]({address})")


def test_a_table_can_be_moved_sideways_by_keys_and_has_no_empty_head():
    html = html_of("| | |\n| --- | --- |\n| 1 | 2 |")
    assert '<div class="wide" tabindex="0"><table>' in html and "<th></th>" not in html


def test_a_heading_can_be_linked_to():
    assert html_of("## In short") == '<h2 id="In-short">In short</h2>'


def test_the_title_is_the_first_heading_without_signs():
    assert title_of(text("words\n\n# 10 · The `VAE`\n\n# Other")) == "10 · The VAE"
    assert title_of(text("no heading")) == "Untitled"


def test_a_page_loads_nothing_and_says_so_to_the_browser():
    html = shown(nbformat.v4.new_markdown_cell("# One"))
    assert "default-src 'none'" in html and "<script" not in html
    assert "http://" not in html and "https://" not in html


def test_a_picture_says_in_words_what_it_shows():
    png = base64.b64encode(b"pixels").decode()
    html = shown(
        code("1", result(image_png=png, text_plain="nats per picture by step")),
        code("2", result(image_png=png, text_plain="<PIL.Image.Image>")),
    )
    assert 'alt="nats per picture by step"' in html and 'alt="A picture"' in html


def test_a_drawing_is_a_picture_of_its_own():
    drawing = "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    html = shown(
        code("1", nbformat.v4.new_output("display_data", {"image/svg+xml": drawing, "text/plain": "two graphs"}))
    )
    assert base64.b64encode(drawing.encode()).decode() in html and 'alt="two graphs"' in html and "alert" not in html


def test_names_are_escaped_wherever_they_stand():
    said = nbformat.v4.new_output("stream", text=EVIL)
    html = shown(
        text(f"# `{EVIL}`").cells[0],
        code(f"'{EVIL}'", said, result(text_plain=EVIL)),
        links=[(EVIL, "a.html")],
        next=(EVIL, "b.html"),
    )
    assert "<script" not in html


def test_what_serves_the_tests_alone_is_left_out_and_what_is_folded_can_be_opened():
    html = shown(code("checked = 1", tags=["check"]), code("folded = 1", tags=["folded"]), code("plain = 1"))
    assert "checked" not in html
    assert html.count("<details") == 1 and html.count('<div class="highlight') == 2


def test_an_error_is_shown():
    error = nbformat.v4.new_output("error", ename="ZeroDivisionError", evalue="division by zero", traceback=["1 / 0"])
    assert '<pre class="error">1 / 0' in shown(code("1 / 0", error)).replace("\n<pre", "<pre")


def test_a_page_leads_to_its_neighbours_from_where_it_lies():
    html = shown(text("# b").cells[0], root="../", before=("a", "a.html"), next=("c", "beyond/c.html"))
    links = [(a["href"], a.text) for a in BeautifulSoup(html, "html.parser").select("a[rel]")]
    assert links == [("../a.html", "← a"), ("../beyond/c.html", "c →")]
