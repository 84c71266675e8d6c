// A table of variables, one of them large, and a slider through the looks that were kept.

const SVG = "http://www.w3.org/2000/svg";

function render({ model, el }) {
  const canvas = make("canvas", { role: "img", class: "tn-heatmap" });
  const title = make("h4", { class: "tn-title" });
  const scale = make("div", { class: "tn-scale tn-grey" });
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  svg.append(path);
  const range = make("div", { class: "tn-range tn-grey" });
  const scrub = slider({
    label: "History",
    id: "history",
    min: 0,
    max: 1,
    step: 1,
    value: 1,
    format: () => "",
    oninput: (v) => tell(model, { place: v >= model.get("count") - 1 ? -1 : v }),
  });
  const body = make("tbody");
  const heads = [
    ["name"],
    ["kind"],
    ["shape"],
    ["numbers"],
    ["mean"],
    ["spread", "standard deviation"],
    ["last change", "norm of the difference to the look before"],
    ["used by"],
  ];
  const table = make(
    "table",
    { "aria-label": "Variables" },
    make("thead", {}, make("tr", {}, ...heads.map(([name, title]) => make("th", { title, scope: "col" }, name)))),
    body,
  );

  const rows = model.get("rows").map((row, i) => {
    const cells = ["mean", "spread", "change"].map((name) => make("td", { class: "tn-number", "data-name": name }));
    const choose = button(row.name, `Show ${row.name}`, `show-${i}`, () => tell(model, { selected: i }));
    const node = make(
      "tr",
      { class: row.kind },
      make("td", {}, choose),
      make("td", {}, row.kind),
      make("td", {}, row.shape),
      make("td", { class: "tn-number" }, row.count.toLocaleString("en")),
      ...cells,
      make("td", {}, row.users || "–"),
    );
    body.append(node);
    return { node, cells, choose };
  });
  body.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const next =
      rows[Math.max(0, Math.min(rows.length - 1, rows.findIndex(({ choose }) => choose === event.target) + by))];
    next.choose.focus();
    next.choose.click();
  });

  function numbers() {
    model
      .get("numbers")
      .forEach((values, i) =>
        values.forEach((v, j) => (rows[i].cells[j].textContent = v === null ? "–" : v.toPrecision(3))),
      );
  }
  function show() {
    const selected = model.get("selected");
    const row = model.get("rows")[selected];
    if (!row) return;
    rows.forEach(({ node, choose }, i) => {
      node.classList.toggle("tn-chosen", i === selected);
      choose.setAttribute("aria-pressed", i === selected);
    });
    const [height, width] = model.get("size");
    title.textContent = row.name;
    title.className = `tn-title ${row.kind}`;
    canvas.setAttribute("aria-label", `Heatmap of ${row.name}, blue below 0, orange above`);
    paint(canvas, bytes(model, "heatmap"), height, width, 3);
    const limit = model.get("limit").toPrecision(2);
    scale.replaceChildren(
      make("span", {}, `−${limit}`),
      make("span", { class: "tn-colours" }),
      make("span", {}, limit),
    );
    const { low, high, counts } = model.get("bars");
    const most = Math.max(...counts);
    svg.setAttribute("viewBox", `0 0 ${counts.length} 40`);
    svg.setAttribute("aria-label", `Histogram of ${row.name}`);
    path.setAttribute("class", `tn-bars ${row.kind}`);
    path.setAttribute("d", counts.map((count, i) => `M${i} 40V${40 - (39 * count) / most}h0.9V40Z`).join(""));
    range.replaceChildren(make("span", {}, low.toPrecision(2)), make("span", {}, high.toPrecision(2)));
    const [count, place] = [model.get("count"), model.get("place")];
    scrub.input.max = Math.max(1, count - 1);
    scrub.input.disabled = count < 2;
    scrub.set(place < 0 ? scrub.input.max : place);
    scrub.lastChild.textContent = place < 0 ? "latest" : `look ${place + 1} of ${count}`;
  }

  const end = region(
    model,
    el,
    "Parameters and statistics",
    "tn-parameter-view",
    make(
      "div",
      { class: "tn-columns" },
      make("div", { class: "tn-large" }, title, canvas, scale, svg, range, scrub),
      make("div", { class: "tn-table" }, table),
    ),
  );
  const ends = [watch(model, "numbers", numbers), watch(model, "selected place count heatmap size limit bars", show)];
  return () => [end, ...ends].forEach((stop) => stop());
}

export default { render };
