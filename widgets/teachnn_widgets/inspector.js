// The numbers of what is chosen in a drawing, on a card that lies over it: the drawing itself stays where it is.

/** Return {show}: the inspector in a frame; `show(node)` lays it beside a node, and `show()` takes it away. */
function inspectorOver(frame, model, close) {
  const cards = make("div");
  const out = button("×", "Close the inspector", "close-inspector", close);
  const card = make("div", { class: "tn-inspector", role: "group", "aria-label": "Inspector" }, out, cards);
  let about; // it stays where it is while the numbers of its node move

  function show(node) {
    card.hidden = !node;
    let pixels = bytes(model, "heatmaps");
    const found = model.get("inspection").map((item) => {
      const heatmap = image(`Heatmap of ${item.name}`);
      pixels = paint(heatmap, pixels, ...item.size, 3);
      return inspected(item, heatmap);
    });
    const none = make("p", { class: "tn-grey" }, "It has no parameters and no statistics.");
    cards.replaceChildren(...(found.length ? found : [none]));
    if (node && about !== node) aside(node);
    about = node;
  }

  /** Put the card beside a node, on the side that has room; under it, or over it, where neither has. */
  function aside(node) {
    const [room, box] = [frame.getBoundingClientRect(), node.getBoundingClientRect()];
    const [wide, high] = [card.offsetWidth, card.offsetHeight];
    const within = (v, size, all) => `${Math.max(0, Math.min(v, all - size))}px`;
    let [x, y] = [box.right - room.left + 12, box.top - room.top - 12];
    if (x + wide > room.width) x = box.left - room.left - wide - 12;
    if (x < 0) {
      x = (room.width - wide) / 2;
      y = box.bottom - room.top + 12;
      if (y + high > room.height && box.top - room.top > high + 12) y = box.top - room.top - high - 12;
    }
    Object.assign(card.style, { left: within(x, wide, room.width), top: within(y, high, room.height) });
  }

  frame.append(card);
  return { show };
}

/** Return what the inspector shows of a parameter or a statistic. */
function inspected({ name, kind, shape, limit, histogram: counts, numbers }, heatmap) {
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
