"""A notebook as a page: nbconvert with a template of ours, formulas as MathML, nothing from anywhere else."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from latex2mathml.converter import convert
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from traitlets.config import Config

FOLDER = Path(__file__).parent / "templates"
# Live widgets are HTML by now; a picture says more than the words that stand beside it.
PRIORITY = ["text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/latex", "text/plain"]


class Renderer(IPythonRenderer):
    """Markdown as HTML: formulas as MathML, and links to notebooks as links to their pages."""

    def block_math(self, body: str) -> str:
        """Return a formula of its own, which can be moved sideways where it is wider than the page."""
        return f'<span class="wide formula" tabindex="0">{convert(body.strip(), display="block")}</span>'

    def inline_math(self, body: str) -> str:
        """Return a formula within a line."""
        return convert(body.strip(), display="inline")

    def latex_environment(self, name: str, body: str) -> str:
        """Return an environment, `aligned` say, in the same way."""
        return self.block_math(rf"\begin{{{name}}}{body}\end{{{name}}}")

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        """Return a heading with an id to link to, and no sign of it."""
        return re.sub('<a class="anchor-link".*?</a>', "", super().heading(text, level, **attrs))

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """Return a link; the pages lie as the notebooks do."""
        return super().link(text, page_of(url), title)


class CourseExporter(HTMLExporter):
    """Notebooks as pages of the site; `resources["page"]` says what stands around the cells."""

    @property
    def default_config(self) -> Config:
        """Return what an exporter begins with."""
        ours = Config({"NbConvertBase": {"display_data_priority": PRIORITY}})
        config = Config(super().default_config)
        config.merge(ours)
        return config

    def default_filters(self) -> Any:
        """Yield the filters of the template: Markdown in our way, and the words for a picture."""
        yield from super().default_filters()
        yield "markdown2html", html_of
        yield "words", words_of


def html_of(source: str) -> str:
    """Return Markdown as HTML; a table wider than the page can be moved sideways, and none of its heads is empty."""
    html = MarkdownWithMath(renderer=Renderer(escape=False)).render(source)
    return (
        html.replace("<table>", '<div class="wide" tabindex="0"><table>')
        .replace("</table>", "</table></div>")
        .replace("<th></th>", "<td></td>")
    )


def words_of(data: dict[str, str]) -> str:
    """Return what a picture shows, in words, as far as its output says it."""
    said = data.get("text/plain", "").strip()
    return "A picture" if not said or said.startswith("<") else said


def page_of(url: str) -> str:
    """Return the address of a notebook's page in place of its own; other addresses stay."""
    return url if "://" in url else re.sub(r"\.(ipynb|md)(?=#|$)", ".html", url)


@cache
def exporter() -> CourseExporter:
    """Return the exporter of all pages."""
    return CourseExporter(
        template_name="course",
        extra_template_basedirs=[str(FOLDER)],
        config=Config({"HTMLExporter": {"preprocessors": []}}),
    )


def page(notebook: NotebookNode, widgets: dict[str, str], **around: Any) -> str:
    """Return the page of a notebook that was run; around: what the template's head and foot are to know."""
    style = (FOLDER / "course" / "site.css").read_text("utf-8")
    told = {"title": title_of(notebook), "style": style, "widgets": widgets, **around}
    return exporter().from_notebook_node(notebook, {"page": told})[0]


def text(source: str) -> NotebookNode:
    """Return a text in Markdown as a notebook of one cell."""
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(source)])


def title_of(notebook: NotebookNode) -> str:
    """Return a notebook's first heading, without Markdown's signs."""
    found = (re.search(r"^# (.+)", cell.source, re.M) for cell in notebook.cells if cell.cell_type == "markdown")
    return re.sub(r"[`*$]", "", next((match[1] for match in found if match), "Untitled"))
