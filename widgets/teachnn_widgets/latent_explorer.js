// Draws a pad over two latent dimensions, a slider for each, and the picture decoded where they stand.
// Listens to all that say where z is; the kernel answers with the picture there.

const WALK = 2500; // milliseconds from start to end
const FEW = 6; // sliders beside the pad; more of them stand below it

function render({ model, el }) {
  const dimensions = model.get("dimensions");
  const [height, width, channels] = model.get("shape");
  const picture = image("The decoded picture", { class: "tn-picture", "data-testid": "picture" });
  const plane = image("Pictures decoded over the plane");
  const ellipse = make("div", { class: "tn-ellipse", hidden: true });
  const point = make("div", { class: "tn-point" });
  const flag = (text) => make("span", { class: "tn-flag", "aria-hidden": "true", hidden: true }, text);
  const flags = { from: flag("start"), to: flag("end") };
  const walk = { from: null, to: null, frame: 0 };

  // --- going to a point

  const stop = () => cancelAnimationFrame(walk.frame);
  const within = (v) => Math.max(-REACH, Math.min(REACH, v));
  const go = (z) => tell(model, { z: z.map((v) => Number(v.toFixed(3))), mean: [], spread: [], picked: -1 });
  // What was encoded may lie farther out than a hand can reach: there it stays until it is moved itself.
  const changed = (changes) => {
    stop();
    go(model.get("z").map((v, d) => (d in changes ? within(changes[d]) : v)));
  };

  // --- sliders, and which two dimensions the pad shows

  const sliders = Array.from({ length: dimensions }, (_, d) => {
    const [name, value] = [`z${d + 1}`, model.get("z")[d]];
    const oninput = (v) => changed({ [d]: v });
    return slider({ label: name, id: name, min: -REACH, max: REACH, step: 0.02, value, oninput });
  });
  const axis = (which, label) => {
    const onchange = () => {
      const [before, next] = [model.get("axes"), Number(select.value)];
      // Two different dimensions always: to take the other's is to swap.
      tell(model, { axes: before.map((d, i) => (i === which ? next : d === next ? before[which] : d)) });
    };
    const options = sliders.map((_, d) => make("option", { value: d }, `z${d + 1}`));
    const select = make("select", control(label, `axis-${"xy"[which]}`, { onchange }), ...options);
    return select;
  };
  const selects = [axis(0, "Across"), axis(1, "Upwards")];

  // --- the pad

  const focused = { class: "tn-plane", tabindex: 0, role: "application" };
  const how = control("Latent plane: the arrow keys move the point", "plane", focused);
  const pad = make("div", { ...how, class: "tn-plane tn-result" }, plane, ellipse, flags.from, flags.to, point);
  const point_to = (event) => {
    const [right, down] = pointed(event, pad);
    const [x, y] = model.get("axes");
    const z = (share) => (2 * share - 1) * REACH;
    changed({ [y]: -z(down), [x]: z(right) });
  };
  pad.addEventListener("pointerdown", (event) => {
    pad.setPointerCapture(event.pointerId);
    point_to(event);
  });
  pad.addEventListener("pointermove", (event) => pad.hasPointerCapture(event.pointerId) && point_to(event));
  keys(pad, (event) => {
    const [x, y] = model.get("axes");
    const step = event.shiftKey ? 0.5 : 0.1;
    const moves = { ArrowLeft: [x, -step], ArrowRight: [x, step], ArrowUp: [y, step], ArrowDown: [y, -step] };
    if (!moves[event.key]) return;
    const [d, by] = moves[event.key];
    return () => changed({ [d]: model.get("z")[d] + by });
  });

  function place() {
    const [x, y] = model.get("axes");
    const [z, mean, spread] = [model.get("z"), model.get("mean"), model.get("spread")];
    const at = (v) => `${(50 * (within(v) + REACH)) / REACH}%`;
    const put = (node, to) => Object.assign(node.style, { left: at(to[x]), top: at(dimensions > 1 ? -to[y] : 0) });
    put(point, z);
    for (const end of ["from", "to"]) {
      flags[end].hidden = !walk[end];
      if (walk[end]) put(flags[end], walk[end]);
    }
    for (const [d, node] of sliders.entries()) node.set(z[d]);
    for (const [i, node] of selects.entries()) node.value = model.get("axes")[i];
    ellipse.hidden = !spread.length;
    if (!spread.length) return;
    const size = (d) => `${(100 * 2 * spread[d]) / REACH}%`; // two standard deviations to each side
    put(ellipse, mean);
    Object.assign(ellipse.style, { width: size(x), height: size(y) });
  }

  // --- walks from one point to another

  const stand = (share) => go(walk.from.map((v, d) => v + share * (walk.to[d] - v)));
  const leap = (share) => {
    stop();
    stand(share);
  };
  const along = slider({ label: "Walk", id: "walk", min: 0, max: 1, step: 0.01, value: 0, oninput: leap });
  const stroll = button("▶", "Walk from start to end", "stroll", () => {
    stop();
    const began = performance.now();
    const stride = (now) => {
      const share = Math.min(1, Math.max(0, (now - began) / WALK));
      along.set(share);
      stand(share);
      if (share < 1) walk.frame = requestAnimationFrame(stride);
    };
    walk.frame = requestAnimationFrame(stride);
  });
  const ready = () => {
    stroll.disabled = along.input.disabled = !(walk.from && walk.to);
  };
  const mark = (end, text, label) =>
    button(text, label, end, (event) => {
      walk[end] = [...model.get("z")];
      event.target.setAttribute("aria-pressed", "true");
      ready();
      place();
    });
  const marks = [
    mark("from", "Start here", "Start here: walk from this point"),
    mark("to", "End here", "End here: walk to this point"),
  ];
  const walking = make("div", { class: "tn-row tn-walk" }, ...marks, stroll, along);
  ready();

  // --- pictures to pick, and points to draw

  const size = height * width * channels;
  const pick = (_, i) => {
    const small = image(`Picture ${i + 1}`);
    paint(small, bytes(model, "gallery").subarray(i * size), height, width, channels);
    const node = button("", `Encode picture ${i + 1}`, `pick-${i}`, () => {
      stop();
      tell(model, { picked: -1 }); // so that the same picture can be picked again
      tell(model, { picked: i });
    });
    node.append(small);
    return node;
  };
  const picks = Array.from({ length: model.get("gallery").byteLength / size }, pick);
  const gallery = make("div", { class: "tn-gallery", role: "group", "aria-label": "Pictures to encode" });
  if (picks.length) gallery.append(make("span", { class: "tn-grey" }, "Encode"), ...picks);
  // A trait and no message of its own, which could overtake a point of the walk that still waits to be sent.
  const sample = button("Random", "Go to a random point of the prior", "sample", () => {
    stop();
    tell(model, { samples: model.get("samples") + 1 });
  });
  const reset = button("Reset", "Reset: go back to the middle", "reset", () => changed(Array(dimensions).fill(0)));
  const ink = model.get("can_draw") ? inkPad(model, "Draw a digit to encode") : { node: "", end: () => {} };

  const named = ["across", selects[0], "upwards", selects[1]];
  const axes = make("div", { class: "tn-row tn-axes", hidden: dimensions < 2 }, ...named);
  const hand = make("div", { class: `tn-sliders${dimensions > FEW ? " tn-many" : ""}` }, ...sliders);
  const shown = make("div", { class: "tn-result tn-shown" }, picture);
  const side = make("div", { class: "tn-side" }, make("div", { class: "tn-tops" }, shown, ink.node), gallery);
  const columns = make("div", { class: "tn-columns" }, make("div", { class: "tn-latent" }, pad, axes), side, hand);
  const said = sentence();
  return ending(
    stop,
    region(
      model,
      el,
      "Latent explorer",
      "tn-latent-explorer",
      make("div", { class: "tn-row" }, sample, reset, walking),
      columns,
      said,
    ),
    watch(model, "z axes likely", () => {
      const where = Array.from(new Set(model.get("axes")), (d) => `z${d + 1} = ${twoDigits(model.get("z")[d])}`);
      const likely = model.get("likely");
      said.textContent = `${where.join(", ")}: ${likely.length ? verdict(likely) : "the picture decoded there"}.`;
    }),
    watch(model, "z axes mean spread", place),
    watch(model, "image", () => paint(picture, bytes(model, "image"), height, width, channels)),
    watch(model, "plane", () => {
      const many = model.get("side");
      paint(plane, bytes(model, "plane"), many * height, many * width, channels);
    }),
    ink.end,
  );
}

export default { render };
