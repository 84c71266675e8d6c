// The wall of units comes from the kernel as an SVG; here a function and a batch are chosen.

function render({ model, el }) {
  const picture = make("div", { class: "tn-wall" });
  const said = make("p", { class: "tn-said", "aria-live": "polite" });
  const choice = make(
    "select",
    control("Whose paths are shown", "function"),
    ...model.get("functions").map((name) => make("option", {}, name)),
  );
  choice.addEventListener("change", () => tell(model, { function: choice.value }));
  const batch = slider({
    label: "Batch",
    id: "batch",
    min: 1,
    max: model.get("batches"),
    step: 1,
    value: model.get("batch"),
    format: String,
    oninput: (v) => tell(model, { batch: v }),
  });
  const next = button("Next batch", "Next batch", "next", () =>
    tell(model, { batch: (model.get("batch") % model.get("batches")) + 1 }),
  );
  const note = make("span", { class: "tn-grey" }, "%: of the batches so far, in how many it lived");
  const bar = make("div", { class: "tn-row" }, make("label", { class: "tn-row" }, "Show", choice), batch, next, note);

  function draw() {
    const svg = new DOMParser().parseFromString(model.get("drawing"), "image/svg+xml").documentElement;
    picture.replaceChildren(document.importNode(svg, true));
    said.textContent = model.get("said");
  }

  function sync() {
    choice.value = model.get("function");
    batch.set(model.get("batch"));
    batch.input.disabled = next.disabled = choice.value !== "training"; // a test function has no batches
    note.style.visibility = next.disabled ? "hidden" : ""; // and keeps its place, so that nothing jumps
  }

  const end = region(model, el, "Paths that live", "tn-live-paths", bar, picture, said);
  const ends = [watch(model, "drawing said", draw), watch(model, "function batch", sync)];
  return () => [end, ...ends].forEach((stop) => stop());
}

export default { render };
