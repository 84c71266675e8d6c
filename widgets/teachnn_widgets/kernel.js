// Who stands behind a view: a kernel that answers (alive), one that does not yet (busy), or none any more (gone).
// A widget that carries its functions (carrying.py) answers itself where there is none (carried).
// A view asks when it begins and when it is used, never by itself: a kernel that is asked all the time is never idle.

const PATIENCE = 1000; // milliseconds without an answer, until the kernel counts as busy
const OFTEN = 2000; // milliseconds between two questions, at least, however much the view is used
const GRACE = 300; // milliseconds that an answer may take on the page itself, once the kernel says it is done
const SAID = {
  alive: "",
  busy: "The kernel is busy: this view answers when it is free.",
  gone: "No kernel behind this view: run the cell again.",
  carried: "No kernel behind this view: it computes by itself.",
};
// biome-ignore lint/style/useConst: what a widget carries sets it, at the end of its page
let standIn = null; // of a widget that carries its functions: a function of its model, which returns what answers
const LIVES = new WeakMap(); // of each view's model

/** Return the life of a view's model: its state, who listens, and what the kernel was told but may not have heard. */
function lifeOf(model) {
  if (!LIVES.has(model))
    LIVES.set(model, { state: "alive", listeners: new Set(), unheard: new Map(), look: () => {}, used: () => {} });
  return LIVES.get(model);
}

/** Whether a view has no kernel any more. */
function isGone(model) {
  const life = lifeOf(model);
  life.look();
  return life.state === "gone";
}

/** Listen to changes of the state, and once now; return what ends it. */
function watchKernel(model, listener) {
  const { listeners } = lifeOf(model);
  listeners.add(listener);
  listener();
  return () => listeners.delete(listener);
}

/** Change traits of the model together, and tell the kernel. While it is busy, only the latest value is kept. */
function tell(model, changes) {
  const life = lifeOf(model);
  for (const [name, value] of Object.entries(changes)) {
    if (!life.unheard.has(name)) life.unheard.set(name, model.get(name));
    model.set(name, value);
  }
  if (isGone(model)) return takeBack(model);
  if (life.state === "carried") return life.answer(Object.keys(changes));
  model.save_changes();
  life.used();
}

/** Show again what the kernel knew last. */
function takeBack(model) {
  const { unheard } = lifeOf(model);
  for (const [name, before] of unheard) model.set(name, before);
  unheard.clear();
}

/** Send the kernel a word. */
function say(model, word) {
  if (isGone(model)) return;
  try {
    model.send(word);
  } catch {} // the connection is closed; whoever asks next will see
  lifeOf(model).used();
}

/** Tell the kernel whether a view is in sight: what nobody looks at need not follow each step. Return what ends it. */
function followSight(model, node) {
  if (!model.widget_manager) return () => {}; // a page without a kernel
  const view = Math.random().toString(36).slice(2);
  const tellSight = (sight) => {
    try {
      model.send({ view, sight });
    } catch {} // the connection is closed
  };
  const observer = new IntersectionObserver((changes) => tellSight(changes.at(-1).isIntersecting));
  observer.observe(node);
  return () => {
    observer.disconnect();
    tellSight(null);
  };
}

/** Find out who stands behind a view, now and whenever it is used; return what ends it. */
function followKernel(model) {
  if (!model.widget_manager) return () => {}; // a page without a kernel, which answers itself
  const life = lifeOf(model);
  let [asked, open, since] = [0, 0, Number.NEGATIVE_INFINITY]; // how many questions, the open one, when it was asked
  let timer = 0; // when to give it up

  function enter(next) {
    const state = next === "gone" && standIn && model.get("carriage").arrays ? "carried" : next;
    if (state === life.state) return;
    life.state = state;
    if (state === "gone") takeBack(model);
    if (state === "carried") {
      life.answer = standIn(model);
      life.answer([...life.unheard.keys()]);
      life.unheard.clear();
    }
    for (const listener of life.listeners) listener();
  }
  // What ipywidgets knows itself: whether the notebook has a kernel, and, of its own model beside ours, a channel to it.
  const lost = () => model.widget_manager.kernel === null || model.get("layout")?.comm_live === false;
  const giveUp = (state, question) => {
    if (open === question) enter(lost() ? "gone" : state);
  };
  function ask() {
    clearTimeout(timer);
    asked += 1;
    const question = asked;
    [open, since] = [question, performance.now()];
    if (lost()) return giveUp("gone", question);
    timer = setTimeout(giveUp, PATIENCE, "busy", question);
    const done = ({ content }) => {
      if (content.execution_state === "idle") setTimeout(giveUp, GRACE, "gone", question); // it did not know us
    };
    try {
      model.send({ ask: true }, { iopub: { status: done } });
    } catch {
      giveUp("gone", question); // the connection is closed
    }
  }
  function answered(content) {
    if (content?.answer !== true) return;
    open = 0;
    clearTimeout(timer);
    life.unheard.clear();
    enter("alive");
  }
  const changed = () => setTimeout(ask); // once the layout's model has heard it too

  life.look = () => {
    if (lost()) enter("gone");
  };
  life.used = () => {
    if (!open && life.state !== "carried" && performance.now() - since > OFTEN) ask();
  };
  model.on("msg:custom", answered);
  model.on("comm_live_update", changed);
  ask();
  return () => {
    clearTimeout(timer);
    open = 0;
    model.off("msg:custom", answered);
    model.off("comm_live_update", changed);
  };
}
