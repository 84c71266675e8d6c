// Draws the outputs of each layer in both modes, and what one row becomes among other neighbours.
// Blue and filled is training, green and dashed is test, in every picture. Listens to the sliders.

const HIGH = 168; // pixels of the strip of units

function render({ model, el }) {
  const sliders = [
    traitSlider(model, "batch", { label: "Batch size", min: 1, max: model.get("rows") }),
    traitSlider(model, "seed", { label: "Noise seed", min: 0, max: 99 }),
  ];
  if (model.get("rate") !== null)
    sliders.push(traitSlider(model, "rate", { label: "Dropout rate", min: 0, max: 0.95, step: 0.05 }));
  const settings = make("div", { class: "tn-sliders" }, ...sliders);
  const focused = { class: "tn-layers", tabindex: 0, role: "group" };
  const table = make("div", control("Layers in both modes", "layers", focused));
  const about = "The answers for row 0 by unit, among other rows each time";
  const strip = shape("svg", { height: HIGH, role: "img", "aria-label": about });
  const said = sentence();

  function layers() {
    table.replaceChildren(head(), ...model.get("layers").map(line));
  }

  function neighbours() {
    const found = model.get("neighbours");
    const all = [...found.train, ...found.test].flat();
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const y = (v) => 12 + (HIGH - 40) * (high > low ? (high - v) / (high - low) : 0.5);
    const wide = strip.clientWidth || 560;
    strip.setAttribute("viewBox", `0 0 ${wide} ${HIGH}`);
    const slot = wide / found.train.length;
    const units = found.train.flatMap((values, unit) => {
      const x = slot * (unit + 0.5);
      const [top, bottom] = [y(Math.max(...values)), y(Math.min(...values))];
      return [
        shape("line", { class: "tn-reach", x1: x, x2: x, y1: top, y2: bottom }),
        ...values.map((v) => shape("circle", { class: "tn-dot", cx: x, cy: y(v), r: 3.5 })),
        ...Array.from(new Set(found.test[unit]), (v) =>
          shape("path", { class: "tn-diamond", d: `M${x} ${y(v) - 6}l6 6-6 6-6-6Z` }),
        ),
        shape("text", { x, y: HIGH - 6, "text-anchor": "middle", class: "tn-tick" }, unit),
      ];
    });
    strip.replaceChildren(...units);
    const [train, test] = [found["train spread"], found["test spread"]];
    said.replaceChildren(
      "Its answer moves by up to ",
      make("strong", { class: "train" }, train.toPrecision(2)),
      " (standard deviation) in train mode, by ",
      make("strong", { class: "test" }, test.toPrecision(2)),
      " in test mode.",
    );
    Object.assign(said.dataset, { train, test });
  }

  const results = make("div", { class: "tn-result" }, table);
  const key = make(
    "div",
    { class: "tn-row" },
    heading("The same row 0 among other neighbours, by unit of the last layer"),
    make("span", { class: "train" }, `● train, ${DRAWS} draws of neighbours`),
    make("span", { class: "test" }, "◆ test"),
  );
  return ending(
    region(model, el, "Both modes of the same layers", "tn-mode-lens", settings, results, key, strip, said),
    watch(model, "layers", layers),
    watch(model, "neighbours", neighbours),
    watchSize(strip, neighbours),
    watch(model, "batch seed rate", () => {
      for (const node of sliders) node.sync();
    }),
  );
}

/** Return the table's first line: what its columns show. */
function head() {
  const title = "root mean square difference, in standard deviations of the test output";
  const columns = [
    make("span", {}, "layer"),
    make("span", {}, "outputs in either mode"),
    make("span", { title }, "how far apart"),
  ];
  return make("div", { class: "tn-head tn-grey" }, ...columns);
}

/** Return a layer's line: its name, its outputs, and how far apart they are as a bar and a number. */
function line(layer) {
  const bar = make("span", { class: "tn-bar", style: `width:${Math.min(100, 50 * layer.apart)}%` });
  const value = make("span", { class: "tn-value" }, layer.apart.toFixed(2));
  return make(
    "div",
    { class: "tn-layer", "data-name": layer.name, "data-apart": layer.apart },
    make("span", { title: layer.name }, short(layer.name)),
    histograms(layer),
    make("span", { class: "tn-apart" }, make("span", { class: "tn-track" }, bar), value),
  );
}

/** Return two histograms over one range: training filled, test dashed. */
function histograms({ name, low, high, train, test }) {
  const most = Math.max(...train, ...test);
  const about = `Outputs of ${name}, from ${low.toPrecision(2)} to ${high.toPrecision(2)}`;
  const top = (count) => 30 - (28 * Math.sqrt(count)) / Math.sqrt(most);
  const stairs = (counts) => `M0 30${counts.map((count, i) => `H${i}V${top(count)}H${i + 1}`).join("")}V30`;
  const svg = shape(
    "svg",
    { viewBox: `0 0 ${train.length} 30`, preserveAspectRatio: "none", role: "img", "aria-label": about },
    shape("path", { class: "tn-filled", d: `${stairs(train)}Z` }),
    shape("path", { class: "tn-dashed", d: stairs(test) }),
  );
  return make("div", {}, svg, range(low, high));
}

export default { render };
