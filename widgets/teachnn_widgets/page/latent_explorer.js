// Answers the explorer's page: the picture at z, where a picture is encoded, a random point, the plane row by row.

ANSWERS.LatentExplorer = (model, { decode, encode, classify }, { REACH, SIDE }) => {
  const dimensions = model.get("dimensions");
  const [height, width, channels] = model.get("shape");
  const side = model.get("side");
  const shape = channels > 1 ? [1, height, width, channels] : [1, height, width];
  const move = (z, mean = [], spread = []) => {
    model.put({ mean, spread, z: z.map((v) => Number(v.toFixed(3))) });
    look();
  };
  const others = () =>
    JSON.stringify([model.get("axes"), model.get("z").filter((_, d) => !model.get("axes").includes(d))]);
  let painted = model.get("plane").byteLength ? others() : "";
  let painting = 0;

  function look() {
    const [picture] = decode([1, dimensions], Float32Array.from(model.get("z")));
    const likely = classify ? [...classify(shape, picture.data)[0].data] : [];
    model.put({ image: pixels(picture.data), likely });
    if (others() !== painted) paintPlane();
  }
  function paintPlane() {
    painted = others();
    cancelAnimationFrame(painting);
    const plane = new Uint8Array(side * side * height * width * channels);
    painting = requestAnimationFrame(() => paintRow(0, plane));
  }
  /** A row of pictures a frame, so that no slider waits for the whole plane. */
  function paintRow(row, plane) {
    const [x, y] = model.get("axes");
    const centre = (i) => ((i + 0.5) / side) * 2 * REACH - REACH;
    const points = Array.from({ length: side }, (_, i) => {
      const z = [...model.get("z")];
      z[y] = -centre(row);
      z[x] = centre(i);
      return z;
    });
    const [pictures] = decode([side, dimensions], Float32Array.from(points.flat()));
    const grey = pixels(pictures.data);
    const line = width * channels;
    for (let i = 0; i < side; i++)
      for (let h = 0; h < height; h++)
        plane.set(
          grey.subarray((i * height + h) * line, (i * height + h + 1) * line),
          ((row * height + h) * side + i) * line,
        );
    if (row + 1 < side) painting = requestAnimationFrame(() => paintRow(row + 1, plane));
    else model.put({ plane });
  }
  function encoded(numbers) {
    if (!numbers.some((v) => v)) return;
    const [mean, logVariance] = encode(shape, numbers);
    move([...mean.data], [...mean.data], logVariance ? [...logVariance.data].map((v) => Math.exp(v / 2)) : []);
  }
  const view = (name) => new Uint8Array(model.get(name).buffer, model.get(name).byteOffset, model.get(name).byteLength);
  const size = height * width * channels;
  if (!painted) paintPlane();
  return {
    z: look,
    axes: look,
    samples: () => move(Array.from({ length: dimensions }, normal)),
    picked: () => {
      const i = model.get("picked");
      if (i >= 0) encoded(Float32Array.from(view("gallery").subarray(i * size, (i + 1) * size), (v) => v / 255));
    },
    ink: () => encoded(asDigit(view("ink"), SIDE, height)),
  };
};
