// Draws the graphs, an SVG from the kernel, and the numbers of what is chosen in them; what moves glows.
// Listens to the pointer, the wheel and the keys, which move the drawing, search it, and choose.

const STEP = 1.25; // of one press on + or -

function render({ model, el }) {
  const stage = make("div", { class: "tn-stage" });
  const told = make("div", { class: "tn-told", "aria-live": "polite" });
  const inspector = make("div", { class: "tn-inspector", role: "region", "aria-label": "Inspector" });
  const choose = () => tell(model, { depth: Number(depth.value) });
  const depth = make("select", control("Depth of the graphs", "depth", { onchange: choose }));
  const view = { x: 0, y: 0, scale: 1, fitted: true };
  let svg, elements, links, halos, lit;

  const bar = make(
    "div",
    { class: "tn-row" },
    make("label", { class: "tn-row" }, "Show", depth),
    make("span", { class: "tn-grow tn-grey" }, "drag to move, Ctrl + wheel to zoom, click for the numbers"),
    button("−", "Zoom out", "zoom-out", () => zoom(1 / STEP)),
    button("+", "Zoom in", "zoom-in", () => zoom(STEP)),
    button("Fit", "Fit the drawing into the frame", "fit", fit),
  );

  // --- the drawing

  function draw() {
    svg = parsed(model.get("drawing"));
    for (const node of svg.querySelectorAll("style, .ground")) node.remove(); // the page's theme decides
    svg.setAttribute("role", "group");
    svg.setAttribute("aria-label", svg.querySelector("title").textContent);
    const { width, height } = svg.viewBox.baseVal;
    Object.assign(svg.style, { width: `${width}px`, height: `${height}px`, maxWidth: "none" });
    elements = new Map([...svg.querySelectorAll("[data-key]")].map((node) => [node.dataset.key, node]));
    links = [...svg.querySelectorAll("[data-ends]")].map((node) => ({ node, ends: node.dataset.ends.split(" ") }));
    halos = new Map();
    for (const [key, node] of elements) {
      node.querySelector("title").remove(); // the panel below says it, without a delay
      const name = model.get("details")[key].title;
      const { "data-testid": id, ...rest } = control(name, key, { tabindex: -1, role: "button" });
      node.dataset.testid = id;
      const pressed = filled(face(node), rest); // the shape, for a box holds chips, and no button may hold another
      if (key.includes("v")) halos.set(key, halo(pressed));
    }
    face(elements.values().next().value).setAttribute("tabindex", 0);
    stage.replaceChildren(svg);
    lit = null;
    light();
    fit();
  }

  /** Return the shape of a box, a pill or a chip. */
  function face(node) {
    return node.querySelector(":scope > :is(.box, .end, .pill, .chip)");
  }

  /** Put a glow behind a pill or a chip, dark until the kernel says how bright it is. */
  function halo(pill) {
    const wider = { x: -4, y: -4, width: 8, height: 8, rx: 4 };
    const sizes = Object.entries(wider).map(([name, by]) => [name, Number(pill.getAttribute(name)) + by]);
    const kind = pill.classList.contains("statistic") ? "statistic" : "parameter";
    const glow = shape("rect", { ...Object.fromEntries(sizes), class: `tn-halo ${kind}` });
    pill.before(glow);
    return glow;
  }

  function glow() {
    const strengths = model.get("glow");
    for (const [key, node] of halos) node.style.opacity = strengths[key] ?? 0;
    stage.dataset.glowing = Object.keys(strengths).length; // for tests
  }

  // --- moving and enlarging it

  function place() {
    svg.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.scale})`;
  }

  function fit() {
    const { width, height } = svg.viewBox.baseVal;
    const room = stage.getBoundingClientRect();
    view.scale = Math.min(1.25, room.width / width, Math.max(room.height / height, 0.3)) || 1;
    view.x = (room.width - width * view.scale) / 2;
    view.y = Math.max(0, (room.height - height * view.scale) / 2);
    view.fitted = true;
    place();
  }

  function zoom(factor, x = stage.clientWidth / 2, y = stage.clientHeight / 2) {
    const scale = Math.min(4, Math.max(0.05, view.scale * factor));
    view.x = x - ((x - view.x) * scale) / view.scale;
    view.y = y - ((y - view.y) * scale) / view.scale;
    Object.assign(view, { scale, fitted: false });
    place();
  }

  const wheel = (event) => {
    if (!event.ctrlKey && !event.metaKey) return; // otherwise the notebook scrolls, as everywhere
    event.preventDefault();
    const room = stage.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY / 400), event.clientX - room.left, event.clientY - room.top);
  };
  stage.addEventListener("wheel", wheel, { passive: false });
  let drag = null;
  stage.addEventListener("pointerdown", (event) => {
    drag = { x: event.clientX - view.x, y: event.clientY - view.y, at: [event.clientX, event.clientY], moved: false };
  });
  stage.addEventListener("pointermove", (event) => {
    if (!drag) return;
    if (!drag.moved && Math.hypot(event.clientX - drag.at[0], event.clientY - drag.at[1]) < 4) return;
    if (!drag.moved) stage.setPointerCapture(event.pointerId);
    drag.moved = true;
    view.fitted = false;
    [view.x, view.y] = [event.clientX - drag.x, event.clientY - drag.y];
    place();
  });
  const drop = () =>
    setTimeout(() => {
      drag = null; // after the click that ends a drag
    });
  stage.addEventListener("pointerup", drop);
  stage.addEventListener("pointercancel", drop);

  // --- looking at its parts

  const keyOf = (target) => target.closest?.("[data-key]")?.dataset.key;

  /** Light an element, what it is linked to, and the ways between; the rest steps back. */
  function light(key) {
    if (key === lit) return;
    lit = key;
    svg.classList.toggle("tn-dimmed", Boolean(key));
    for (const node of svg.querySelectorAll(".tn-lit")) node.classList.remove("tn-lit");
    const detail = key && model.get("details")[key];
    told.replaceChildren(
      make("strong", {}, detail ? detail.title : "Point at a layer or a parameter"),
      ...(detail ? detail.lines.map((line) => make("span", { class: "tn-grey" }, line)) : []),
    );
    if (!key) return;
    const near = new Set([key]);
    for (const { node, ends } of links.filter(({ ends }) => ends.includes(key))) {
      node.classList.add("tn-lit");
      for (const end of ends) near.add(end);
    }
    for (const end of near) elements.get(end)?.classList.add("tn-lit");
    elements.get(key).parentNode.closest("[data-key]")?.classList.add("tn-lit"); // the box around a chip
  }

  /** Move the focus to another element, and the view with it. */
  function step(from, by) {
    const keys = [...elements.keys()];
    const next = keys[(keys.indexOf(from) + by + keys.length) % keys.length];
    face(elements.get(from)).setAttribute("tabindex", -1);
    const node = face(elements.get(next));
    node.setAttribute("tabindex", 0);
    node.focus({ preventScroll: true });
    const [room, box] = [stage.getBoundingClientRect(), node.getBoundingClientRect()];
    if (box.left < room.left || box.right > room.right) view.x += (room.left + room.right - box.left - box.right) / 2;
    if (box.top < room.top || box.bottom > room.bottom) view.y += (room.top + room.bottom - box.top - box.bottom) / 2;
    place();
  }

  stage.addEventListener("pointerover", (event) => light(keyOf(event.target)));
  stage.addEventListener("pointerleave", () => light(keyOf(document.activeElement)));
  stage.addEventListener("focusin", (event) => light(keyOf(event.target)));
  stage.addEventListener("click", (event) => {
    const key = keyOf(event.target);
    if (!key || drag?.moved) return;
    face(elements.get(key)).focus({ preventScroll: true });
    tell(model, { selected: key === model.get("selected") ? "" : key });
  });
  keys(stage, (event) => {
    const key = keyOf(event.target);
    const acts = {
      ArrowRight: () => step(key, 1),
      ArrowDown: () => step(key, 1),
      ArrowLeft: () => step(key, -1),
      ArrowUp: () => step(key, -1),
      Enter: () => tell(model, { selected: key }),
      " ": () => tell(model, { selected: key }),
      Escape: () => tell(model, { selected: "" }),
      "+": () => zoom(STEP),
      "-": () => zoom(1 / STEP),
      0: fit,
    };
    return key && acts[event.key];
  });

  function inspect() {
    const key = model.get("selected");
    svg.querySelector(".tn-selected")?.classList.remove("tn-selected");
    elements.get(key)?.classList.add("tn-selected");
    inspector.hidden = !key;
    let pixels = bytes(model, "heatmaps");
    const cards = model.get("inspection").map((item) => {
      const heatmap = image(`Heatmap of ${item.name}`);
      pixels = paint(heatmap, pixels, ...item.size, 3);
      return card(item, heatmap);
    });
    const none = make("p", { class: "tn-grey" }, "It has no parameters and no statistics.");
    const close = button("×", "Close the inspector", "close-inspector", () => tell(model, { selected: "" }));
    inspector.replaceChildren(close, ...(cards.length ? cards : [none]));
  }

  function depths() {
    const names = ["primitives", "layers", "layers in layers"];
    const option = (_, d) => make("option", { value: d }, names[d] ?? `layers, depth ${d}`);
    depth.replaceChildren(...Array.from({ length: model.get("deepest") + 1 }, option));
    depth.value = model.get("depth");
  }

  const frame = make("div", { class: "tn-frame" }, stage, inspector);
  return ending(
    region(model, el, "Graphs of functions and what they share", "tn-two-graphs", bar, frame, told),
    watch(model, "drawing", draw),
    watch(model, "glow", glow),
    watch(model, "depth deepest", depths),
    watch(model, "selected inspection heatmaps drawing", inspect),
    watchSize(stage, () => view.fitted && fit()),
  );
}

/** Return what the inspector shows of a parameter or a statistic. */
function card({ name, kind, shape, limit, histogram: counts, numbers }, heatmap) {
  const most = limit.toPrecision(2);
  return make(
    "article",
    { class: "tn-card" },
    heading(name, kind),
    make("div", { class: "tn-grey" }, `${kind}, ${shape}`),
    heatmap,
    make("div", { class: "tn-grey tn-limit" }, `colours: blue −${most}, orange ${most}`),
    histogram(counts, name, kind, 24),
    make("div", { class: "tn-numbers" }, ...numbers.flat().map((text) => make("span", {}, text))),
  );
}

export default { render };
