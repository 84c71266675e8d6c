// Opens the page: a model for each widget, the functions that it asks, and its view.

function openPage({ arrays, half, widgets }) {
  const store = new Map();
  const stored = (key) => {
    if (!store.has(key)) {
      const { buffer } = unpacked(arrays[key].data);
      store.set(key, array(arrays[key].shape, half ? halves(new Uint16Array(buffer)) : new Float32Array(buffer)));
    }
    return store.get(key);
  };
  widgets.forEach(({ kind, traits, constants, programs, table }, i) => {
    const model = new Model(revived(traits));
    const functions = Object.fromEntries(
      Object.entries(programs).map(([name, program]) => {
        const known = Object.fromEntries(Object.entries(program.arrays).map(([as, key]) => [as, stored(key)]));
        return [name, (shape, data) => run(program, known, array(shape, data)).map(([, y]) => y)];
      }),
    );
    model.answers = table ? lookedUp(model, table) : (ANSWERS[kind]?.(model, functions, constants) ?? {});
    WIDGETS[kind].render({ model, el: document.getElementById(`widget-${i}`) });
  });
}

const dark = matchMedia("(prefers-color-scheme: dark)");
const followTheme = () => {
  document.body.dataset.jpThemeLight = String(!dark.matches);
};
dark.addEventListener("change", followTheme);
followTheme();
openPage(JSON.parse(document.getElementById("page").textContent));
