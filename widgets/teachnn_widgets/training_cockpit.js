// Draws how far training is, and its curves, an SVG of its own size in pixels.
// Listens to the buttons, which send one word each, and to two sliders.

const HEIGHT = 300;
const [LEFT, TOP, BOTTOM] = [64, 12, HEIGHT - 42]; // where the axes stand
const DASHES = ["", "7 4", "2 4", "8 3 2 3"];
const MOST_TICKS = 6;
const FASTEST = 40; // the speed slider's last place: as fast as it goes
const AWAY = 2000; // milliseconds without a view, until nobody sees it: a cell that is run again or moved shows it anew
let views = 0; // of this widget on this page

function render({ model, el }) {
  const send = (word) => () => say(model, word);
  let plays = false; // what the button says, at once: a second click means pause, though the kernel has not answered yet
  const play = button("▶ Play", "Play or pause the training", "play", () => {
    press(!plays);
    say(model, plays ? "play" : "pause");
  });
  const press = (down) => {
    plays = down;
    play.textContent = down ? "❚❚ Pause" : "▶ Play";
    play.setAttribute("aria-pressed", down);
  };
  const step = button("One step", "Take one training step", "step", send("step"));
  const epoch = button("One epoch", "Train to the end of the epoch", "epoch", send("epoch"));
  const reset = button("Reset", "Put the initial parameters back", "reset", send("reset"));
  const free = () => tell(model, { rate: null });
  const own = button("Own rate", "Give the learning rate back to the optimizer", "own-rate", free);
  const bend = () => tell(model, { logarithmic: !model.get("logarithmic") });
  const log = button("Log scale", "Logarithmic scale", "log", bend);
  const rated = (v) => (10 ** v).toPrecision(2);
  const learn = (v) => tell(model, { rate: Number((10 ** v).toPrecision(3)) });
  const rates = { label: "Learning rate", id: "rate", min: -6, max: 0, step: 0.05, value: -3 };
  const rate = slider({ ...rates, format: rated, oninput: learn });
  const often = (v) => (v === FASTEST ? "full" : `${pace(v)}/s`);
  const hurry = (v) => tell(model, { speed: v === FASTEST ? null : pace(v) });
  const speeds = { label: "Speed", id: "speed", min: 0, max: FASTEST, step: 1, value: FASTEST };
  const speed = slider({ ...speeds, format: often, oninput: hurry });
  const numbers = make("div", { class: "tn-numbers" });
  const bar = make("div", { class: "tn-progress" }, make("div"));
  const reason = sentence({ class: "tn-said tn-reason", role: "status" });
  const chart = shape("svg", { role: "img", height: HEIGHT });

  function show() {
    const [gone, status] = [isGone(model), model.get("status")];
    const running = model.get("running") && !gone;
    press(running);
    const said = [
      ["step", status.step.toLocaleString("en")],
      ["epoch", status.epoch],
      ["examples/s", Math.round(running ? status.speed : 0).toLocaleString("en")],
      ["learning rate", Number(status.rate.toPrecision(3))],
    ];
    const cell = ([name, value]) =>
      make("div", {}, make("span", { class: "tn-grey" }, name), make("strong", { "data-name": name }, value));
    numbers.replaceChildren(...said.map(cell));
    bar.hidden = status.progress === null;
    bar.firstChild.style.width = `${100 * (status.progress ?? 0)}%`;
    reason.textContent = running ? "Training." : status.reason || (gone ? "" : "Ready.");
    reason.classList.toggle("tn-stopped", status.reason.startsWith("Stopped"));
    own.disabled = model.get("rate") === null;
    if (!rate.input.matches(":active")) rate.set(Math.log10(status.rate));
    if (!speed.input.matches(":active")) speed.set(model.get("speed") === null ? FASTEST : place(model.get("speed")));
  }

  function plot() {
    const [curves, logarithmic] = [model.get("curves"), model.get("logarithmic")];
    const width = Math.max(320, chart.clientWidth || 700);
    const names = Object.keys(curves.training).join(", ") || "the loss";
    log.setAttribute("aria-pressed", logarithmic);
    chart.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    chart.setAttribute("aria-label", `Curves of ${names}, training and test`);
    chart.replaceChildren(...drawn(curves, logarithmic, model.get("unit"), width));
    chart.dataset.points = curves.steps.length; // for tests
  }

  const gap = make("span", { class: "tn-grow" });
  const buttons = make("div", { class: "tn-row" }, play, step, epoch, reset, gap, own, log);
  const sliders = make("div", { class: "tn-sliders" }, rate, speed);
  const state = make("div", { class: "tn-state" }, numbers, bar);
  return ending(
    region(model, el, "Training cockpit", "tn-training-cockpit", buttons, sliders, state, chart, reason),
    watch(model, "running status rate speed", show),
    watchKernel(model, show),
    watch(model, "curves logarithmic unit", plot),
    watchSize(chart, plot),
    seen(model),
  );
}

/** Tell the kernel that the widget is seen, and that it is not once its last view is gone; return what ends the view. */
function seen(model) {
  views += 1;
  say(model, "seen");
  return () => {
    views -= 1;
    setTimeout(() => {
      if (!views) say(model, "unseen");
    }, AWAY);
  };
}

/** Return steps a second for a place of the speed slider: 1 to 500, evenly on a logarithmic scale. */
function pace(place) {
  return Number((500 ** (place / (FASTEST - 1))).toPrecision(2));
}

/** Return the place of the speed slider for steps a second. */
function place(speed) {
  return Math.round(((FASTEST - 1) * Math.log(speed)) / Math.log(500));
}

