"""How a drawing looks, as CSS: on light pages and on dark ones. Notebook 03.

One colour for each concept (Okabe and Ito's palette); a shape or a dash says the same once more. No letter is smaller
than 11 pixels.
"""

from __future__ import annotations

import re
from string import Template

from teachnn.images import DARK, LIGHT

# Every rule starts with .teachnn, because a page that holds the SVG itself takes its style for the whole page.
RULES = Template("""
text{font-family:system-ui,-apple-system,"Segoe UI",sans-serif;font-size:12.5px;fill:$ink}
.ground{fill:#ffffff} .panel{fill:$panel} .bold{font-weight:600} .title{font-size:17px} .name{font-size:13px}
.grey{fill:$grey} .small{font-size:11px}
.edge{fill:none;stroke:#69737d;stroke-width:1.5} .head{fill:#69737d}
.link{fill:none;stroke-width:1.7} .link.parameter{stroke:$parameter} .link.statistic{stroke:$statistic}
.link.derived{stroke:$derived}
.link.state{stroke:$state;stroke-width:2.4;stroke-linecap:round;stroke-dasharray:0.1 5} .tip.state{fill:$state}
.end.state{fill:$state}
.tip.statistic{fill:$statistic} .tip.derived{fill:$derived}
.tip.parameter{fill:$parameter} .dashed{stroke-dasharray:5 4}
.bar.train{fill:$train} .bar.test{fill:$test}
.box{fill:#ffffff;stroke-width:1.6} .box.train{stroke:$train} .box.test{stroke:$test}
.badge.train{fill:$train} .badge.test{fill:$test_text} .badge-text{fill:#ffffff;font-size:11px}
.end{fill:$ink} .end-text{fill:#ffffff} .end-grey{fill:#b8c0c8} .ink{fill:$ink}
.pill{stroke-width:1.5} .pill.parameter{fill:$parameter;stroke:$parameter} \
.pill.statistic{fill:$statistic;stroke:$statistic}
.pill.derived{fill:#ffffff;stroke:$derived;stroke-width:3.5}
.pill.fixed{fill:#ffffff;stroke-dasharray:4 3} .chip{fill:none;stroke-width:1.2}
.chip.parameter{stroke:$parameter} .chip.statistic{stroke:$statistic}
.chip.derived{stroke:$derived;stroke-width:2.4} .chip.fixed{stroke-dasharray:3 2.5}
""").substitute(LIGHT)
DARK_RULES = Template("""
text{fill:$ink} .ground{fill:#0d1117} .panel{fill:#161b22} .grey{fill:$grey}
.edge{stroke:#8b949e} .head{fill:#8b949e} .box{fill:#0d1117}
.box.train{stroke:$train} .box.test{stroke:$test} .bar.train{fill:$train} .bar.test{fill:$test}
.end{fill:$ink} .end-text{fill:#0d1117} .end-grey{fill:#57606a}
.pill:is(.fixed,.derived){fill:#0d1117} .fixed-ink{fill:$ink}
""").substitute(DARK)


def scoped(rules: str, scope: str = ".teachnn") -> str:
    """Return RULES or DARK_RULES as rules that hold inside of `scope` alone: a page's own rules for its themes, say."""
    return re.sub(r"(^|\} )(?=[.t])", rf"\1{scope} ", rules.strip(), flags=re.MULTILINE)
