// Draws the graphs, an SVG from the kernel, and the numbers of what is chosen in them; what moves glows.
// Listens to the choice of a function or a depth, and to the pointer and the keys, which search the drawing.

const HOW = matchMedia("(pointer: coarse)").matches
  ? "Tap a layer or a parameter for its numbers; two fingers move and zoom."
  : "Point at a layer or a parameter; click for its numbers; drag to move, Ctrl + wheel to zoom.";

function render({ model, el }) {
  const frame = windowOn("the drawing", model.get("functions").length > 0);
  const { stage } = frame;
  const sides = sidesOf(stage);
  const told = make("div", { class: "tn-said tn-told", "aria-live": "polite" });
  const choose = () => change({ depth: Number(depth.value) });
  const depth = make("select", control("Depth of the graphs", "depth", { onchange: choose }));
  const titled = (name, last) => (last ? "All functions" : `${name} beside the training function`);
  const tabs = tabsOf("Function on the right", model.get("functions"), titled, (i) => change({ function: i }));
  let svg, elements, links, halos, lit, kept;

  const bar = make(
    "div",
    { class: "tn-row" },
    tabs.node,
    make("span", { class: "tn-grow" }),
    make("label", { class: "tn-row" }, "Show", depth),
    button("−", "Zoom out", "zoom-out", () => frame.zoom(1 / STEP)),
    button("+", "Zoom in", "zoom-in", () => frame.zoom(STEP)),
    button("Fit", "Fit the drawing into the frame", "fit", frame.fit),
  );

  // --- the drawing

  /** Ask for another drawing; what is chosen stays chosen if it is there too. */
  function change(to) {
    kept = elements.get(model.get("selected"))?.dataset.same;
    tell(model, { ...to, selected: "" });
  }

  function draw() {
    const before = svg && places(svg, elements.values());
    svg = parsed(model.get("drawing"));
    for (const node of svg.querySelectorAll("style")) node.remove(); // the page's theme decides
    svg.setAttribute("role", "group");
    svg.setAttribute("aria-label", svg.querySelector("title").textContent);
    elements = new Map([...svg.querySelectorAll("[data-key]")].map((node) => [node.dataset.key, node]));
    links = [...svg.querySelectorAll("[data-ends]")].map((node) => ({ node, ends: node.dataset.ends.split(" ") }));
    halos = new Map();
    for (const [key, node] of elements) {
      node.querySelector("title").remove(); // the line below says it, without a delay
      const { title: name, same } = model.get("details")[key];
      const { "data-testid": id, ...rest } = control(name, key, { tabindex: -1, role: "button" });
      Object.assign(node.dataset, { testid: id, same });
      const pressed = filled(face(node), rest); // the shape, for a box holds chips, and no button may hold another
      if (key.includes("v")) halos.set(key, halo(pressed));
    }
    face(elements.values().next().value).setAttribute("tabindex", 0);
    const shown = Array.from(elements.values(), face);
    frame.show(svg, shown);
    const [left, ...right] = svg.getAttribute("aria-label").split(" and ");
    sides.set(right.length ? [left, right.pop()] : []);
    if (before) travel(before, places(svg, elements.values()));
    lit = null;
    light();
    const again = [...elements].find(([, { dataset }]) => dataset.same === kept);
    kept = null;
    if (again) tell(model, { selected: again[0] });
  }

  /** Return the shape of a box, a pill or a chip. */
  function face(node) {
    return node.querySelector(":scope > :is(.box, .end, .pill, .chip)");
  }

  /** Put a glow behind a pill or a chip, dark until the kernel says how bright it is. */
  function halo(pill) {
    const wider = { x: -4, y: -4, width: 8, height: 8, rx: 4 };
    const sizes = Object.entries(wider).map(([name, by]) => [name, Number(pill.getAttribute(name)) + by]);
    const kind = ["statistic", "derived", "parameter"].find((name) => pill.classList.contains(name));
    const glow = shape("rect", { ...Object.fromEntries(sizes), class: `tn-halo ${kind}` });
    pill.before(glow);
    return glow;
  }

  function glow() {
    const strengths = model.get("glow");
    for (const [key, node] of halos) node.style.opacity = strengths[key] ?? 0;
    stage.dataset.glowing = Object.keys(strengths).length; // for tests
  }

  // --- looking at its parts

  const keyOf = (target) => target.closest?.("[data-key]")?.dataset.key;

  /** Light an element, what it is linked to, and the ways between; the rest steps back. */
  function light(key) {
    if (key === lit) return;
    lit = key;
    svg.classList.toggle("tn-dimmed", Boolean(key));
    for (const node of svg.querySelectorAll(".tn-lit")) node.classList.remove("tn-lit");
    const { title, lines } = model.get("details")[key] ?? { title: model.get("said"), lines: [HOW] };
    const more = lines.map((line) => make("span", { class: "tn-grey" }, line));
    told.replaceChildren(make(key ? "strong" : "span", {}, title), ...more);
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
    focus(keys[(keys.indexOf(from) + by + keys.length) % keys.length]);
  }

  /** Move the focus to an element; Tab comes back to it too. */
  function focus(key) {
    for (const node of elements.values()) face(node).setAttribute("tabindex", -1);
    const node = face(elements.get(key));
    node.setAttribute("tabindex", 0);
    node.focus({ preventScroll: true });
    node.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  stage.addEventListener("pointerover", (event) => light(keyOf(event.target)));
  stage.addEventListener("pointerleave", () => light(keyOf(document.activeElement)));
  stage.addEventListener("focusin", (event) => light(keyOf(event.target)));
  stage.addEventListener("click", (event) => {
    const key = keyOf(event.target);
    if (!key) return;
    focus(key);
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
      "+": () => frame.zoom(STEP),
      "-": () => frame.zoom(1 / STEP),
      0: frame.fit,
    };
    return key && acts[event.key];
  });

  function depths() {
    const names = ["primitives", "layers", "layers in layers"];
    const option = (_, d) => make("option", { value: d }, names[d] ?? `layers, depth ${d}`);
    depth.replaceChildren(...Array.from({ length: model.get("deepest") + 1 }, option));
    depth.value = model.get("depth");
  }

  /** Close the inspector; the focus goes back to what it was about. */
  function close() {
    const key = model.get("selected");
    if (elements.has(key)) focus(key);
    tell(model, { selected: "" });
  }

  function inspect() {
    svg.querySelector(".tn-selected")?.classList.remove("tn-selected");
    const node = elements.get(model.get("selected"));
    node?.classList.add("tn-selected");
    inspector.show(node && face(node));
  }

  const inspector = inspectorOver(frame.node, model, close);
  keys(frame.node, ({ key }) => key === "Escape" && model.get("selected") && close);
  return ending(
    region(model, el, "Graphs of functions and what they share", "tn-two-graphs", bar, sides.node, frame.node, told),
    watch(model, "function", () => tabs.set(model.get("function"))),
    watch(model, "drawing", draw),
    watch(model, "glow", glow),
    watch(model, "depth deepest", depths),
    watch(model, "selected inspection heatmaps drawing", inspect),
    frame.end,
    sides.end,
  );
}

export default { render };
