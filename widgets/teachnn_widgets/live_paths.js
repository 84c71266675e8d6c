// Draws the wall of units, an SVG from the kernel, and says what it shows.
// Listens to the choice of a function or a batch.

function render({ model, el }) {
  const wall = make("div", control("The units", "wall", { class: "tn-wall", tabindex: 0, role: "group" }));
  const said = sentence();
  const note = make("span", { class: "tn-grey" }, "%: of the batches so far, in how many it lived");
  const choice = make(
    "select",
    control("Whose paths are shown", "function", { onchange: () => tell(model, { function: choice.value }) }),
    ...model.get("functions").map((name) => make("option", {}, name)),
  );
  const batch = traitSlider(model, "batch", { label: "Batch", min: 1, max: model.get("batches") });
  const further = () => tell(model, { batch: (model.get("batch") % model.get("batches")) + 1 });
  const next = button("Next batch", "Next batch", "next", further);
  const bar = make("div", { class: "tn-row" }, make("label", { class: "tn-row" }, "Show", choice), batch, next, note);

  function draw() {
    const svg = parsed(model.get("drawing"));
    const { width } = svg.viewBox.baseVal;
    Object.assign(svg.style, { minWidth: `${width}px`, maxWidth: `${1.25 * width}px` });
    wall.replaceChildren(svg);
    said.textContent = model.get("said");
  }

  function sync() {
    choice.value = model.get("function");
    batch.sync();
    batch.input.disabled = next.disabled = choice.value !== "training"; // a test function has no batches
    note.style.visibility = next.disabled ? "hidden" : ""; // and keeps its place, so that nothing jumps
  }

  return ending(
    region(model, el, "Paths that live", "tn-live-paths", bar, wall, said),
    watch(model, "drawing said", draw),
    watch(model, "function batch", sync),
  );
}

export default { render };
