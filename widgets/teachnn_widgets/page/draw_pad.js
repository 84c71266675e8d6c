// Answers the pad's page: what each function makes of the drawing.

ANSWERS.DrawPad = (model, functions, { DIGIT, SIDE }) => {
  function answer() {
    const { buffer, byteOffset, byteLength } = model.get("ink");
    const drawn = asDigit(new Uint8Array(buffer, byteOffset, byteLength), SIDE, DIGIT);
    const [answers, pictures] = [[], []];
    for (const [name, f] of Object.entries(functions)) {
      const outputs = f([1, DIGIT, DIGIT], drawn);
      outputs.forEach(({ shape, data }, i) => {
        const title = outputs.length > 1 ? `${name} ${i + 1}` : name;
        if (shape.length === 2) answers.push({ name: title, row: [...data].map((v) => Number(v.toFixed(4))) });
        else {
          answers.push({ name: title, size: [shape[1], shape[2], shape[3] ?? 1] });
          pictures.push(...pixels(data));
        }
      });
    }
    model.put({ digit: pixels(drawn), answers, pictures: Uint8Array.from(pictures) });
  }
  return { ink: answer };
};
