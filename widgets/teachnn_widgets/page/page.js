// Opens the page: a model for each widget, what answers it, and its view.

function openPage({ arrays, half, widgets }) {
  const stored = storeOf(arrays, half);
  for (const [i, { kind, traits, constants, ...carried }] of widgets.entries()) {
    const model = new Model(revived(traits));
    model.answers = answersOf(model, kind, constants, carried, stored);
    for (const el of document.querySelectorAll(`[data-widget="${i}"]`)) WIDGETS[kind].render({ model, el });
  }
}

const dark = matchMedia("(prefers-color-scheme: dark)");
const followTheme = () => {
  document.body.dataset.jpThemeLight = String(!dark.matches);
};
dark.addEventListener("change", followTheme);
followTheme();
openPage(JSON.parse(document.getElementById("page").textContent));
