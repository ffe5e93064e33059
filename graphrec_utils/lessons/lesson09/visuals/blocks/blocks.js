// The blocks of a batch, two layers: contents, layer 1, batch. Each pin stands once in a column, at a place.
// State: pins (those that can be in the batch), batch (ids), near (id -> ids it hears), rows (the most there are
// in a column), layers (names), picked ([column, place]).

import { count, frame, h, list, roving, s } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const [pins, near, rows, layers] = ["pins", "near", "rows", "layers"].map((x) => model.get(x));
  const { body, controls, say } = frame(el, {
    label: "The blocks of a batch",
    help: "Put pins into the batch. Pick a place by mouse or with the arrow keys: lines show what it is computed from, dashes its own vector.",
  });
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const boxes = pins.map((pin) => {
    const box = h("input", { type: "checkbox" });
    box.addEventListener("change", () => put("batch", pins.filter((x) => (x === pin ? box.checked : model.get("batch").includes(x)))));
    return box;
  });
  controls.prepend("In the batch:", ...pins.map((pin, k) => h("label", { class: "gr-slider" }, boxes[k], ` pin ${pin}`)));

  const [width, step, top, wide] = [430, 25, 28, 108];
  const middle = [56, 215, 374];
  const height = top + rows * step;
  const y = (place) => top + place * step + step / 2;
  const svg = s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": "places" });
  const title = h("div", { class: "gr-title" });
  const lines = h("tbody", {});
  const heads = ["place", "pin", "hears places", "pins"].map((x) => h("th", { scope: "col" }, x));
  const table = h("table", { class: "gr-block-table", "aria-label": "edges of the block" }, h("thead", {}, h("tr", {}, ...heads)), lines);
  body.append(svg, h("div", {}, title, table));

  // columns from the outside in; heard[c] has, for each place of column c + 1, its places in column c
  let columns = [[], [], []];
  let heard = [[], []];
  let nodes = [[], [], []];
  let edges = [];
  const sample = () => {
    columns = [[], [], [...model.get("batch")]];
    for (const c of [1, 0]) {
      const source = [...columns[c + 1]];
      heard[c] = columns[c + 1].map((pin) =>
        near[pin].map((other) => {
          if (!source.includes(other)) source.push(other);
          return source.indexOf(other);
        }),
      );
      columns[c] = source;
    }
  };
  const settle = roving(svg, () => {
    const longest = Math.max(1, columns[0].length);
    return Array.from({ length: longest }, (_, k) => nodes.map((column) => column[k] ?? null));
  });
  svg.addEventListener("focusin", (event) => {
    const c = nodes.findIndex((column) => column.includes(event.target));
    if (c >= 0) put("picked", [c, nodes[c].indexOf(event.target)]);
  });

  const build = () => {
    sample();
    const batch = model.get("batch");
    boxes.forEach((box, k) => (box.checked = batch.includes(pins[k])));
    edges = [0, 1].flatMap((c) => columns[c + 1].flatMap((_, target) => [target, ...heard[c][target]].map((source, k) => ({
      c, source, target,
      line: s("line", {
        x1: middle[c] + wide / 2, x2: middle[c + 1] - wide / 2, y1: y(source), y2: y(target),
        class: `gr-block-edge${k ? "" : " gr-block-own"}`,
      }),
    }))));
    nodes = columns.map((column, c) => column.map((pin, place) => s(
      "g",
      { class: `gr-block-node gr-block-${c}`, role: "button", tabindex: -1, "aria-label": `${layers[c]}, place ${place}, pin ${pin}`,
        onclick: () => put("picked", [c, place]) },
      s("rect", { class: "gr-block-box", x: middle[c] - wide / 2, y: y(place) - 10, width: wide, height: 20, rx: 3 }),
      s("text", { class: "gr-block-place", x: middle[c] - wide / 2 + 6, y: y(place) + 5 }, String(place)),
      s("text", { x: middle[c] + wide / 2 - 6, y: y(place) + 5, "text-anchor": "end" }, `pin ${pin}`),
    )));
    svg.replaceChildren(
      ...columns.map((column, c) => s("text", { x: middle[c], y: 16, "text-anchor": "middle" }, `${layers[c]}: ${column.length}`)),
      ...edges.map((edge) => edge.line),
      ...nodes.flat(),
    );
    mark();
  };

  function mark() {
    let [c, place] = model.get("picked");
    if (!columns[2].length) {
      title.textContent = "no edges";
      lines.replaceChildren();
      return say("An empty batch needs nothing.");
    }
    place = Math.min(place, columns[c].length - 1);
    const into = edges.filter((e) => e.c === c - 1 && e.target === place);
    const used = new Set(into);
    for (const e of into) for (const f of edges) if (f.c === e.c - 1 && f.target === e.source) used.add(f);
    for (const e of edges) e.line.classList.toggle("gr-block-used", used.has(e));
    nodes.forEach((column, k) => column.forEach((node, at) => {
      const mine = k === c && at === place;
      node.classList.toggle("gr-block-picked", mine);
      node.classList.toggle("gr-block-used", [...used].some((e) => e.c === k && e.source === at));
      node.setAttribute("aria-pressed", String(mine));
    }));
    settle(nodes[c][place]);

    const b = Math.max(0, c - 1);
    title.textContent = `edges of the ${["outer", "inner"][b]} block`;
    lines.replaceChildren(...columns[b + 1].map((pin, target) => {
      const sources = heard[b][target];
      const bold = c ? target === place : sources.includes(place);
      const cells = [target, pin, sources.join(", ") || "none", sources.map((x) => columns[b][x]).join(", ")];
      return h("tr", { class: bold ? "gr-block-used" : null }, ...cells.map((x) => h("td", {}, String(x))));
    }));

    // as a tree, every vector would be computed for each that hears it
    const size = (pin) => 1 + near[pin].length;
    const sum = (values) => values.reduce((a, x) => a + x, 0);
    const tree = sum(columns[2].map((pin) => size(pin) + sum(near[pin].map(size))));
    const name = (k) => `${columns[c - 1][k]} (place ${k})`;
    const from = c ? heard[c - 1][place] : [];
    const users = edges.filter((e) => e.c === c && e.source === place).map((e) => columns[c + 1][e.target]);
    const told = c
      ? `computed from its own vector (place ${place})${from.length ? ` and from ${list(from.map(name))}` : "; it hears nobody"}.`
      : `read once, used by ${users.length > 1 ? "pins" : "pin"} ${list(users)} of layer 1.`;
    say(
      `${count(columns[0].length, "content")} to read; as a tree it would be ${tree}. ` +
        `Place ${place} of ${c === 1 ? "" : "the "}${layers[c]} is pin ${columns[c][place]}: ${told}`,
    );
  }
  model.on("change:batch", build);
  model.on("change:picked", mark);
  build();
  return () => {
    model.off("change:batch", build);
    model.off("change:picked", mark);
  };
}

export default { render };
