// The pad, the digit as the functions get it, and their answers as bars, numbers and pictures.

const DIGIT = 28;

function render({ model, el }) {
  const ink = inkPad(model, "Draw a digit");
  const digit = make("canvas", { role: "img", "aria-label": "The digit as the functions get it", class: "tn-digit" });
  const answers = make("div", { class: "tn-answers" });

  function row(name, values) {
    const most = Math.max(...values);
    const reach = Math.max(...values.map(Math.abs), 1e-9);
    const shares = values.every((v) => v >= 0) && Math.abs(values.reduce((a, b) => a + b) - 1) < 0.01; // probabilities
    const bars = values.map((v, i) =>
      make("li", { class: shares && v === most && most > 0.2 ? "tn-most" : "" },
        make("span", {}, String(i)),
        make("span", { class: "tn-track" }, make("span", { class: "tn-bar", style: `width:${(100 * Math.abs(v)) / (shares ? 1 : reach)}%` })),
        make("span", { class: "tn-value" }, shares ? v.toFixed(2) : v.toPrecision(3))),
    );
    return make("article", { "data-name": name }, make("h4", { class: "tn-title" }, name), make("ol", {}, ...bars));
  }

  function show() {
    paint(digit, bytes(model, "digit"), DIGIT, DIGIT);
    let place = 0;
    answers.replaceChildren(
      ...model.get("answers").map(({ name, row: values, size }) => {
        if (values) return row(name, values);
        const [height, width, channels] = size;
        const canvas = make("canvas", { role: "img", "aria-label": name });
        paint(canvas, bytes(model, "pictures").subarray(place, (place += height * width * channels)), height, width, channels);
        return make("article", { "data-name": name }, make("h4", { class: "tn-title" }, name), canvas);
      }),
    );
  }

  const end = region(
    model, el, "Draw a digit", "tn-draw-pad",
    make("div", {}, make("h4", { class: "tn-title" }, "draw here"), ink.node),
    make("div", {}, make("h4", { class: "tn-title" }, "as the functions get it"), digit),
    answers,
  );
  const ends = [watch(model, "digit answers pictures", show), ink.end];
  return () => [end, ...ends].forEach((stop) => stop());
}

export default { render };
