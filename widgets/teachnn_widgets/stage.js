// A window on a large drawing. At first it fits the width, with letters that can be read; it scrolls, it zooms, and a map
// beside it shows the whole. Two fingers move and zoom; one finger scrolls the page, as everywhere.
// And the way from one drawing to the next: what both have moves to its new place, the rest fades.

const STEP = 1.25; // of one press on + or -
const [LEGIBLE, LARGEST] = [1, 1.25]; // scales of the first view: at 1 the smallest letters have 11 pixels
const TALLEST = 1100; // pixels of the window's height
const [FADE, TRAVEL] = [150, 300]; // milliseconds; a way across the page takes the eye longer than a fade

/** Return {node, stage, show, zoom, fit, end}: the window's frame, and what it can do.
 * steady: every drawing that is shown stands at the left and in one size, so that what they have in common stays. */
function windowOn(label, steady) {
  const sheet = make("div", { class: "tn-sheet" });
  const focused = { class: "tn-stage", tabindex: 0, role: "group" }; // who has no pointer scrolls it by the arrow keys
  const stage = make("div", control(`Window on ${label}`, "stage", focused), sheet);
  const map = shape("svg", { class: "tn-map teachnn", role: "img", "aria-label": `Map of ${label}` });
  const node = make("div", { class: "tn-frame" }, stage, map);
  const view = { scale: 1, fitted: true, width: 1, height: 1, svg: null };
  const seen = shape("rect", { class: "tn-seen" });

  const margin = () => (steady ? 0 : Math.max(0, (stage.clientWidth - view.width * view.scale) / 2));

  /** Put the drawing where the view says, and the map's rectangle over what is in sight. */
  function place() {
    const [wide, high] = [view.width * view.scale, view.height * view.scale];
    Object.assign(sheet.style, { width: `${wide}px`, height: `${high}px` });
    view.svg.style.transform = `translate(${margin()}px, 0) scale(${view.scale})`;
    look();
  }

  function look() {
    Object.assign(view, { left: stage.scrollLeft, top: stage.scrollTop });
    const [x, y] = [view.left - margin(), view.top];
    const sizes = { x, y, width: stage.clientWidth, height: stage.clientHeight };
    for (const [name, value] of Object.entries(sizes)) seen.setAttribute(name, value / view.scale);
  }

  function show(svg, faces) {
    const { width, height } = svg.viewBox.baseVal;
    Object.assign(view, { svg, width: Number(svg.querySelector(".ground").getAttribute("width")), height });
    Object.assign(svg.style, { width: `${width}px`, height: `${height}px`, maxWidth: "none" });
    sheet.replaceChildren(svg);
    fit();
    const small = faces.map((face) => {
      const { e: right = 0, f: down = 0 } = face.closest("[transform]")?.transform.baseVal.consolidate().matrix ?? {};
      const told = ["class", "x", "y", "width", "height", "d"].filter((name) => face.hasAttribute(name));
      const same = Object.fromEntries(told.map((name) => [name, face.getAttribute(name)]));
      return shape(face.tagName, { ...same, transform: `translate(${right} ${down})` });
    });
    map.setAttribute("viewBox", `0 0 ${view.width} ${height}`);
    map.replaceChildren(...small, seen);
  }

  /** Return to the first view. The map has a place where the drawing is larger than the window. */
  function fit() {
    if (!view.svg || !node.clientWidth) return;
    const { width, height } = view;
    const first = () =>
      Math.max(LEGIBLE, Math.min(steady ? LEGIBLE : LARGEST, stage.clientWidth / width, TALLEST / height));
    node.classList.remove("tn-beside", "tn-below");
    const scale = first();
    if (height * scale > TALLEST) node.classList.add("tn-beside");
    else if (width * scale > stage.clientWidth + 1) node.classList.add("tn-below");
    Object.assign(view, { scale: first(), fitted: true });
    const bar = width * view.scale > stage.clientWidth + 1 ? stage.offsetHeight - stage.clientHeight : 0;
    stage.style.height = `${Math.min(TALLEST, height * view.scale) + bar}px`;
    place();
    stage.scrollTo(0, 0);
  }

  /** Enlarge or shrink; what lies under the point of the window stays there. */
  function zoom(factor, x = stage.clientWidth / 2, y = stage.clientHeight / 2) {
    const least = Math.min(0.5, stage.clientWidth / view.width, stage.clientHeight / view.height);
    const scale = Math.min(4, Math.max(least, view.scale * factor));
    const [left, top] = [stage.scrollLeft + x - margin(), stage.scrollTop + y].map((v) => (v * scale) / view.scale);
    Object.assign(view, { scale, fitted: false });
    place();
    stage.scrollTo(left + margin() - x, top - y);
  }

  // --- the wheel, the mouse, two fingers, the map

  const within = (event) => {
    const room = stage.getBoundingClientRect();
    return [event.clientX - room.left, event.clientY - room.top];
  };
  const wheel = (event) => {
    if (!event.ctrlKey && !event.metaKey) return; // otherwise it scrolls, as everywhere
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 400), ...within(event));
  };
  stage.addEventListener("wheel", wheel, { passive: false });

  let drag = null;
  stage.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch" || event.button || event.target === stage) return; // the last: a scroll bar
    drag = { x: event.clientX + stage.scrollLeft, y: event.clientY + stage.scrollTop, at: within(event) };
  });
  stage.addEventListener("pointermove", (event) => {
    if (!drag) return;
    if (!drag.moved && Math.hypot(...within(event).map((v, i) => v - drag.at[i])) < 4) return;
    if (!drag.moved) stage.setPointerCapture(event.pointerId);
    drag.moved = true;
    stage.scrollTo(drag.x - event.clientX, drag.y - event.clientY);
  });
  const drop = () =>
    setTimeout(() => {
      drag = null; // after the click that ends a drag
    });
  for (const name of ["pointerup", "pointercancel"]) stage.addEventListener(name, drop);
  stage.addEventListener("click", (event) => drag?.moved && event.stopImmediatePropagation(), { capture: true });

  let pinch = null;
  const fingers = (event) => {
    if (event.touches.length !== 2) {
      pinch = null;
      return;
    }
    if (event.cancelable) event.preventDefault(); // one finger is the page's
    const [[ax, ay], [bx, by]] = [...event.touches].map(within);
    const now = { x: (ax + bx) / 2, y: (ay + by) / 2, apart: Math.hypot(ax - bx, ay - by) };
    if (pinch) {
      stage.scrollBy(pinch.x - now.x, pinch.y - now.y);
      zoom(now.apart / pinch.apart, now.x, now.y);
    }
    pinch = now;
  };
  for (const name of ["touchstart", "touchmove", "touchend"]) stage.addEventListener(name, fingers, { passive: false });

  const steer = (event) => {
    if (event.type === "pointerdown") map.setPointerCapture(event.pointerId);
    else if (!map.hasPointerCapture(event.pointerId)) return;
    const to = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
    const [x, y] = [to.x * view.scale + margin(), to.y * view.scale];
    stage.scrollTo(x - stage.clientWidth / 2, y - stage.clientHeight / 2);
  };
  for (const name of ["pointerdown", "pointermove"]) map.addEventListener(name, steer);
  stage.addEventListener("scroll", look);
  let room = 0; // a notebook takes what is out of sight off its page, and brings it back as wide as it was
  const end = watchSize(node, () => {
    if (!node.clientWidth) return;
    if (node.clientWidth === room) stage.scrollTo(view.left, view.top);
    else if (view.fitted) fit();
    else place();
    room = node.clientWidth;
  });
  return { node, stage, show, zoom, fit, end };
}

