// Draws a table of variables, one of them large, and a slider through the looks that were kept.
// Listens to the choice of a variable or a look, and to the numbers as they move.

const HEADS = [
  ["name"],
  ["kind"],
  ["shape"],
  ["numbers"],
  ["mean"],
  ["spread", "standard deviation"],
  ["last change", "norm of the difference to the look before"],
  ["used by"],
];
const MOVING = ["mean", "spread", "change"]; // what `numbers` holds of each variable

function render({ model, el }) {
  const canvas = image("", { class: "tn-heatmap" });
  const title = heading("");
  const scale = make("div", { class: "tn-scale tn-grey" });
  const bars = make("div");
  const look = (v) => tell(model, { place: v >= model.get("count") - 1 ? -1 : v });
  const looks = { label: "History", id: "history", min: 0, max: 1, step: 1, value: 1 };
  const scrub = slider({ ...looks, format: () => "", oninput: look });

  const rows = model.get("rows").map((row, i) => {
    const choose = button(short(row.name), `Show ${row.name}`, `show-${i}`, () => tell(model, { selected: i }));
    const cells = MOVING.map((name) => make("td", { class: "tn-number", "data-name": name }));
    const count = make("td", { class: "tn-number" }, row.count.toLocaleString("en"));
    const [kind, size, users] = [row.kind, row.shape, row.users || "–"].map((text) => make("td", {}, text));
    const node = make("tr", { class: row.kind }, make("td", {}, choose), kind, size, count, ...cells, users);
    return { node, cells, choose };
  });
  const body = make("tbody", {}, ...rows.map(({ node }) => node));
  const heads = HEADS.map(([name, title]) => make("th", { title, scope: "col" }, name));
  const table = make("table", { "aria-label": "Variables" }, make("thead", {}, make("tr", {}, ...heads)), body);
  keys(body, (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    const next = rows.findIndex(({ choose }) => choose === event.target) + by;
    const { choose } = rows[Math.max(0, Math.min(rows.length - 1, next))];
    return () => {
      choose.focus();
      choose.click();
    };
  });

  function numbers() {
    model.get("numbers").forEach((values, i) => {
      values.forEach((v, j) => {
        rows[i].cells[j].textContent = v === null ? "–" : v.toPrecision(3);
      });
    });
  }

  function choice() {
    const selected = model.get("selected");
    rows.forEach(({ node, choose }, i) => {
      node.classList.toggle("tn-chosen", i === selected);
      choose.setAttribute("aria-pressed", i === selected);
    });
  }

  function large({ name, kind }) {
    const [height, width] = model.get("size");
    Object.assign(title, { textContent: short(name), title: name });
    title.className = `tn-title ${kind}`;
    canvas.setAttribute("aria-label", `Heatmap of ${name}, blue below 0, orange above`);
    paint(canvas, bytes(model, "heatmap"), height, width, 3);
    const limit = model.get("limit").toPrecision(2);
    scale.replaceChildren(
      make("span", {}, `−${limit}`),
      make("span", { class: "tn-colours" }),
      make("span", {}, limit),
    );
    bars.replaceChildren(histogram(model.get("bars"), name, kind, 40));
  }

  function history() {
    const [count, place] = [model.get("count"), model.get("place")];
    scrub.input.max = Math.max(1, count - 1);
    scrub.input.disabled = count < 2;
    scrub.set(place < 0 ? scrub.input.max : place);
    scrub.lastChild.textContent = place < 0 ? "latest" : `look ${place + 1} of ${count}`;
  }

  function say({ name, kind, shape, users }) {
    const [mean, spread] = model.get("numbers")[model.get("selected")];
    const used = users ? `, used by ${users}` : "";
    const when = model.get("place") < 0 ? "now" : "then";
    said.textContent = `${short(name)} is a ${kind} of ${shape} numbers${used}; ${when} their mean is ${mean.toPrecision(3)}, their spread ${spread.toPrecision(3)}.`;
  }

  function show() {
    const row = model.get("rows")[model.get("selected")];
    if (!row) return;
    choice();
    say(row);
    large(row);
    history();
  }

  const heat = make("div", { class: "tn-result" }, canvas);
  const left = make("div", { class: "tn-large" }, title, heat, scale, bars);
  const focused = { class: "tn-table", tabindex: 0, role: "group" };
  const scroll = make("div", control("The table of variables", "table", focused), table);
  const columns = make("div", { class: "tn-columns" }, left, scroll);
  const said = sentence();
  return ending(
    region(
      model,
      el,
      "Parameters and statistics",
      "tn-parameter-view",
      make("div", { class: "tn-row" }, scrub),
      columns,
      said,
    ),
    watch(model, "numbers", numbers),
    watch(model, "selected place count numbers heatmap size limit bars", show),
  );
}

export default { render };
