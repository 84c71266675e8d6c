// Tabs, of which one is chosen: by the pointer, or by the arrow keys among them.

/** Return {node, set}: a list of tabs; `titled(name, last)` says in full what a tab shows, `choose(i)` is told of a choice. */
function tabsOf(label, names, titled, choose, id = "tab") {
  const tabs = names.map((name, i) => {
    const title = titled(name, i === names.length - 1);
    const onclick = () => choose(i);
    const node = make("button", control(title, `${id}-${i}`, { type: "button", role: "tab", title, onclick }), name);
    keys(node, ({ key }) => {
      const by = { ArrowRight: 1, ArrowLeft: -1, Home: -i, End: -i - 1 }[key];
      if (by === undefined) return;
      const next = tabs[(i + by + tabs.length) % tabs.length];
      return () => {
        next.focus();
        next.click();
      };
    });
    return node;
  });
  const set = (chosen) => {
    for (const [i, node] of tabs.entries())
      filled(node, { "aria-selected": String(i === chosen), tabindex: i === chosen ? 0 : -1 });
  };
  const list = { class: "tn-tabs", role: "tablist", "aria-label": label, hidden: !names.length };
  return { node: make("div", list, ...tabs), set };
}
