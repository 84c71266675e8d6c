// What all pages share: elements, controls that the keyboard reaches, pixels, pictures, and how a page listens and ends.
// This file stands before each widget's own, as one module.

const SVG = "http://www.w3.org/2000/svg";

// --- elements

/** Return an element. Attributes whose name begins with "on" are listeners; children are nodes or text. */
function make(tag, attributes, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** Return an element of an SVG picture, in the same way. */
function shape(tag, attributes, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(node, attributes = {}, children = []) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false && value !== undefined) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

/** Return the picture that the kernel sent as the text of an SVG file. */
function parsed(text) {
  return document.importNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement, true);
}

/** Return a canvas for a picture in pixels. */
function image(label, others = {}) {
  return make("canvas", { role: "img", "aria-label": label, ...others });
}

/** Return a small title; a name, which has no spaces, is shortened if it is long, and the pointer finds all of it. */
function heading(text, kind = "") {
  return make("h3", { class: `tn-title ${kind}`.trim(), title: text }, /\s/.test(text) ? text : short(text));
}

/** Return a name, or its beginning and its end if it is too long, as drawings have it. */
function short(text, limit = 28) {
  const head = Math.floor(limit / 2);
  return text.length > limit ? `${text.slice(0, head)}…${text.slice(text.length - (limit - head - 1))}` : text;
}

/** Return the last line of a widget: what is seen now, in a sentence. */
function sentence(others = {}) {
  return make("p", { class: "tn-said", "aria-live": "polite", ...others });
}

// --- controls

/** Return the attributes of whatever takes the focus: its name for screen readers, and its keys for itself. */
function control(label, id, others = {}) {
  return { "aria-label": label, "data-testid": id, "data-lm-suppress-shortcuts": "true", ...others };
}

/** Return a button. */
function button(text, label, id, onclick) {
  return make("button", control(label, id, { type: "button", title: label, onclick }), text);
}

/** Return a number with two digits, and no sign before 0.00. */
function twoDigits(v) {
  return (Math.round(100 * v) / 100 + 0).toFixed(2);
}

/** Return a labelled slider with its value beside it; `.set(value)` moves it without an event. */
function slider({ label, id, min, max, step, value, format = twoDigits, oninput }) {
  const shown = make("output", { class: "tn-value" }, format(value));
  const input = make("input", control(label, id, { type: "range", min, max, step, value }));
  input.addEventListener("input", () => {
    shown.textContent = format(input.valueAsNumber);
    oninput(input.valueAsNumber);
  });
  const node = make("label", { class: "tn-slider" }, make("span", { class: "tn-label" }, label), input, shown);
  node.set = (next) => {
    input.value = next;
    shown.textContent = format(Number(next));
  };
  node.input = input;
  return node;
}

/** Return a slider of a trait, a whole number unless a step is given; `.sync()` moves it to where the trait is. */
function traitSlider(model, name, options) {
  const format = options.step ? undefined : String;
  const oninput = (v) => tell(model, { [name]: v });
  const node = slider({ id: name, step: 1, value: model.get(name), format, oninput, ...options });
  node.sync = () => node.set(model.get(name));
  return node;
}

/** Do what `act(event)` returns for a key, if anything, and keep that key from JupyterLab. */
function keys(node, act) {
  node.addEventListener("keydown", (event) => {
    const acts = act(event);
    if (!acts) return;
    event.preventDefault();
    event.stopPropagation();
    acts();
  });
}

/** Return where a pointer is on an element: from left to right and from top to bottom, 0 to 1 each. */
function pointed(event, node) {
  const box = node.getBoundingClientRect();
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
}

// --- numbers and pixels

/** Return the bytes of a trait as unsigned integers. */
function bytes(model, name) {
  const view = model.get(name);
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** Paint bytes, row by row, on a canvas of as many pixels; channels is 1 (grey) or 3 (colours).
 * Return the bytes that follow. */
function paint(canvas, bytes, height, width, channels = 1) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const data = new ImageData(width, height);
  for (let i = 0, o = 0; i < height * width * channels; i += channels, o += 4) {
    data.data[o] = bytes[i];
    data.data[o + 1] = bytes[i + (channels > 1 ? 1 : 0)];
    data.data[o + 2] = bytes[i + (channels > 2 ? 2 : 0)];
    data.data[o + 3] = 255;
  }
  canvas.getContext("2d").putImageData(data, 0, 0);
  canvas.dataset.frame = Number(canvas.dataset.frame || 0) + 1; // for tests, and for the latency bench
  canvas.dataset.time = performance.now();
  return bytes.subarray(height * width * channels);
}

/** Return a line with both ends of a range, to stand below what is drawn over it. */
function range(low, high) {
  const ends = [low, high].map((end) => make("span", {}, end.toPrecision(2)));
  return make("div", { class: "tn-range tn-grey" }, ...ends);
}

/** Return the histogram of a parameter or a statistic, drawn so many units high, with its range below. */
function histogram({ low, high, counts }, name, kind, height) {
  const most = Math.max(...counts, 1);
  const bars = counts.map((count, i) => `M${i} ${height}V${height - ((height - 1) * count) / most}h0.9V${height}Z`);
  const attributes = { viewBox: `0 0 ${counts.length} ${height}`, preserveAspectRatio: "none", role: "img" };
  const path = shape("path", { class: `tn-bars ${kind}`, d: bars.join("") });
  const svg = shape("svg", { ...attributes, "aria-label": `Histogram of ${name}` }, path);
  return make("figure", { class: "tn-histogram" }, svg, range(low, high));
}

// --- the model

/** Fill a view: a named region with the alert on top; its body knows how wide it is. Return what ends it.
 * While something is wrong, what shows results is marked as stale, though the alert itself be dismissed.
 * A line says when the kernel is busy or gone; without a kernel every control is off, and all can still be read. */
function region(model, el, label, kind, ...children) {
  const said = make("span", { role: "alert" });
  const dismiss = button("×", "Dismiss the alert", "dismiss", () => {
    alert.hidden = true;
  });
  const alert = make("div", { class: "tn-alert" }, said, dismiss);
  const body = make("div", { class: `tn-body ${kind}` }, ...children);
  const state = make("div", { class: "tn-kernel", role: "status" });
  const controls = make("fieldset", { class: "tn-controls" }, body); // it can be off as a whole
  const section = make("section", { class: "tn-widget", role: "group", "aria-label": label }, alert, state, controls);
  el.classList.add("tn-host");
  el.append(section);
  return ending(
    followKernel(model),
    followSight(model, section),
    watch(model, "alert", () => {
      said.textContent = model.get("alert");
      alert.hidden = !said.textContent;
      section.classList.toggle("tn-stale", !alert.hidden);
    }),
    watchKernel(model, () => {
      section.dataset.kernel = lifeOf(model).state;
      state.textContent = SAID[lifeOf(model).state];
      controls.disabled = isGone(model);
    }),
  );
}

/** Listen to changes of traits, and once now; return what ends it. */
function watch(model, names, listener) {
  const events = names.replace(/\S+/g, "change:$&");
  model.on(events, listener);
  listener();
  return () => model.off(events, listener);
}

/** Listen to changes of an element's size; return what ends it. */
function watchSize(node, listener) {
  const observer = new ResizeObserver(listener);
  observer.observe(node);
  return () => observer.disconnect();
}

/** Return one end for all that a page began. */
function ending(...ends) {
  return () => {
    for (const end of ends) end();
  };
}
