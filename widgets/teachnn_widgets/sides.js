// On a narrow page two functions do not fit side by side. They keep their common rows, and two tabs turn the window from
// the one to the other: what they share stays at the same height.

const CALM = matchMedia("(prefers-reduced-motion: reduce)");

/** Return {node, set, end}: the tabs of a window's stage; `set(names)` says what stands at its left and at its right. */
function sidesOf(stage) {
  const node = make("div", { class: "tn-sides", hidden: true });
  let tabs = null;

  const farthest = () => stage.scrollWidth - stage.clientWidth;
  const turn = (i) => stage.scrollTo({ left: i * farthest(), behavior: CALM.matches ? "instant" : "smooth" });
  const follow = () => tabs?.set(Number(stage.scrollLeft > farthest() / 2));
  const look = () => {
    node.hidden = !tabs || farthest() < stage.clientWidth / 4; // less than that is a small way to scroll
    follow();
  };
  function set(names) {
    tabs = names.length > 1 ? tabsOf("Side in sight", names, (name) => `Turn to ${name}`, turn, "side") : null;
    node.replaceChildren(tabs?.node ?? "");
    look();
  }
  stage.addEventListener("scroll", follow);
  return { node, set, end: watchSize(stage, look) };
}
