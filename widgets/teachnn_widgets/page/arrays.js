// Arrays in JavaScript: {shape, data}, the sizes, and the numbers row by row; and what numpy does with them.

const sizeOf = (shape) => shape.reduce((a, b) => a * b, 1);
const array = (shape, data) => ({ shape, data: data ?? new Float32Array(sizeOf(shape)) });

/** How far apart neighbours along each axis stand; 0 along an axis of one, which is the same everywhere. */
function strides(shape, rank = shape.length) {
  const steps = Array(rank).fill(0);
  for (let axis = shape.length - 1, step = 1; axis >= 0; step *= shape[axis--])
    if (shape[axis] > 1) steps[rank - shape.length + axis] = step;
  return steps;
}

/** Call visit(place, ...places) for each place of `shape` in order, where places move by the given strides. */
function walk(shape, steps, visit, offsets = steps.map(() => 0)) {
  const at = shape.map(() => 0);
  const places = [...offsets];
  for (let place = 0, count = sizeOf(shape); place < count; place++) {
    visit(place, places[0], places[1], places[2]);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at[axis]++;
      for (let i = 0; i < steps.length; i++) places[i] += steps[i][axis];
      if (at[axis] < shape[axis]) break;
      for (let i = 0; i < steps.length; i++) places[i] -= steps[i][axis] * shape[axis];
      at[axis] = 0;
    }
  }
}

// --- number by number

/** The operation that applies f to numbers at the same place; shapes are stretched to fit, as numpy does. */
const each = (f) => (inputs) => {
  const rank = Math.max(...inputs.map((x) => x.shape.length));
  const shape = Array.from({ length: rank }, (_, axis) =>
    Math.max(...inputs.map((x) => x.shape[axis - rank + x.shape.length] ?? 1)),
  );
  const y = array(shape);
  const [a, b, c] = inputs;
  if (inputs.every((x) => x.data.length === y.data.length))
    for (let i = 0; i < y.data.length; i++) y.data[i] = f(a.data[i], b?.data[i], c?.data[i]);
  else {
    const steps = inputs.map((x) => strides(x.shape, rank));
    walk(shape, steps, (i, p, q, r) => {
      y.data[i] = f(a.data[p], b?.data[q], c?.data[r]);
    });
  }
  return y;
};

// --- along axes

/** The operation that folds all numbers along some axes into one; start(count) and fold(total, number, count). */
const along =
  (start, fold) =>
  ([x], { axis, keepdims }) => {
    const rank = x.shape.length;
    const axes = (axis === null ? [...x.shape.keys()] : [axis].flat()).map((a) => (a + rank) % rank);
    const kept = x.shape.map((n, a) => (axes.includes(a) ? 1 : n));
    const y = array(kept);
    const count = x.data.length / y.data.length;
    const totals = new Float64Array(y.data.length).fill(start);
    walk(x.shape, [strides(kept)], (i, to) => {
      totals[to] = fold(totals[to], x.data[i], count);
    });
    y.data.set(totals);
    return keepdims
      ? y
      : array(
          kept.filter((_, a) => !axes.includes(a)),
          y.data,
        );
  };

/** The operation that makes each row, the numbers along the last axis, into another. */
const rows =
  (rewrite) =>
  ([x]) => {
    const y = array(x.shape);
    const width = x.shape.at(-1);
    for (let i = 0; i < y.data.length; i += width) y.data.set(rewrite(x.data.subarray(i, i + width)), i);
    return y;
  };

/** Each number of a row minus log(sum(exp(row))), without overflow. */
function logSoftmax(row) {
  const most = row.reduce((a, b) => Math.max(a, b), -Infinity);
  const total = most + Math.log(row.reduce((sum, v) => sum + Math.exp(v - most), 0));
  return row.map((v) => v - total);
}

function argmax([x], { axis }) {
  const a = (axis + x.shape.length) % x.shape.length;
  const shape = x.shape.filter((_, i) => i !== a);
  const steps = strides(x.shape);
  const y = array(shape);
  walk(shape, [steps.filter((_, i) => i !== a)], (i, from) => {
    for (let k = 1; k < x.shape[a]; k++)
      if (x.data[from + k * steps[a]] > x.data[from + y.data[i] * steps[a]]) y.data[i] = k;
  });
  return y;
}

// --- products

function matmul([x, W]) {
  const [n, d] = [x.shape.at(-2), x.shape.at(-1)];
  const k = W.shape.at(-1);
  const outer = x.shape.length >= W.shape.length ? x.shape.slice(0, -2) : W.shape.slice(0, -2);
  const y = array([...outer, n, k]);
  const sums = new Float64Array(k);
  const each = (shape, part) => (shape.length > 2 ? part : 0);
  for (let part = 0; part < sizeOf(outer); part++)
    for (let i = 0; i < n; i++) {
      sums.fill(0);
      const from = (each(x.shape, part) * n + i) * d;
      for (let j = 0; j < d; j++) {
        const v = x.data[from + j];
        const row = (each(W.shape, part) * d + j) * k;
        if (v !== 0) for (let u = 0; u < k; u++) sums[u] += v * W.data[row + u];
      }
      y.data.set(sums, (part * n + i) * k);
    }
  return y;
}

// --- the same numbers elsewhere

const reshape = ([x], { shape }) => {
  const known = -sizeOf(shape);
  return array(
    shape.map((n) => (n < 0 ? x.data.length / known : n)),
    x.data,
  );
};

function moved(x, shape, steps, offset = 0) {
  const y = array(shape);
  const copy = (i, from) => {
    y.data[i] = x.data[from];
  };
  walk(shape, [steps], copy, [offset]);
  return y;
}

const transpose = ([x], { axes }) => {
  const steps = strides(x.shape);
  return moved(
    x,
    axes.map((a) => x.shape[a]),
    axes.map((a) => steps[a]),
  );
};

function cut([x], { axis, start, stop, step }) {
  const steps = strides(x.shape);
  const bound = (v) => Math.max(-1, Math.min(x.shape[axis], v));
  const shape = x.shape.with(axis, Math.max(0, Math.ceil((bound(stop) - start) / step)));
  return moved(x, shape, steps.with(axis, steps[axis] * step), start * steps[axis]);
}

function take([x, which]) {
  const size = sizeOf(x.shape.slice(1));
  const y = array([...which.shape, ...x.shape.slice(1)]);
  which.data.forEach((row, i) => {
    y.data.set(x.data.subarray(row * size, (row + 1) * size), i * size);
  });
  return y;
}

function concatenate(inputs, { axis }) {
  const a = (axis + inputs[0].shape.length) % inputs[0].shape.length;
  const widths = inputs.map((x) => sizeOf(x.shape.slice(a)));
  const width = widths.reduce((sum, w) => sum + w, 0);
  const y = array(
    inputs[0].shape.with(
      a,
      inputs.reduce((sum, x) => sum + x.shape[a], 0),
    ),
  );
  inputs.reduce((left, x, i) => {
    for (let row = 0; row * widths[i] < x.data.length; row++)
      y.data.set(x.data.subarray(row * widths[i], (row + 1) * widths[i]), row * width + left);
    return left + widths[i];
  }, 0);
  return y;
}