/** Return what is needed of a drawing to leave it: the drawing, and where each of its elements is, by the name it keeps. */
function places(svg, elements) {
  const found = new Map();
  for (const node of elements) {
    const { same } = node.dataset;
    if (!found.has(same)) found.set(same, { node, at: middle(node) });
  }
  return { svg, found };
}

/** Go from a drawing to the one that stands in its place: what both have moves there, the rest fades. */
function travel(from, to) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const fade = { duration: FADE, fill: "backwards" };
  const way = new Map(); // an element of the new drawing -> how far it is from its old place
  const scale = to.svg.getBoundingClientRect().width / to.svg.viewBox.baseVal.width || 1;
  for (const [same, { node, at }] of to.found) {
    const before = from.found.get(same);
    if (!before) node.animate({ opacity: [0, 1] }, fade);
    else {
      before.node.style.visibility = "hidden";
      way.set(node, [(before.at[0] - at[0]) / scale, (before.at[1] - at[1]) / scale]);
    }
  }
  for (const [node, [x, y]] of way) {
    const [px, py] = way.get(node.parentNode.closest("[data-key]")) ?? [0, 0]; // a chip goes with its box
    node.animate({ translate: [`${x - px}px ${y - py}px`, "0px 0px"] }, { duration: TRAVEL, easing: "ease-out" });
  }
  for (const ground of from.svg.querySelectorAll(".panel, .bar")) ground.remove(); // it would lie over what moves
  for (const link of to.svg.querySelectorAll("[data-ends]"))
    link.animate({ opacity: [0, 1] }, { ...fade, delay: FADE });
  for (const node of [from.svg, ...from.svg.querySelectorAll("[data-testid], [data-key]")])
    for (const name of ["data-testid", "data-key", "tabindex", "role", "aria-label"]) node.removeAttribute(name);
  from.svg.setAttribute("aria-hidden", "true");
  from.svg.classList.add("tn-leaving");
  to.svg.after(from.svg);
  from.svg.animate({ opacity: [1, 0] }, FADE).finished.then(() => from.svg.remove());
}

function middle(node) {
  const box = node.getBoundingClientRect();
  return [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
}
