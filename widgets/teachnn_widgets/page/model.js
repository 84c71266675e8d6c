// What a widget has in place of a kernel: a model with its traits, and functions that answer when they change.
// The widgets' own JavaScript is the same as in JupyterLab.

const ANSWERS = {}; // a widget's class: (model, functions) => {trait: what to do when the page has changed it}

/** The bytes in a text in base64. */
const unpacked = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** Numbers of 16 bits (sign, 5 bits of exponent, 10 of fraction) as JavaScript's. */
const halves = (bits) =>
  Float32Array.from(bits, (b) => {
    const [exponent, fraction] = [(b >> 10) & 31, b & 1023];
    const size = exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : (fraction / 1024) * 2 ** -14;
    return b >> 15 ? -size : size;
  });

class Model {
  constructor(traits) {
    this.traits = traits;
    this.listeners = new Map();
    this.changed = new Set();
    this.answers = {};
  }
  get(name) {
    return this.traits[name];
  }
  set(name, value) {
    if (JSON.stringify(this.traits[name]) === JSON.stringify(value) && !(value instanceof DataView)) return;
    this.changed.add(name);
    this.put({ [name]: value });
  }
  /** What the answer to a change is: all of it stands before anybody hears of it, and it is not answered again. */
  put(traits) {
    for (const [name, value] of Object.entries(traits))
      this.traits[name] = value instanceof Uint8Array ? new DataView(value.buffer) : value;
    const listeners = Object.keys(traits).flatMap((name) => [...(this.listeners.get(`change:${name}`) ?? [])]);
    for (const listener of new Set(listeners)) listener();
  }
  on(events, listener) {
    for (const event of events.split(" ")) {
      if (!this.listeners.has(event)) this.listeners.set(event, new Set());
      this.listeners.get(event).add(listener);
    }
  }
  off(events, listener) {
    for (const event of events.split(" ")) this.listeners.get(event)?.delete(listener);
  }
  send() {}
  save_changes() {
    const changed = [...this.changed];
    this.changed.clear();
    answered(this, this.answers, changed);
  }
}

/** Do what has to be done when a view has changed these traits; what goes wrong is said above the widget. */
function answered(model, answers, changed) {
  try {
    const tasks = new Set(changed.map((name) => answers[name]).filter(Boolean));
    for (const answer of tasks) answer();
    if (tasks.size) model.put({ alert: "" });
  } catch (error) {
    model.put({ alert: String(error.message ?? error) });
  }
}

/** The arrays of a page by their keys, each unpacked when it is first asked for. */
function storeOf(arrays, half) {
  const store = new Map();
  return (key) => {
    if (!store.has(key)) {
      const { buffer } = unpacked(arrays[key].data);
      store.set(key, array(arrays[key].shape, half ? halves(new Uint16Array(buffer)) : new Float32Array(buffer)));
    }
    return store.get(key);
  };
}

/** What a widget has in place of a kernel: {trait: what to do when its view has changed it}. */
function answersOf(model, kind, constants, { programs, table }, stored) {
  if (table) return lookedUp(model, table);
  const functions = Object.entries(programs).map(([name, program]) => {
    const known = Object.fromEntries(Object.entries(program.arrays).map(([as, key]) => [as, stored(key)]));
    return [name, (shape, data) => run(program, known, array(shape, data)).map(([, y]) => y)];
  });
  return ANSWERS[kind]?.(model, Object.fromEntries(functions), constants) ?? {};
}

/** The answers of a widget that can be asked only so much: what its traits are then was written down, each value once. */
function lookedUp(model, { asked, places, values }) {
  const answer = () => {
    const place = places[JSON.stringify(asked.map((name) => model.get(name)))] ?? {};
    model.put(revived(Object.fromEntries(Object.entries(place).map(([name, at]) => [name, values[at]]))));
  };
  return Object.fromEntries(asked.map((name) => [name, answer]));
}

/** Traits as they were, with their bytes. */
function revived(traits) {
  const back = (value) => (value?.bytes === undefined ? value : new DataView(unpacked(value.bytes).buffer));
  return Object.fromEntries(Object.entries(traits).map(([name, value]) => [name, back(value)]));
}
