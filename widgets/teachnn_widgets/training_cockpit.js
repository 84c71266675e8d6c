// The cockpit's page: buttons that send one word each, and the curves as an SVG of its own size in pixels.

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 300;
const MARGIN = { left: 64, top: 12, bottom: 42 };
const DASHES = ["", "7 4", "2 4", "8 3 2 3"];
const FASTEST = 40; // the speed slider's last place: as fast as it goes

function render({ model, el }) {
  const send = (word) => () => model.send(word);
  let plays = false; // what the button says, at once: a second click means pause, though the kernel has not answered yet
  const play = button("▶ Play", "Play or pause the training", "play", () => {
    press(!plays);
    model.send(plays ? "play" : "pause");
  });
  const press = (down) => {
    plays = down;
    play.textContent = down ? "❚❚ Pause" : "▶ Play";
    play.setAttribute("aria-pressed", down);
  };
  const step = button("One step", "Take one training step", "step", send("step"));
  const epoch = button("One epoch", "Train to the end of the epoch", "epoch", send("epoch"));
  const reset = button("Reset", "Put the initial parameters back", "reset", send("reset"));
  const own = button("Own rate", "Give the learning rate back to the optimizer", "own-rate", () =>
    tell(model, { rate: null }),
  );
  const log = button("Log scale", "Logarithmic scale", "log", () =>
    tell(model, { logarithmic: !model.get("logarithmic") }),
  );
  const rate = slider({
    label: "Learning rate",
    id: "rate",
    min: -6,
    max: 0,
    step: 0.05,
    value: -3,
    format: (v) => (10 ** v).toPrecision(2),
    oninput: (v) => tell(model, { rate: Number((10 ** v).toPrecision(3)) }),
  });
  const speed = slider({
    label: "Speed",
    id: "speed",
    min: 0,
    max: FASTEST,
    step: 1,
    value: FASTEST,
    format: (v) => (v === FASTEST ? "full" : `${pace(v)}/s`),
    oninput: (v) => tell(model, { speed: v === FASTEST ? null : pace(v) }),
  });
  const numbers = make("div", { class: "tn-numbers" });
  const bar = make("div", { class: "tn-progress" }, make("div"));
  const reason = make("div", { class: "tn-reason tn-grey", role: "status" });
  const chart = document.createElementNS(SVG, "svg");
  chart.setAttribute("role", "img");

  function show() {
    const [running, status] = [model.get("running"), model.get("status")];
    press(running);
    const said = [
      ["step", status.step.toLocaleString("en")],
      ["epoch", status.epoch],
      ["examples/s", Math.round(status.speed).toLocaleString("en")],
      ["learning rate", Number(status.rate.toPrecision(3))],
    ];
    numbers.replaceChildren(
      ...said.map(([name, value]) =>
        make("div", {}, make("span", { class: "tn-grey" }, name), make("strong", { "data-name": name }, String(value))),
      ),
    );
    bar.hidden = status.progress === null;
    bar.firstChild.style.width = `${100 * (status.progress ?? 0)}%`;
    reason.textContent = running ? "Training." : status.reason || "Ready.";
    reason.classList.toggle("tn-stopped", status.reason.startsWith("Stopped"));
    own.disabled = model.get("rate") === null;
    if (!rate.input.matches(":active")) rate.set(Math.log10(status.rate));
  }

  function plot() {
    const { steps, training, test } = model.get("curves");
    const width = Math.max(320, chart.clientWidth || 700);
    const logarithmic = model.get("logarithmic");
    log.setAttribute("aria-pressed", logarithmic);
    chart.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    const shown = Object.entries(training).map(([name, values], i) => ({
      name,
      values,
      dash: DASHES[i % DASHES.length],
    }));
    chart.setAttribute(
      "aria-label",
      `Curves of ${shown.map(({ name }) => name).join(", ") || "the loss"}, training and test`,
    );
    const longest = Math.max(0, ...shown.map(({ name }) => name.length)) + ", training".length;
    const end = width - 16 - 7.4 * longest; // of the axis; the curves' names follow
    const tests = (name) => test.filter(([, terms]) => name in terms).map(([at, terms]) => [at, terms[name]]);
    const late = shown.flatMap(({ name, values }) => [
      ...values.slice(values.length / 20),
      ...tests(name).map(([, v]) => v),
    ]);
    const usable = late.filter((v) => !logarithmic || v > 0);
    const [first, last] = [steps[0] ?? 0, steps.at(-1) ?? 0];
    const left = first > Math.max(10, last / 10) ? first : 0; // where a function was trained before
    const right = Math.max(left + 10, last);
    let [low, high] = usable.length ? [Math.min(...usable), Math.max(...usable)] : [0.1, 1];
    if (!logarithmic) [low, high] = [Math.min(0, low), high * 1.05 || 1];
    else if (low === high) high = low * 2;
    const scale = logarithmic ? Math.log : (v) => v;
    const x = (v) => MARGIN.left + ((v - left) / (right - left)) * (end - MARGIN.left);
    const y = (v) =>
      HEIGHT -
      MARGIN.bottom -
      ((scale(v) - scale(low)) / (scale(high) - scale(low))) * (HEIGHT - MARGIN.top - MARGIN.bottom);
    const bounded = (v) => Math.max(MARGIN.top, Math.min(HEIGHT - MARGIN.bottom, y(v)));
    const parts = [];
    for (const v of logarithmic ? decades(low, high) : ticks(low, high)) {
      parts.push(shape("line", { class: "tn-axis", x1: MARGIN.left, x2: end, y1: y(v), y2: y(v) }));
      parts.push(text(MARGIN.left - 8, y(v) + 4, compact(v), "end"));
    }
    for (const v of ticks(left, right)) parts.push(text(x(v), HEIGHT - MARGIN.bottom + 18, compact(v), "middle"));
    parts.push(text((MARGIN.left + end) / 2, HEIGHT - 6, "step", "middle"));
    parts.push(text(14, HEIGHT / 2 - 12, model.get("unit"), "middle", `rotate(-90 14 ${HEIGHT / 2 - 12})`));
    const labels = [];
    for (const { name, values, dash } of shown) {
      const line = (points) => `M${points.map(([a, b]) => `${x(a).toFixed(1)} ${bounded(b).toFixed(1)}`).join("L")}`;
      const seen = values.map((v, i) => [steps[i], v]).filter(([, v]) => v <= high && (!logarithmic || v > 0));
      if (seen.length) {
        parts.push(shape("path", { class: "tn-curve train", d: line(seen), "stroke-dasharray": dash }));
        labels.push({ y: bounded(seen.at(-1)[1]), text: `${name}, training`, kind: "train" });
      }
      const points = tests(name);
      if (points.length) {
        parts.push(shape("path", { class: "tn-curve test", d: line(points), "stroke-dasharray": dash }));
        parts.push(...points.map(([a, b]) => shape("circle", { class: "tn-point", cx: x(a), cy: bounded(b), r: 3.5 })));
        labels.push({ y: bounded(points.at(-1)[1]), text: `${name}, test ●`, kind: "test" });
      }
    }
    labels.sort((a, b) => a.y - b.y);
    labels.forEach((label, i) => (label.y = Math.max(label.y, i ? labels[i - 1].y + 16 : 0))); // no two on one place
    const over = Math.max(0, (labels.at(-1)?.y ?? 0) - (HEIGHT - MARGIN.bottom));
    for (const label of labels)
      parts.push(text(end + 8, label.y + 4 - over, label.text, "start", "", `tn-name ${label.kind}`));
    chart.replaceChildren(...parts);
    chart.dataset.points = steps.length; // for tests
  }

  const controls = make(
    "div",
    { class: "tn-row" },
    play,
    step,
    epoch,
    reset,
    make("span", { class: "tn-grow" }),
    own,
    log,
  );
  const end = region(
    model,
    el,
    "Training cockpit",
    "tn-training-cockpit",
    controls,
    make("div", { class: "tn-sliders" }, rate, speed),
    make("div", { class: "tn-state" }, numbers, bar),
    chart,
    reason,
  );
  const ends = [watch(model, "running status rate", show), watch(model, "curves logarithmic unit", plot)];
  const resized = new ResizeObserver(plot);
  resized.observe(chart);
  return () => {
    resized.disconnect();
    [end, ...ends].forEach((stop) => stop());
  };
}

/** Return steps a second for a place of the speed slider: 1 to 500, evenly on a logarithmic scale. */
function pace(place) {
  return Number((500 ** (place / (FASTEST - 1))).toPrecision(2));
}

function shape(tag, attributes) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

function text(x, y, content, anchor, transform = "", kind = "tn-tick") {
  const node = shape("text", { x, y, "text-anchor": anchor, class: kind, ...(transform && { transform }) });
  node.textContent = content;
  return node;
}

/** Return some five round numbers between low and high. */
function ticks(low, high) {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((m) => m * power >= rough) * power;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
}

/** Return round numbers for a logarithmic axis: the decades, and 2 and 5 of each where there are few. */
function decades(low, high) {
  const all = [];
  for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e++)
    for (const m of high / low > 1000 ? [1] : [1, 2, 5]) all.push(m * 10 ** e);
  return all.filter((v) => v >= low && v <= high);
}

function compact(value) {
  return Math.abs(value) >= 1000 ? value.toLocaleString("en") : String(Number(value.toPrecision(3)));
}

export default { render };
