// Draws the pad, the digit as the functions get it, and their answers as bars, numbers and pictures.
// Listens to what the kernel makes of each drawing.

function render({ model, el }) {
  const pad = inkPad(model, "Draw a digit");
  const digit = image("The digit as the functions get it", { class: "tn-digit" });
  const answers = make("div", { class: "tn-answers" });
  const said = sentence();
  let kinds = ""; // names and sizes: only other ones make other elements, so that nothing scrolls back
  let cells = [];

  function arrange(given) {
    const next = JSON.stringify(given.map(({ name, row, size }) => [name, row?.length, size]));
    if (next === kinds) return;
    kinds = next;
    cells = given.map(({ name, row, size }) => (row ? bars(row.length) : still(name, size)));
    const article = ({ name }, i) =>
      make("article", { "data-name": name }, heading(name), make("div", { class: "tn-result" }, cells[i].node));
    answers.replaceChildren(...given.map(article));
  }

  function show() {
    paint(digit, bytes(model, "digit"), DIGIT, DIGIT);
    const given = model.get("answers");
    arrange(given);
    let rest = bytes(model, "pictures");
    given.forEach(({ row }, i) => {
      if (row) cells[i].set(row);
      else rest = cells[i].set(rest);
    });
    const drawn = bytes(model, "ink").some((value) => value);
    const judged = given.filter(({ row }) => row && probable(row)).map(({ name, row }) => `${name}: ${verdict(row)}`);
    said.textContent = drawn ? judged.join("; ") || "Drawn; the answers stand above." : "Nothing is drawn yet.";
  }

  const drawn = make("div", {}, heading("draw here"), pad.node);
  const given = make("div", {}, heading("as the functions get it"), make("div", { class: "tn-result" }, digit));
  const columns = make("div", { class: "tn-columns" }, drawn, given, answers);
  return ending(
    region(model, el, "Draw a digit", "tn-draw-pad", columns, said),
    watch(model, "digit answers pictures", show),
    pad.end,
  );
}

/** Return whether numbers are probabilities: >= 0, and 1 in all. */
function probable(values) {
  return values.every((v) => v >= 0) && Math.abs(values.reduce((a, b) => a + b, 0) - 1) < 0.01;
}

/** Return {node, set}: a list of bars for so many numbers. */
function bars(count) {
  const items = Array.from({ length: count }, (_, i) => {
    const [bar, value] = [make("span", { class: "tn-bar" }), make("span", { class: "tn-value" })];
    const node = make("li", {}, make("span", {}, i), make("span", { class: "tn-track" }, bar), value);
    return { bar, value, node };
  });
  const set = (values) => {
    const most = Math.max(...values);
    const reach = Math.max(...values.map(Math.abs), 1e-9);
    const likely = probable(values);
    values.forEach((v, i) => {
      items[i].node.classList.toggle("tn-most", likely && v === most && most > 0.2);
      items[i].bar.style.width = `${(100 * Math.abs(v)) / (likely ? 1 : reach)}%`;
      items[i].value.textContent = likely ? v.toFixed(2) : v.toPrecision(3);
    });
  };
  return { node: make("ol", {}, ...items.map((item) => item.node)), set };
}

/** Return {node, set}: a picture; `set` paints the first of many bytes on it, and returns the rest. */
function still(name, size) {
  const node = image(name);
  return { node, set: (pixels) => paint(node, pixels, ...size) };
}

export default { render };
