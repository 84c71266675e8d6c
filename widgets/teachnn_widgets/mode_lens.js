// Both modes: blue and filled is training, green and dashed is test, in every picture.

const SVG = "http://www.w3.org/2000/svg";
const [WIDE, HIGH] = [560, 168]; // of the strip of units

function render({ model, el }) {
  const settings = make("div", { class: "tn-settings" });
  const batch = slider({
    label: "Batch size",
    id: "batch",
    min: 1,
    max: model.get("rows"),
    step: 1,
    value: model.get("batch"),
    format: String,
    oninput: (v) => tell(model, { batch: v }),
  });
  const seed = slider({
    label: "Noise seed",
    id: "seed",
    min: 0,
    max: 99,
    step: 1,
    value: model.get("seed"),
    format: String,
    oninput: (v) => tell(model, { seed: v }),
  });
  settings.append(batch, seed);
  let rate = null;
  if (model.get("rate") !== null) {
    rate = slider({
      label: "Dropout rate",
      id: "rate",
      min: 0,
      max: 0.95,
      step: 0.05,
      value: model.get("rate"),
      oninput: (v) => tell(model, { rate: v }),
    });
    settings.append(rate);
  }
  const table = make("div", {
    class: "tn-layers",
    tabindex: 0,
    role: "region",
    ...control("Layers in both modes", "layers"),
  });
  const strip = shape("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img" });
  const said = make("p", { class: "tn-said" });

  function layers() {
    table.replaceChildren(
      make(
        "div",
        { class: "tn-head tn-grey" },
        make("span", {}, "layer"),
        make("span", {}, "outputs in either mode"),
        make(
          "span",
          { title: "root mean square difference, in standard deviations of the test output" },
          "how far apart",
        ),
      ),
      ...model
        .get("layers")
        .map((layer) =>
          make(
            "div",
            { class: "tn-layer", "data-name": layer.name, "data-apart": layer.apart },
            make("span", {}, layer.name),
            histograms(layer),
            make(
              "span",
              { class: "tn-apart" },
              make(
                "span",
                { class: "tn-track" },
                make("span", { class: "tn-bar", style: `width:${Math.min(100, 50 * layer.apart)}%` }),
              ),
              make("span", { class: "tn-value" }, layer.apart.toFixed(2)),
            ),
          ),
        ),
    );
  }

  function neighbours() {
    const found = model.get("neighbours");
    const all = [...found.train, ...found.test].flat();
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const y = (v) => 12 + (HIGH - 40) * (high > low ? (high - v) / (high - low) : 0.5);
    const slot = WIDE / found.train.length;
    const parts = [];
    found.train.forEach((values, unit) => {
      const x = slot * (unit + 0.5);
      parts.push(
        shape("line", { class: "tn-reach", x1: x, x2: x, y1: y(Math.max(...values)), y2: y(Math.min(...values)) }),
      );
      for (const v of values) parts.push(shape("circle", { class: "tn-dot", cx: x, cy: y(v), r: 3.5 }));
      for (const v of new Set(found.test[unit]))
        parts.push(shape("path", { class: "tn-diamond", d: `M${x} ${y(v) - 6}l6 6-6 6-6-6Z` }));
      const label = shape("text", { x, y: HIGH - 6, "text-anchor": "middle", class: "tn-tick" });
      label.textContent = unit;
      parts.push(label);
    });
    strip.replaceChildren(...parts);
    strip.setAttribute("aria-label", "The answers for row 0 by unit, among other rows each time");
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

  const end = region(
    model,
    el,
    "Both modes of the same layers",
    "tn-mode-lens",
    settings,
    table,
    make(
      "div",
      { class: "tn-row" },
      make("h4", { class: "tn-title" }, "The same row 0 among other neighbours, by unit of the last layer"),
      make("span", { class: "tn-key train" }, "● train, 16 draws of neighbours"),
      make("span", { class: "tn-key test" }, "◆ test"),
    ),
    strip,
    said,
  );
  const sync = () => {
    batch.set(model.get("batch"));
    seed.set(model.get("seed"));
    rate?.set(model.get("rate"));
  };
  const ends = [
    watch(model, "layers", layers),
    watch(model, "neighbours", neighbours),
    watch(model, "batch seed rate", sync),
  ];
  return () => [end, ...ends].forEach((stop) => stop());
}

function shape(tag, attributes) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

/** Return two histograms over one range: training filled, test dashed. */
function histograms({ name, low, high, train, test }) {
  const most = Math.max(...train, ...test);
  const svg = shape("svg", {
    viewBox: `0 0 ${train.length} 30`,
    preserveAspectRatio: "none",
    role: "img",
    "aria-label": `Outputs of ${name}, from ${low.toPrecision(2)} to ${high.toPrecision(2)}`,
  });
  const stairs = (counts) =>
    counts.map((count, i) => `H${i}V${30 - (28 * Math.sqrt(count)) / Math.sqrt(most)}H${i + 1}`).join("");
  svg.append(
    shape("path", { class: "tn-filled", d: `M0 30${stairs(train)}V30Z` }),
    shape("path", { class: "tn-dashed", d: `M0 30${stairs(test)}V30` }),
  );
  const range = make(
    "div",
    { class: "tn-range tn-grey" },
    make("span", {}, low.toPrecision(2)),
    make("span", {}, high.toPrecision(2)),
  );
  return make("div", {}, svg, range);
}

export default { render };
