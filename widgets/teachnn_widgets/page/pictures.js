// Convolutions and pools: a window slides over pictures, (examples, height, width, channels), as in teachnn/ops.

function pad([x], { padding, value }) {
  const [N, H, W, C] = x.shape;
  const y = array([N, H + 2 * padding, W + 2 * padding, C]);
  y.data.fill(value);
  for (let n = 0; n < N; n++)
    for (let i = 0; i < H; i++) {
      const to = ((n * y.shape[1] + i + padding) * y.shape[2] + padding) * C;
      y.data.set(x.data.subarray((n * H + i) * W * C, (n * H + i + 1) * W * C), to);
    }
  return y;
}

/** Call visit(n, i, j, h, w) for each window (i, j) of example n, and each of its pixels at (h, w). */
function windows([N, I, J], [height, width], stride, visit) {
  for (let n = 0; n < N; n++)
    for (let i = 0; i < I; i++)
      for (let j = 0; j < J; j++)
        for (let h = 0; h < height; h++)
          for (let w = 0; w < width; w++) visit(n, i, j, i * stride + h, j * stride + w, h * width + w);
}

const windowed = ({ shape: [N, H, W, C] }, [height, width], stride, channels = C) =>
  array([N, Math.floor((H - height) / stride) + 1, Math.floor((W - width) / stride) + 1, channels]);

function convolve([x, W], { stride, padding }) {
  const framed = padding ? pad([x], { padding, value: 0 }) : x;
  const [size, [C, D]] = [W.shape.slice(0, 2), W.shape.slice(2)];
  const y = windowed(framed, size, stride, D);
  const [, H, width] = framed.shape;
  windows(y.shape, size, stride, (n, i, j, row, column, at) => {
    const [from, to] = [((n * H + row) * width + column) * C, ((n * y.shape[1] + i) * y.shape[2] + j) * D];
    for (let c = 0; c < C; c++) {
      const v = framed.data[from + c];
      if (v !== 0) for (let d = 0; d < D; d++) y.data[to + d] += v * W.data[(at * C + c) * D + d];
    }
  });
  return y;
}

function convolveTransposed([y, W], { size, stride, padding }) {
  const [C, D] = W.shape.slice(2);
  const framed = array([y.shape[0], size[0] + 2 * padding, size[1] + 2 * padding, C]);
  const [, H, width] = framed.shape;
  windows(y.shape, W.shape.slice(0, 2), stride, (n, i, j, row, column, at) => {
    const [to, from] = [((n * H + row) * width + column) * C, ((n * y.shape[1] + i) * y.shape[2] + j) * D];
    for (let c = 0; c < C; c++)
      for (let d = 0; d < D; d++) framed.data[to + c] += y.data[from + d] * W.data[(at * C + c) * D + d];
  });
  const shape = [y.shape[0], ...size, C];
  return moved(framed, shape, strides(framed.shape), (padding * width + padding) * C);
}

const pool =
  (start, fold) =>
  ([x], { size, stride }) => {
    const [H, W, C] = x.shape.slice(1);
    const y = windowed(x, [size, size], stride);
    y.data.fill(start);
    windows(y.shape, [size, size], stride, (n, i, j, row, column) => {
      const [from, to] = [((n * H + row) * W + column) * C, ((n * y.shape[1] + i) * y.shape[2] + j) * C];
      for (let c = 0; c < C; c++) y.data[to + c] = fold(y.data[to + c], x.data[from + c], size * size);
    });
    return y;
  };
