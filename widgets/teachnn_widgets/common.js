// What all pages share: elements, controls that the keyboard reaches, pixels, the alert.
// This file stands before each widget's own, as one module.

/** Return an element. Attributes whose name begins with "on" are listeners; children are nodes or text. */
function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false && value !== undefined) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

/** Return the attributes of whatever takes the focus: its name for screen readers, and its keys for itself. */
function control(label, id, others = {}) {
  return { "aria-label": label, "data-testid": id, "data-lm-suppress-shortcuts": "true", ...others };
}

/** Change traits of the model together, and tell the kernel. While it is busy, only the latest value is kept. */
function tell(model, changes) {
  for (const [name, value] of Object.entries(changes)) model.set(name, value);
  model.save_changes();
}

/** Return a button. */
function button(text, label, id, onclick) {
  return make("button", control(label, id, { type: "button", title: label, onclick }), text);
}

/** Return a labelled slider with its value beside it; `.set(value)` moves it without an event. */
function slider({ label, id, min, max, step, value, format = (v) => v.toFixed(2), oninput }) {
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

/** Paint bytes, row by row, on a canvas of as many pixels; channels is 1 (grey) or 3 (colours). */
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
}

/** Return the bytes of a trait as unsigned integers. */
function bytes(model, name) {
  const view = model.get(name);
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** Listen to changes of a trait ("change:name"), and once now; return what ends it. */
function watch(model, names, listener) {
  const events = names
    .split(" ")
    .map((name) => `change:${name}`)
    .join(" ");
  model.on(events, listener);
  listener();
  return () => model.off(events, listener);
}

/** Fill a view: a named region with the alert on top; return what ends it. */
function region(model, el, label, kind, ...children) {
  const alert = make("div", { class: "tn-alert", role: "alert" });
  el.append(make("section", { class: `tn-widget ${kind}`, role: "group", "aria-label": label }, alert, ...children));
  return watch(model, "alert", () => {
    alert.textContent = model.get("alert");
    alert.hidden = !alert.textContent;
  });
}