/** Return the axes, a training and a test curve of each term, and their names at the right end. */
function drawn({ steps, training, test }, logarithmic, unit, width) {
  const terms = Object.entries(training).map(([name, values], i) => ({
    name,
    dash: DASHES[i % DASHES.length],
    train: values.map((v, at) => [steps[at], v]),
    test: test.filter(([, values]) => name in values).map(([at, values]) => [at, values[name]]),
  }));
  const longest = Math.max(0, ...terms.map(({ name }) => name.length)) + ", training".length;
  const room = 7.4 * longest;
  const beside = room < width / 3; // the curves' names: beside the plot, or in it where that would be too small
  const end = width - 16 - (beside ? room : 0); // of the axis
  const { low, high, left, right, x, y } = scales(terms, steps, logarithmic, end);
  const parts = (logarithmic ? decades(low, high) : ticks(low, high)).flatMap((v) => [
    shape("line", { class: "tn-axis", x1: LEFT, x2: end, y1: y(v), y2: y(v) }),
    power(logarithmic && high / low > 1e4, LEFT - 8, y(v) + 4, v),
  ]);
  for (const v of ticks(left, right)) parts.push(text(x(v), BOTTOM + 18, compact(v), "middle"));
  const middle = HEIGHT / 2 - 12;
  parts.push(text((LEFT + end) / 2, HEIGHT - 6, "step", "middle"));
  parts.push(text(14, middle, unit, "middle", { transform: `rotate(-90 14 ${middle})` }));
  const bounded = (v) => Math.max(TOP, Math.min(BOTTOM, y(v)));
  const names = [];
  const curve = (kind, points, dash, name) => {
    if (!points.length) return;
    const d = `M${points.map(([a, b]) => `${x(a).toFixed(1)} ${bounded(b).toFixed(1)}`).join("L")}`;
    parts.push(shape("path", { class: `tn-curve ${kind}`, d, "stroke-dasharray": dash }));
    names.push({ y: bounded(points.at(-1)[1]), name, kind });
  };
  for (const { name, dash, train, test } of terms) {
    const seen = train.filter(([, v]) => v <= high && (!logarithmic || v > 0));
    curve("train", seen, dash, `${name}, training`);
    curve("test", test, dash, `${name}, test ●`);
    parts.push(...test.map(([a, b]) => shape("circle", { class: "tn-point", cx: x(a), cy: bounded(b), r: 3.5 })));
  }
  return [
    ...parts,
    ...spread(names).map(({ y, name, kind }) => {
      const [at, anchor] = beside ? [end + 8, "start"] : [end, "end"];
      return text(at, beside ? y + 4 : y - 12, name, anchor, { class: `tn-name ${kind}` });
    }),
  ];
}

/** Return the ranges of an axis of steps and one of values, and the functions from both to pixels. */
function scales(terms, steps, logarithmic, end) {
  const [first, last] = [steps[0] ?? 0, steps.at(-1) ?? 0];
  const left = first > Math.max(10, last / 10) ? first : 0; // where a function was trained before
  const right = Math.max(left + 10, last);
  const late = terms.flatMap(({ train, test }) => [...train.slice(train.length / 20), ...test]).map(([, v]) => v);
  const usable = late.filter((v) => !logarithmic || v > 0);
  let [low, high] = usable.length ? [Math.min(...usable), Math.max(...usable)] : [0.1, 1];
  if (!logarithmic) [low, high] = [Math.min(0, low), high * 1.05 || 1];
  else if (low === high) high = low * 2;
  const scale = logarithmic ? Math.log : (v) => v;
  const x = (v) => LEFT + ((v - left) / (right - left)) * (end - LEFT);
  const y = (v) => BOTTOM - ((scale(v) - scale(low)) / (scale(high) - scale(low))) * (BOTTOM - TOP);
  return { low, high, left, right, x, y };
}

/** Return names moved up and down so far that no two stand on one place. */
function spread(names) {
  names.sort((a, b) => a.y - b.y);
  for (const [i, name] of names.entries()) name.y = Math.max(name.y, i ? names[i - 1].y + 16 : 0);
  const over = Math.max(0, (names.at(-1)?.y ?? 0) - BOTTOM);
  return names.map((name) => ({ ...name, y: name.y - over }));
}

function text(x, y, content, anchor, others = {}) {
  return shape("text", { x, y, "text-anchor": anchor, class: "tn-tick", ...others }, content);
}

/** Return some five round numbers between low and high. */
function ticks(low, high) {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((m) => m * power >= rough) * power;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
}

/** Return at most six round numbers for a logarithmic axis: decades, and 2 and 5 of each where there are few. */
function decades(low, high) {
  const all = [];
  for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e++)
    for (const m of high / low > 50 ? [1] : [1, 2, 5]) all.push(m * 10 ** e);
  const seen = all.filter((v) => v >= low && v <= high);
  const every = Math.ceil(seen.length / MOST_TICKS);
  return seen.filter((_, i) => i % every === 0);
}

/** Return a number beside a logarithmic axis: as a power of ten where the axis is long. */
function power(long, x, y, value) {
  const exponent = Math.round(Math.log10(value));
  if (!long) return text(x, y, compact(value), "end");
  const raised = shape("tspan", { dy: -5, "font-size": 11 }, String(exponent).replace("-", "−"));
  const node = text(x, y, "10", "end");
  node.append(raised);
  return node;
}

function compact(value) {
  return Math.abs(value) >= 1000 ? value.toLocaleString("en") : String(Number(value.toPrecision(3)));
}

export default { render };
