// The pad, the sliders and the picture: all three say where z is, and the kernel answers with the picture there.

const REACH = 3;

function render({ model, el }) {
  const dimensions = model.get("dimensions");
  const [height, width, channels] = model.get("shape");
  const picture = make("canvas", {
    role: "img",
    "aria-label": "The decoded picture",
    class: "tn-picture",
    "data-testid": "picture",
  });
  const plane = make("canvas", { role: "img", "aria-label": "Pictures decoded over the plane" });
  const ellipse = make("div", { class: "tn-ellipse", hidden: true });
  const point = make("div", { class: "tn-point" });
  const flag = (text) => make("span", { class: "tn-flag", "aria-hidden": "true", hidden: true }, text);
  const flags = { from: flag("start"), to: flag("end") };
  const pad = make(
    "div",
    control("Latent plane: the arrow keys move the point", "plane", {
      class: "tn-plane",
      tabindex: 0,
      role: "application",
    }),
    plane,
    ellipse,
    flags.from,
    flags.to,
    point,
  );
  const walk = { from: null, to: null, frame: 0 };
  const stop = () => cancelAnimationFrame(walk.frame);

  const within = (v) => Math.max(-REACH, Math.min(REACH, v));
  const go = (z) => tell(model, { z: z.map((v) => Number(v.toFixed(3))), mean: [], spread: [], picked: -1 });
  // What was encoded may lie farther out than a hand can reach: there it stays until it is moved itself.
  const changed = (changes) => {
    stop();
    go(model.get("z").map((v, d) => (d in changes ? within(changes[d]) : v)));
  };

  const sliders = Array.from({ length: dimensions }, (_, d) =>
    slider({
      label: `z${d + 1}`,
      id: `z${d + 1}`,
      min: -REACH,
      max: REACH,
      step: 0.02,
      value: model.get("z")[d],
      oninput: (v) => changed({ [d]: v }),
    }),
  );
  const axis = (which, label) => {
    const select = make(
      "select",
      control(label, `axis-${"xy"[which]}`),
      ...sliders.map((_, d) => make("option", { value: d }, `z${d + 1}`)),
    );
    select.addEventListener("change", () => {
      const [before, next] = [model.get("axes"), Number(select.value)];
      // Two different dimensions always: to take the other's is to swap.
      tell(model, { axes: before.map((d, i) => (i === which ? next : d === next ? before[which] : d)) });
    });
    return select;
  };
  const selects = [axis(0, "Across"), axis(1, "Upwards")];

  // --- the pad

  function place() {
    const [x, y] = model.get("axes");
    const z = model.get("z");
    const at = (v) => `${(50 * (within(v) + REACH)) / REACH}%`;
    const put = (node, to) => Object.assign(node.style, { left: at(to[x]), top: at(dimensions > 1 ? -to[y] : 0) });
    put(point, z);
    for (const end of ["from", "to"]) {
      flags[end].hidden = !walk[end];
      if (walk[end]) put(flags[end], walk[end]);
    }
    sliders.forEach((node, d) => node.set(z[d]));
    selects.forEach((node, i) => (node.value = model.get("axes")[i]));
    const [mean, spread] = [model.get("mean"), model.get("spread")];
    ellipse.hidden = !spread.length;
    if (!spread.length) return;
    const size = (d) => `${(100 * 2 * spread[d]) / REACH}%`; // two standard deviations to each side
    put(ellipse, mean);
    Object.assign(ellipse.style, { width: size(x), height: size(y) });
  }
  const point_to = (event) => {
    const box = pad.getBoundingClientRect();
    const [x, y] = model.get("axes");
    const z = (share) => (2 * share - 1) * REACH;
    changed({ [y]: -z((event.clientY - box.top) / box.height), [x]: z((event.clientX - box.left) / box.width) });
  };
  pad.addEventListener("pointerdown", (event) => {
    pad.setPointerCapture(event.pointerId);
    point_to(event);
  });
  pad.addEventListener("pointermove", (event) => pad.hasPointerCapture(event.pointerId) && point_to(event));
  pad.addEventListener("keydown", (event) => {
    const [x, y] = model.get("axes");
    const step = event.shiftKey ? 0.5 : 0.1;
    const moves = { ArrowLeft: [x, -step], ArrowRight: [x, step], ArrowUp: [y, step], ArrowDown: [y, -step] };
    if (!moves[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    const [d, by] = moves[event.key];
    changed({ [d]: model.get("z")[d] + by });
  });

  // --- walks from one point to another

  const stand = (share) => go(walk.from.map((v, d) => v + share * (walk.to[d] - v)));
  const along = slider({
    label: "Walk",
    id: "walk",
    min: 0,
    max: 1,
    step: 0.01,
    value: 0,
    oninput: (share) => {
      stop();
      stand(share);
    },
  });
  const stroll = button("▶", "Walk from start to end", "stroll", () => {
    stop();
    const began = performance.now();
    const stride = (now) => {
      const share = Math.min(1, Math.max(0, (now - began) / 2500));
      along.set(share);
      stand(share);
      if (share < 1) walk.frame = requestAnimationFrame(stride);
    };
    walk.frame = requestAnimationFrame(stride);
  });
  const mark = (end, text, label) =>
    button(text, label, end, (event) => {
      walk[end] = [...model.get("z")];
      event.target.setAttribute("aria-pressed", "true");
      ready();
      place();
    });
  const ready = () => [stroll, along.input].forEach((node) => (node.disabled = !(walk.from && walk.to)));
  const walking = make(
    "div",
    { class: "tn-row tn-walk" },
    mark("from", "Start here", "Walk from this point"),
    mark("to", "End here", "Walk to this point"),
    along,
    stroll,
  );
  ready();

  // --- digits to pick, and to draw

  const pictures = model.get("gallery").byteLength / (height * width * channels);
  const gallery = make("div", { class: "tn-gallery", role: "group", "aria-label": "Pictures to encode" });
  if (pictures) gallery.append(make("span", { class: "tn-grey" }, "Encode"));
  for (let i = 0; i < pictures; i++) {
    const small = make("canvas", { role: "img", "aria-label": `Picture ${i + 1}` });
    paint(small, bytes(model, "gallery").subarray(i * height * width * channels), height, width, channels);
    const pick = button("", `Encode picture ${i + 1}`, `pick-${i}`, () => {
      stop();
      tell(model, { picked: -1 });
      tell(model, { picked: i });
    });
    pick.append(small);
    gallery.append(pick);
  }
  // A trait and no message of its own, which could overtake a point of the walk that still waits to be sent.
  const sample = () => {
    stop();
    tell(model, { samples: model.get("samples") + 1 });
  };
  const ink = model.get("can_draw") ? inkPad(model, "Draw a digit to encode") : null;

  const end = region(
    model,
    el,
    "Latent explorer",
    "tn-latent-explorer",
    make(
      "div",
      { class: "tn-columns" },
      make(
        "div",
        {},
        pad,
        make("div", { class: "tn-row tn-axes", hidden: dimensions < 2 }, "across", selects[0], "upwards", selects[1]),
      ),
      make(
        "div",
        { class: "tn-side" },
        make("div", { class: "tn-tops" }, picture, ink ? ink.node : ""),
        make(
          "div",
          { class: "tn-row" },
          button("Random", "Go to a random point of the prior", "sample", sample),
          button("Reset", "Go back to the middle", "reset", () => changed(Array(dimensions).fill(0))),
          gallery,
        ),
        walking,
        make("div", { class: "tn-sliders" }, ...sliders),
      ),
    ),
  );
  const ends = [
    watch(model, "z axes mean spread", place),
    watch(model, "image", () => paint(picture, bytes(model, "image"), height, width, channels)),
    watch(model, "plane", () => {
      const side = model.get("side");
      paint(plane, bytes(model, "plane"), side * height, side * width, channels);
    }),
    ink ? ink.end : () => {},
  ];
  return () => {
    stop();
    [end, ...ends].forEach((finish) => finish());
  };
}

export default { render };
