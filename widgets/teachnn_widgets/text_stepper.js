// Draws a text as columns, one for each token: what each head looks at stands above what the cache holds of it.
// Beside them stand the tokens that may come next. Listens to the text, and to the place from which all is seen.

const HIGH = 22; // units of a head's row
const LETTERS = 9; // of a token's name, at most
const [NARROW, LETTER] = [30, 8]; // pixels of a column at least, and of a letter
const ROOM = 60; // pixels of the names of rows, which stay at the left

function render({ model, el }) {
  const tokens = () => model.get("tokens");
  const count = () => model.get("names").length;
  const place = () => (model.get("place") < 0 ? count() - 1 : model.get("place"));
  const goTo = (next) => tell(model, { place: -1, tokens: next });

  // --- the prompt, and what can be done

  const prompt = make("input", control("Prompt", "prompt", { type: "text", autocomplete: "off", spellcheck: "false" }));
  const ask = () => (prompt.value === model.get("prompt") ? begin() : tell(model, { prompt: prompt.value }));
  keys(prompt, (event) => event.key === "Enter" && !event.isComposing && ask);
  const read = button("Read", "Read the prompt", "read", ask);
  const draw = () => tell(model, { draws: model.get("draws") + 1 });
  const next = button("Next token", "Draw the next token", "draw", draw);
  const back = () => goTo(tokens().slice(0, Math.max(model.get("start"), tokens().length - 1)));
  const undo = button("Undo", "Undo: take the last token away", "undo", back);
  const begin = () => goTo(model.get("first"));
  const restart = button("From the start", "Go back to the prompt", "restart", begin);
  const temperature = traitSlider(model, "temperature", { label: "Temperature", min: 0, max: HOTTEST, step: 0.05 });
  const typed = make("div", { class: "tn-row tn-prompt" }, make("label", { class: "tn-row" }, "Prompt", prompt), read);
  const bar = make("div", { class: "tn-row" }, typed, next, undo, restart, temperature);

  // --- the tokens that may come next

  const put = (i) => {
    const before = model.get("place") < 0 ? tokens() : tokens().slice(0, place() + 1);
    goTo([...before, model.get("likely")[i][0]]);
  };
  const choices = model.get("likely").map((_, i) => choiceOf(i, () => put(i)));
  const asked = heading("");
  const others = make("p", { class: "tn-grey" });

  function likely() {
    asked.textContent = `What may come after “${model.get("names")[place()]}”`;
    model.get("likely").forEach((row, i) => {
      choices[i].set(row, tokens()[place() + 1], place() + 1 >= model.get("length"));
    });
    const [many, rest] = model.get("others");
    others.textContent = many ? `${many} others: ${rest.toFixed(2)}` : "";
  }

  // --- a column for each token

  const blocks = model.get("weights").map((_, i) => `block ${i + 1}`);
  let block = blocks.length - 1;
  const titled = (name) => `Show ${name}`;
  const choose = (i) => {
    block = i;
    columns();
  };
  const chosen = tabsOf("Which block is shown", blocks, titled, choose, "block");
  const pictures = { keys: image("", { class: "tn-kept" }), values: image("", { class: "tn-kept" }) };
  const strip = make("div", { class: "tn-strip" });
  const rest = make("div");
  const marks = ["tn-here", "tn-later"].map((kind) => make("div", { class: kind, "aria-hidden": "true" }));
  const lines = make("div", { class: "tn-lines tn-result" }, line("token", strip), rest, ...marks);
  const focused = { class: "tn-scroll", tabindex: 0, role: "group" };
  const scroll = make("div", control("The text in columns", "columns", focused), lines);
  let [written, tabs] = ["", null]; // the names that are drawn, which keep the focus while they stay

  function columns() {
    const names = model.get("names").map((name) => short(name, LETTERS));
    const wide = Math.max(NARROW, 12 + LETTER * Math.max(...names.map((name) => name.length)));
    const sizes = { wide: `${wide}px`, count: count(), length: model.get("length"), place: place() };
    for (const [name, value] of Object.entries(sizes)) lines.style.setProperty(`--${name}`, value);
    if (written !== JSON.stringify(names)) {
      const about = (name, last) => `See it from “${name}”${last ? ", the last token" : ""}`;
      tabs = tabsOf("From which token all is seen", names, about, (i) => tell(model, { place: i }), "token");
      strip.replaceChildren(tabs.node);
      written = JSON.stringify(names);
    }
    tabs.set(place());
    chosen.set(block);
    const [rows, heads] = [model.get("rows"), model.get("weights")[block]];
    let pixels = bytes(model, "cache").subarray(2 * block * rows * count() * 3);
    for (const [what, canvas] of Object.entries(pictures)) {
      pixels = paint(canvas, pixels, rows, count(), 3);
      canvas.setAttribute("aria-label", `The ${what} of block ${block + 1}: ${count()} columns of ${rows} numbers`);
    }
    const cache = Object.entries(pictures).map(([what, canvas]) => line(what, canvas, "tn-state"));
    rest.replaceChildren(...heads.map((weights, i) => line(`head ${i + 1}`, looks(weights, names, i))), ...cache);
  }

  // --- what is seen now

  const text = make("p", { class: "tn-text" });
  const said = sentence();
  let before = 0; // columns that were shown

  function show() {
    const [given, added] = model.get("text");
    text.replaceChildren(make("span", { class: "tn-grey" }, given), make("strong", {}, added));
    likely();
    columns();
    said.textContent = model.get("said");
    undo.disabled = count() <= model.get("start");
    restart.disabled = undo.disabled && count() === model.get("first").length;
    next.disabled = count() >= model.get("length");
    lines.classList.toggle("tn-grown", count() === before + 1);
    before = count();
    const [column, room] = [marks[0].offsetLeft, scroll.clientWidth - marks[0].offsetWidth];
    if (column < scroll.scrollLeft + ROOM || column > scroll.scrollLeft + room) scroll.scrollLeft = column - room / 2;
  }

  const list = make("ol", { class: "tn-candidates" }, ...choices.map(({ node }) => make("li", {}, node)));
  const side = make("div", { class: "tn-side" }, asked, list, others);
  const title = heading("Attention of each head, and the cache");
  const wide = make("div", { class: "tn-side" }, make("div", { class: "tn-row" }, title, chosen.node), scroll);
  return ending(
    region(
      model,
      el,
      "Text stepper",
      "tn-text-stepper",
      bar,
      text,
      make("div", { class: "tn-columns" }, side, wide),
      said,
    ),
    watch(model, "prompt", () => {
      prompt.value = model.get("prompt");
    }),
    watch(model, "temperature", temperature.sync),
    watch(model, "names text likely others weights cache place said", show),
  );
}

