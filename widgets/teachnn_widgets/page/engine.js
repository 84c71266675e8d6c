// A function in another language: runs a program of tn.export over plain arrays.
//
// A program is a list of operations, each with the names of the arrays it takes and of the one it makes. The parameters
// are the same numbers as in Python; only these few words have to be known here.

// --- noise

/** A number from N(0, 1): Box & Muller 1958. */
const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
const drawn =
  (draw) =>
  (_, { shape }) =>
    array(shape, Float32Array.from({ length: sizeOf(shape) }, draw));

// Math.max would take the count for a number too.
/** The nearest whole number; halfway between two, the even one, as numpy rounds. */
const rounded = (a) => Math.round(a) - (Math.abs(a % 1) === 0.5 && Math.round(a) % 2 !== 0 ? 1 : 0);
const larger = (a, b) => Math.max(a, b);
const smaller = (a, b) => Math.min(a, b);
const share = (total, v, count) => total + v / count;

const OPERATIONS = {
  negative: each((a) => -a),
  exp: each(Math.exp),
  log: each(Math.log),
  sqrt: each(Math.sqrt),
  sin: each(Math.sin),
  cos: each(Math.cos),
  absolute: each(Math.abs),
  sign: each(Math.sign),
  rint: each(rounded),
  add: each((a, b) => a + b),
  subtract: each((a, b) => a - b),
  multiply: each((a, b) => a * b),
  divide: each((a, b) => a / b),
  power: each((a, b) => a ** b),
  maximum: each(larger),
  minimum: each(smaller),
  greater: each((a, b) => a > b),
  greater_equal: each((a, b) => a >= b),
  less: each((a, b) => a < b),
  less_equal: each((a, b) => a <= b),
  equal: each((a, b) => a === b),
  not_equal: each((a, b) => a !== b),
  logical_not: each((a) => !a),
  logical_and: each((a, b) => a && b),
  logical_or: each((a, b) => a || b),
  where: each((condition, a, b) => (condition ? a : b)),
  sigmoid: each((a) => 1 / (1 + Math.exp(-a))),
  relu: each((a) => larger(a, 0)),
  tanh: each(Math.tanh),
  softplus: each((a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)))),
  identity: ([x]) => x,
  cast: ([x], { dtype }) => array(x.shape, dtype.startsWith("float") ? x.data : x.data.map(Math.trunc)),
  one_hot: ([labels], { classes }) =>
    each((label, k) => label === k)([
      array([...labels.shape, 1], labels.data),
      array(
        [classes],
        Float32Array.from({ length: classes }, (_, k) => k),
      ),
    ]),
  softmax: rows((row) => logSoftmax(row).map(Math.exp)),
  log_softmax: rows(logSoftmax),
  sum: along(0, (total, v) => total + v),
  mean: along(0, share),
  max: along(-Infinity, larger),
  min: along(Infinity, smaller),
  argmax,
  matmul,
  reshape,
  transpose,
  cut,
  take,
  concatenate,
  pad,
  convolve,
  convolve_transposed: convolveTransposed,
  max_pool: pool(-Infinity, larger),
  average_pool: pool(0, share),
  uniform: drawn(Math.random),
  normal: drawn(normal),
};

/** Return a program's outputs, [[label, array], ...]. `arrays` holds its parameters and constants by name. */
function run(program, arrays, ...inputs) {
  const found = new Map(Object.entries(arrays));
  for (const [i, { name }] of program.inputs.entries()) found.set(name, inputs[i]);
  const examples = inputs.find((_, i) => program.inputs[i].shape[0] === null)?.shape[0];
  for (const { type, inputs: names, settings, output } of program.operations) {
    const { shape } = settings;
    const given = shape ? { ...settings, shape: shape.map((n) => n ?? examples) } : settings;
    found.set(
      output,
      OPERATIONS[type](
        names.map((name) => found.get(name)),
        given,
      ),
    );
  }
  return program.outputs.map(([label, name]) => [label, found.get(name)]);
}
