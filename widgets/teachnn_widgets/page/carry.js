// A widget that carries its functions answers itself where its kernel is gone: in a saved notebook, say.
// The model is then JupyterLab's own; all that it lacks is `put`.

/** Return what a view calls, with the names of the traits that it has changed, in place of telling a kernel. */
function standingIn(model, kind, constants) {
  const { arrays, half, traits, ...carried } = model.get("carriage");
  const stand = {
    get: (name) => model.get(name),
    put(told) {
      const bytes = (value) => (value instanceof Uint8Array ? new DataView(value.buffer) : value);
      model.set(Object.fromEntries(Object.entries(told).map(([name, value]) => [name, bytes(value)])));
    },
  };
  stand.put(revived(traits));
  const answers = answersOf(stand, kind, constants, carried, storeOf(arrays, half));
  return (names) => answered(stand, answers, names);
}
