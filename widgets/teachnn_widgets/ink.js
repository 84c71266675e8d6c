// A pad to draw on with the mouse, a finger, or the keyboard: its ink goes to the model's trait `ink`, row by row.

const SIDE = 112;
const PEN = 9; // pixels; about what MNIST's pens were

/** Return {node, end}: the pad, and what ends it. */
function inkPad(model, label) {
  const canvas = make(
    "canvas",
    control(label, "pad", {
      tabindex: 0,
      role: "application",
      class: "tn-ink",
      width: SIDE,
      height: SIDE,
      title:
        "Draw with the pointer; or with the arrow keys, the space bar puts the pen down and lifts it, Delete clears",
    }),
  );
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const pen = { x: SIDE / 2, y: SIDE / 2, down: false };
  const undone = []; // what was there before each stroke
  let from = null;

  function line(a, b) {
    Object.assign(context, { strokeStyle: "#fff", lineWidth: PEN, lineCap: "round" });
    context.beginPath();
    context.moveTo(a.x, a.y);
    context.lineTo(b.x, b.y);
    context.stroke();
    send();
  }
  function send() {
    const { data } = context.getImageData(0, 0, SIDE, SIDE);
    const ink = new Uint8Array(SIDE * SIDE);
    for (let i = 0; i < ink.length; i++) ink[i] = data[4 * i];
    sent = ink;
    tell(model, { ink: new DataView(ink.buffer) });
  }
  let sent = null;
  const hint = make("span", { class: "tn-hint", "aria-hidden": "true" }, "draw a digit");
  function show() {
    const ink = bytes(model, "ink");
    hint.hidden = ink.some((value) => value);
    if (sent && ink.length === sent.length && ink.every((value, i) => value === sent[i])) return; // our own, come back
    if (from) return; // never under the pen
    paint(canvas, ink, SIDE, SIDE);
  }
  const remember = () => undone.push(context.getImageData(0, 0, SIDE, SIDE)) > 20 && undone.shift();
  function undo() {
    if (!undone.length) return;
    pen.down = false;
    crosshair.classList.remove("tn-down");
    context.putImageData(undone.pop(), 0, 0);
    send();
  }
  function clear() {
    remember();
    context.fillStyle = "#000";
    context.fillRect(0, 0, SIDE, SIDE);
    send();
  }
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return { x: ((event.clientX - box.left) * SIDE) / box.width, y: ((event.clientY - box.top) * SIDE) / box.height };
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
  for (const name of ["pointerup", "pointercancel"])
    canvas.addEventListener(name, (event) => canvas.hasPointerCapture(event.pointerId) && (from = null));
  canvas.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: [-4, 0], ArrowRight: [4, 0], ArrowUp: [0, -4], ArrowDown: [0, 4] };
    if (event.key === " ") {
      pen.down = !pen.down;
      if (pen.down) remember();
    } else if (event.key === "z" && (event.ctrlKey || event.metaKey)) undo();
    else if (event.key === "Delete" || event.key === "Backspace") clear();
    else if (moves[event.key]) {
      const before = { ...pen };
      pen.x = Math.min(SIDE - 6, Math.max(6, pen.x + moves[event.key][0]));
      pen.y = Math.min(SIDE - 6, Math.max(6, pen.y + moves[event.key][1]));
      if (pen.down) line(before, pen);
    } else return;
    event.preventDefault();
    event.stopPropagation();
    crosshair.style.left = `${(100 * pen.x) / SIDE}%`;
    crosshair.style.top = `${(100 * pen.y) / SIDE}%`;
    crosshair.classList.toggle("tn-down", pen.down);
  });
  const crosshair = make("span", { class: "tn-pen", "aria-hidden": "true" });
  const erase = button("Clear", "Clear the drawing", "clear", clear);
  const back = button("Undo", "Undo the last stroke", "undo", undo);
  const tools = make("div", { class: "tn-row" }, erase, back);
  const node = make("div", { class: "tn-pad" }, make("div", { class: "tn-paper" }, canvas, crosshair, hint), tools);
  return { node, end: watch(model, "ink", show) };
}
