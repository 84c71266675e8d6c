// A pad to draw on with the mouse, a finger, or the keyboard: its ink goes to the model's trait `ink`, row by row.

const PEN = 9; // pixels; about what MNIST's pens were
const STEP = 4; // of one arrow key
const EDGE = 6; // which the keyboard's pen keeps away from
const UNDOS = 20; // kept at most
const HOW =
  "Draw with the pointer; or with the arrow keys, the space bar puts the pen down and lifts it, Delete clears";

/** Return {node, end}: the pad, and what ends it. */
function inkPad(model, label) {
  const focused = { tabindex: 0, role: "application", title: HOW };
  const pad = control(label, "pad", { ...focused, class: "tn-ink", width: SIDE, height: SIDE });
  const canvas = make("canvas", pad);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const crosshair = make("span", { class: "tn-pen", "aria-hidden": "true" });
  const hint = make("span", { class: "tn-hint", "aria-hidden": "true" }, "draw a digit");
  const pen = { x: SIDE / 2, y: SIDE / 2, down: false }; // the keyboard's
  const undone = []; // what was there before each stroke
  let from = null; // where the pointer is, while it draws
  let sent = null; // the ink that the kernel got last

  // --- ink, to the kernel and back

  function send() {
    const { data } = context.getImageData(0, 0, SIDE, SIDE);
    sent = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => data[4 * i]);
    tell(model, { ink: new DataView(sent.buffer) });
  }
  function show() {
    const ink = bytes(model, "ink");
    hint.hidden = ink.some((value) => value);
    if (sent && ink.length === sent.length && ink.every((value, i) => value === sent[i])) return; // our own, come back
    if (from) return; // never under the pen
    paint(canvas, ink, SIDE, SIDE);
  }

  // --- what a hand can do

  function line(a, b) {
    Object.assign(context, { strokeStyle: "#fff", lineWidth: PEN, lineCap: "round" });
    context.beginPath();
    context.moveTo(a.x, a.y);
    context.lineTo(b.x, b.y);
    context.stroke();
    send();
  }
  function remember() {
    undone.push(context.getImageData(0, 0, SIDE, SIDE));
    if (undone.length > UNDOS) undone.shift();
  }
  function undo() {
    if (!undone.length) return;
    pen.down = false;
    aim();
    context.putImageData(undone.pop(), 0, 0);
    send();
  }
  function clear() {
    remember();
    context.fillStyle = "#000";
    context.fillRect(0, 0, SIDE, SIDE);
    send();
  }
  function lowerOrLift() {
    pen.down = !pen.down;
    aim();
    if (pen.down) remember();
  }
  function move(dx, dy) {
    const before = { ...pen };
    const within = (v) => Math.min(SIDE - EDGE, Math.max(EDGE, v));
    Object.assign(pen, { x: within(pen.x + dx), y: within(pen.y + dy) });
    aim();
    if (pen.down) line(before, pen);
  }
  function aim() {
    Object.assign(crosshair.style, { left: `${(100 * pen.x) / SIDE}%`, top: `${(100 * pen.y) / SIDE}%` });
    crosshair.classList.toggle("tn-down", pen.down);
  }

  // --- the pointer and the keys

  const place = (event) => {
    const [x, y] = pointed(event, canvas);
    return { x: SIDE * x, y: SIDE * y };
  };
  const lift = (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) from = null;
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (from) return; // one finger draws
    canvas.setPointerCapture(event.pointerId);
    remember();
    from = place(event);
    line(from, from);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!from || !canvas.hasPointerCapture(event.pointerId)) return;
    const to = place(event);
    line(from, to);
    from = to;
  });
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  const acts = {
    ArrowLeft: () => move(-STEP, 0),
    ArrowRight: () => move(STEP, 0),
    ArrowUp: () => move(0, -STEP),
    ArrowDown: () => move(0, STEP),
    " ": lowerOrLift,
    Delete: clear,
    Backspace: clear,
  };
  keys(canvas, (event) => {
    if (isGone(model)) return null;
    return event.key === "z" && (event.ctrlKey || event.metaKey) ? undo : acts[event.key];
  });

  aim();
  const erase = button("Clear", "Clear the drawing", "clear", clear);
  const back = button("Undo", "Undo the last stroke", "undo", undo);
  const tools = make("div", { class: "tn-row" }, erase, back);
  const node = make("div", { class: "tn-pad" }, make("div", { class: "tn-paper" }, canvas, crosshair, hint), tools);
  return { node, end: watch(model, "ink", show) };
}

/** Return which class is most likely, or between which two the answer is: "between a 4 and a 9", "a 4 (0.93)". */
function verdict(row) {
  const [[most, first], [next, second]] = [...[...row].entries(), ["", 0]].sort(([, a], [, b]) => b - a);
  const named = (n) => `${n === 8 ? "an" : "a"} ${n}`;
  return second > first / 2 ? `between ${named(most)} and ${named(next)}` : `${named(most)} (${first.toFixed(2)})`;
}
