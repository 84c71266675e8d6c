// The pad, the sliders and the picture: all three say where z is, and the kernel answers with the picture there.

const REACH = 3;

function render({ model, el }) {
  const dimensions = model.get("dimensions");
  const [height, width, channels] = model.get("shape");
  const picture = make("canvas", { role: "img", "aria-label": "The decoded picture", class: "tn-picture", "data-testid": "picture" });
  const plane = make("canvas", { role: "img", "aria-label": "Pictures decoded over the plane" });
  const ellipse = make("div", { class: "tn-ellipse", hidden: true });
  const point = make("div", { class: "tn-point" });
  const pad = make("div", control("Latent plane: the arrow keys move the point", "plane", { class: "tn-plane", tabindex: 0, role: "application" }), plane, ellipse, point);
  const walk = { from: null, to: null, frame: 0 };

  const go = (z) => tell(model, { z: z.map((v) => Number(Math.max(-REACH, Math.min(REACH, v)).toFixed(3))), mean: [], spread: [] });
  const changed = (changes) => go(model.get("z").map((v, d) => changes[d] ?? v));

  const sliders = Array.from({ length: dimensions }, (_, d) =>
    slider({ label: `z${d + 1}`, id: `z${d + 1}`, min: -REACH, max: REACH, step: 0.02, value: model.get("z")[d], oninput: (v) => changed({ [d]: v }) }),
  );
  const axis = (which, label) => {
    const select = make("select", control(label, `axis-${"xy"[which]}`), ...sliders.map((_, d) => make("option", { value: d }, `z${d + 1}`)));
    select.addEventListener("change", () => tell(model, { axes: model.get("axes").map((d, i) => (i === which ? Number(select.value) : d)) }));
    return select;
  };
  const selects = [axis(0, "Across"), axis(1, "Upwards")];

  // --- the pad

  function place() {
    const [x, y] = model.get("axes");
    const z = model.get("z");
    const at = (v) => `${(50 * (v + REACH)) / REACH}%`;
    point.style.left = at(z[x]);
    point.style.top = at(dimensions > 1 ? -z[y] : 0);
    sliders.forEach((node, d) => node.set(z[d]));
    selects.forEach((node, i) => (node.value = model.get("axes")[i]));
    const [mean, spread] = [model.get("mean"), model.get("spread")];
    ellipse.hidden = !spread.length;
    if (!spread.length) return;
    const size = (d) => `${(100 * 2 * spread[d]) / REACH}%`; // two standard deviations to each side
    Object.assign(ellipse.style, { left: at(mean[x]), top: at(-mean[y]), width: size(x), height: size(y) });
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
  pad.addEventListener("pointermove", (event) => event.buttons && point_to(event));
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

  const along = slider({
    label: "Walk", id: "walk", min: 0, max: 1, step: 0.01, value: 0,
    oninput: (share) => walk.from && walk.to && go(walk.from.map((v, d) => v + share * (walk.to[d] - v))),
  });
  const stroll = button("▶", "Walk from start to end", "stroll", () => {
    cancelAnimationFrame(walk.frame);
    const began = performance.now();
    const stride = (now) => {
      const share = Math.min(1, Math.max(0, (now - began) / 2500));
      along.set(share);
      along.input.dispatchEvent(new Event("input"));
      if (share < 1) walk.frame = requestAnimationFrame(stride);
    };
    walk.frame = requestAnimationFrame(stride);
  });
  const mark = (end, text, label) =>
    button(text, label, end, (event) => {
      walk[end] = [...model.get("z")];
      event.target.setAttribute("aria-pressed", "true");
      ready();
    });
  const ready = () => [stroll, along.input].forEach((node) => (node.disabled = !(walk.from && walk.to)));
  const walking = make("div", { class: "tn-row tn-walk" }, mark("from", "Start here", "Walk from this point"), mark("to", "End here", "Walk to this point"), along, stroll);
  ready();

  // --- digits to pick, and to draw

  const pictures = model.get("gallery").byteLength / (height * width * channels);
  const gallery = make("div", { class: "tn-gallery", role: "group", "aria-label": "Pictures to encode" });
  for (let i = 0; i < pictures; i++) {
    const small = make("canvas", { role: "img", "aria-label": `Picture ${i + 1}` });
    paint(small, bytes(model, "gallery").subarray(i * height * width * channels), height, width, channels);
    const pick = button("", `Encode picture ${i + 1}`, `pick-${i}`, () => {
      tell(model, { picked: -1 });
      tell(model, { picked: i });
    });
    pick.append(small);
    gallery.append(pick);
  }
  const ink = model.get("can_draw") ? inkPad(model, "Draw a digit to encode") : null;

  const end = region(
    model, el, "Latent explorer", "tn-latent-explorer",
    make("div", { class: "tn-columns" },
      make("div", {}, pad, make("div", { class: "tn-row tn-axes" }, "across", selects[0], "upwards", selects[1])),
      make("div", { class: "tn-side" },
        make("div", { class: "tn-tops" }, picture, ink ? ink.node : ""),
        make("div", { class: "tn-row" },
          button("Random", "Go to a random point of the prior", "sample", () => model.send("sample")),
          button("Reset", "Go back to the middle", "reset", () => model.send("reset")), gallery),
        walking,
        make("div", { class: "tn-sliders" }, ...sliders))),
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
    cancelAnimationFrame(walk.frame);
    [end, ...ends].forEach((stop) => stop());
  };
}

export default { render };