/** Return {node, set}: a token that may come next, its probability as a bar, and a mark where temperature 1 has it.
 * The one that was taken there stands out. */
function choiceOf(i, onclick) {
  const [name, value] = [make("code"), make("span", { class: "tn-value" })];
  const [fill, own] = [make("span", { class: "tn-bar" }), make("span", { class: "tn-own" })];
  const node = button("", "", `take-${i}`, onclick);
  node.append(name, make("span", { class: "tn-track" }, fill, own), value);
  const set = ([token, text, chance, cool], taken, full) => {
    const about = `Put “${text}” here: probability ${chance.toFixed(2)}, at temperature 1 ${cool.toFixed(2)}`;
    filled(node, { "aria-label": about, title: about });
    [name.textContent, value.textContent] = [short(text, LETTERS), chance.toFixed(2)];
    [fill.style.width, own.style.left] = [chance, cool].map((share) => `${100 * share}%`);
    node.classList.toggle("tn-taken", token === taken);
    node.disabled = full;
  };
  return { node, set };
}

/** Return a row of the columns: its name, which stays at the left, and what it shows. */
function line(name, shown, kind = "") {
  return make("div", { class: "tn-line" }, make("span", { class: `tn-name ${kind}`.trim() }, name), shown);
}

/** Return what one head looks at: a bar for each token. */
function looks(weights, names, i) {
  const most = [...weights.entries()].sort(([, a], [, b]) => b - a).slice(0, 3);
  const about = most.map(([place, weight]) => `“${names[place]}” ${weight.toFixed(2)}`).join(", ");
  const bars = weights.map((weight, x) => `M${x + 0.1} ${HIGH}v${-(HIGH - 2) * weight}h0.8V${HIGH}Z`);
  const frame = { viewBox: `0 0 ${names.length} ${HIGH}`, preserveAspectRatio: "none", role: "img" };
  const svg = shape("svg", { ...frame, "aria-label": `Head ${i + 1} looks at ${about}` });
  svg.append(shape("path", { class: "tn-bars test", d: bars.join("") }));
  return svg;
}

export default { render };
