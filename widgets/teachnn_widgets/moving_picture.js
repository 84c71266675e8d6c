// Shows a picture that the kernel draws, and a slider for each number that it is drawn from.

function render({ model, el }) {
  const sliders = model.get("ranges").map(({ name, low, high, step, whole }) => {
    const label = name.replaceAll("_", " ");
    const format = whole ? String : undefined;
    const oninput = (v) => tell(model, { values: { ...model.get("values"), [name]: v } });
    return slider({ label, id: name, min: low, max: high, step, value: model.get("values")[name], format, oninput });
  });
  const picture = make("img", { "data-testid": "picture" });
  const hand = make("div", { class: "tn-sliders" }, ...sliders);
  const result = make("div", { class: "tn-result" }, picture);
  const said = sentence();
  let address = "";
  const show = () => {
    const before = address;
    address = URL.createObjectURL(new Blob([bytes(model, "picture")], { type: "image/png" }));
    picture.src = address;
    picture.alt = model.get("about");
    URL.revokeObjectURL(before);
  };
  picture.addEventListener("load", () => {
    picture.dataset.frame = Number(picture.dataset.frame || 0) + 1; // for tests
  });
  return ending(
    region(model, el, "A picture that follows its sliders", "tn-moving-picture", hand, result, said),
    watch(model, "picture about", show),
    watch(model, "values", () => {
      const values = model.get("values");
      for (const [i, { name }] of model.get("ranges").entries()) sliders[i].set(values[name]);
      const where = model
        .get("ranges")
        .map(({ name }) => `${name.replaceAll("_", " ")} = ${Number(values[name].toPrecision(3))}`);
      said.textContent = `Drawn for ${where.join(", ")}.`;
    }),
    () => URL.revokeObjectURL(address),
  );
}

export default { render };
