// The pad, the digit as the functions get it, and their answers as bars, numbers and pictures.

const DIGIT = 28;

function render({ model, el }) {
  const ink = inkPad(model, "Draw a digit");
  const digit = make("canvas", { role: "img", "aria-label": "The digit as the functions get it", class: "tn-digit" });
  const answers = make("div", { class: "tn-answers" });

  let kinds = ""; // names and sizes: only other ones make other elements, so that nothing scrolls back
  let cells = [];

  /** Return {node, set}: the list of bars of so many numbers. */
  function bars(count) {
    const items = Array.from({ length: count }, (_, i) => {
      const [bar, value] = [make("span", { class: "tn-bar" }), make("span", { class: "tn-value" })];
      return {
        bar,
        value,
        node: make("li", {}, make("span", {}, String(i)), make("span", { class: "tn-track" }, bar), value),
      };
    });
    const set = (values) => {
      const most = Math.max(...values);
      const reach = Math.max(...values.map(Math.abs), 1e-9);
      const shares = values.every((v) => v >= 0) && Math.abs(values.reduce((a, b) => a + b, 0) - 1) < 0.01; // probabilities
      values.forEach((v, i) => {
        items[i].node.classList.toggle("tn-most", shares && v === most && most > 0.2);
        items[i].bar.style.width = `${(100 * Math.abs(v)) / (shares ? 1 : reach)}%`;
        items[i].value.textContent = shares ? v.toFixed(2) : v.toPrecision(3);
      });
    };
    return { node: make("ol", {}, ...items.map((item) => item.node)), set };
  }

  function show() {
    paint(digit, bytes(model, "digit"), DIGIT, DIGIT);
    const given = model.get("answers");
    const next = JSON.stringify(given.map(({ name, row, size }) => [name, row?.length, size]));
    if (next !== kinds) {
      kinds = next;
      cells = given.map(({ name, row }) =>
        row ? bars(row.length) : { node: make("canvas", { role: "img", "aria-label": name }) },
      );
      answers.replaceChildren(
        ...given.map(({ name }, i) =>
          make("article", { "data-name": name }, make("h4", { class: "tn-title" }, name), cells[i].node),
        ),
      );
    }
    let place = 0;
    given.forEach(({ row, size }, i) => {
      if (row) return cells[i].set(row);
      const [height, width, channels] = size;
      paint(
        cells[i].node,
        bytes(model, "pictures").subarray(place, (place += height * width * channels)),
        height,
        width,
        channels,
      );
    });
  }

  const end = region(
    model,
    el,
    "Draw a digit",
    "tn-draw-pad",
    make("div", {}, make("h4", { class: "tn-title" }, "draw here"), ink.node),
    make("div", {}, make("h4", { class: "tn-title" }, "as the functions get it"), digit),
    answers,
  );
  const ends = [watch(model, "digit answers pictures", show), ink.end];
  return () => [end, ...ends].forEach((stop) => stop());
}

export default { render };
