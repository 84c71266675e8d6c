// From a drawing to a digit as MNIST has them, as ink.py does it: 20 x 20 pixels of 28 x 28, the centre of mass on (14, 14).

const BOX = 20;

/** Which pixels of a row of `size` lie under each of `count` equal parts, [first, after the last], as Pillow has it. */
function parts(size, count) {
  const scale = size / count;
  return Array.from({ length: count }, (_, i) => {
    const fromCentre = (k) => (k - (i + 0.5) * scale + 0.5) * (1 / Math.max(scale, 1)); // in parts
    const all = Array.from({ length: size }, (_, k) => k).filter((k) => fromCentre(k) > -0.5 && fromCentre(k) <= 0.5);
    return [all[0], all.at(-1) + 1];
  });
}

/** Ink, side x side bytes, as the functions get it: numbers from 0 to 1, digit x digit. */
function asDigit(ink, side, digit) {
  const picture = new Float32Array(digit * digit);
  const inked = [...ink.keys()].filter((i) => ink[i]);
  if (!inked.length) return picture;
  const [rows, columns] = [inked.map((i) => Math.floor(i / side)), inked.map((i) => i % side)];
  const bound = (values) => [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b)) + 1];
  const [[top, bottom], [left, right]] = [bound(rows), bound(columns)];
  const scale = BOX / Math.max(bottom - top, right - left);
  const [height, width] = [bottom - top, right - left].map((n) => Math.max(1, Math.round(n * scale)));
  const [down, across] = [parts(bottom - top, height), parts(right - left, width)];
  const small = down.map(([y0, y1]) =>
    across.map(([x0, x1]) => {
      let sum = 0;
      for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) sum += ink[(top + y) * side + left + x];
      return sum / ((y1 - y0) * (x1 - x0)) / 255;
    }),
  );
  let [total, ySum, xSum] = [0, 0, 0];
  for (const [y, row] of small.entries())
    for (const [x, v] of row.entries()) {
      total += v + 1e-9;
      ySum += (v + 1e-9) * y;
      xSum += (v + 1e-9) * x;
    }
  const place = (sum, size) => Math.max(0, Math.min(digit - size, Math.round(digit / 2 - sum / total)));
  const [yAt, xAt] = [place(ySum, height), place(xSum, width)];
  for (const [y, row] of small.entries()) picture.set(row, (yAt + y) * digit + xAt);
  return picture;
}

/** Numbers from 0 to 1 as grey levels. */
const pixels = (numbers) => Uint8Array.from(numbers, (v) => Math.round(255 * Math.min(1, Math.max(0, v || 0))));
