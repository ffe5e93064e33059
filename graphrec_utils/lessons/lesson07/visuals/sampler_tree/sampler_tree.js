// GraphSAGE's sampler: the tree of one user's drawn neighbors, the nodes that it touches, and how much the mean varies.
// State: tables ([size][draw][node] -> ids), users (ids below are users), target, sizes, first and second (places
// in sizes), draw, spread and formula (the variance of the mean for each size), nodes (of the graph), degree.

import { button, count, frame, h, moves, s, slider } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const [tables, users, target, sizes, spread, formula, nodes, degree] = [
    "tables", "users", "target", "sizes", "spread", "formula", "nodes", "degree",
  ].map((x) => model.get(x));
  const { root, body, controls, say } = frame(el, {
    label: "The tree of drawn neighbors",
    help: "Sliders (arrow keys work) set how many neighbors are drawn in each layer; a button draws anew.",
  });
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const name = (v) => (v < users ? `u${v}` : `i${v - users}`);
  const show = (x) => x.toFixed(2);
  const draws = tables[0].length;

  // ---- left: the tree
  const [width, height, columns] = [400, 300, [24, 170, 330]];
  const svg = s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img" });
  const shape = (v, x, y, again) => {
    const kind = `${v < users ? "gr-user" : "gr-item"}${again ? " gr-tree-again" : ""}`;
    return v < users ? s("circle", { cx: x, cy: y, r: 6, class: kind }) : s("rect", { x: x - 6, y: y - 6, width: 12, height: 12, class: kind });
  };
  const line = (x1, y1, x2, y2) => s("line", { x1, y1, x2, y2, class: "gr-tree-edge" });

  // ---- right: bars
  const [wide, high, left] = [250, 200, 40];
  const most = Math.max(...spread, ...formula, 0.01);
  const py = (y) => high - 26 - ((high - 44) * y) / most;
  const step = (wide - left) / sizes.length;
  const bars = sizes.map((_, k) =>
    s("rect", { x: left + k * step + 8, y: py(spread[k]), width: step - 16, height: high - 26 - py(spread[k]), class: "gr-tree-bar" }),
  );
  const chart = s(
    "svg",
    { viewBox: `0 0 ${wide} ${high}`, width: wide, height: high, role: "img" },
    s("line", { class: "gr-tree-axis", x1: left, x2: wide, y1: py(0), y2: py(0) }),
    ...[0, most].map((y) => s("text", { x: left - 5, y: py(y) + 5, "text-anchor": "end" }, y ? show(y) : "0")),
    ...bars,
    ...sizes.map((_, k) => s("line", { class: "gr-tree-formula", x1: left + k * step + 3, x2: left + (k + 1) * step - 3, y1: py(formula[k]), y2: py(formula[k]) })),
    ...sizes.map((S, k) => s("text", { x: left + (k + 0.5) * step, y: high - 6, "text-anchor": "middle" }, `S = ${S}`)),
  );
  body.append(
    h("div", {}, h("div", { class: "gr-title" }, "layer 2, layer 1, layer 0"), svg),
    h("div", {}, h("div", { class: "gr-title" }, "variance of the mean (dashes: formula)"), chart),
  );

  // ---- controls
  const sliderOf = (text, key) => slider(`${text}: ${sizes.join(", ")}; place`, { min: 0, max: sizes.length - 1, value: model.get(key) }, (k) => put(key, k));
  const inner = sliderOf("S of the target", "first");
  const outer = sliderOf("S of its neighbors", "second");
  controls.prepend(inner.node, outer.node, button("Draw again", () => put("draw", (model.get("draw") + 1) % draws)));
  moves(root);

  const draw = () => {
    const [a, b, k] = [model.get("first"), model.get("second"), model.get("draw")];
    const first = tables[a][k][target];
    const second = first.map((v) => tables[b][k][v]);
    const leaves = second.reduce((sum, row) => sum + Math.max(1, row.length), 0) + first.length - 1;
    const gap = (height - 32) / Math.max(1, leaves - 1);
    const seen = new Set([target]);
    const parts = [];
    const marks = [];
    let y = 20;
    const middle = height / 2;
    const text = (v, x, at) => s("text", { x: x + 10, y: at + 5 }, name(v));
    const above = (v, x, at) => s("text", { x, y: at - 10, "text-anchor": "middle" }, name(v));
    const labeled = gap >= 13;
    first.forEach((v, n) => {
      const rows = second[n];
      const places = Array.from({ length: Math.max(1, rows.length) }, (_, j) => y + j * gap);
      y = places.at(-1) + 2 * gap;
      const at = (places[0] + places.at(-1)) / 2;
      parts.push(line(columns[0], middle, columns[1], at));
      marks.push(shape(v, columns[1], at, seen.has(v)), above(v, columns[1], at));
      seen.add(v);
      rows.forEach((w, j) => {
        parts.push(line(columns[1], at, columns[2], places[j]));
        marks.push(shape(w, columns[2], places[j], seen.has(w)));
        if (labeled) marks.push(text(w, columns[2], places[j]));
        seen.add(w);
      });
    });
    svg.replaceChildren(...parts, ...marks, shape(target, columns[0], middle, false), s("text", { x: columns[0] - 8, y: middle + 24 }, name(target)));
    bars.forEach((bar, n) => bar.classList.toggle("gr-tree-off", n !== a));
    inner.set(a);
    outer.set(b);
    const places = 1 + first.length + second.reduce((sum, row) => sum + row.length, 0);
    const told = `${count(places, "place")} in the tree, ${count(seen.size, "different node")} of ${nodes}`;
    say(
      `Draw ${k + 1} of ${draws}: at most ${sizes[a]} of ${degree} items, then at most ${sizes[b]} users each. ${told}. ` +
        `Variance of the mean ${show(spread[a])}, by the formula ${show(formula[a])}.`,
    );
    svg.setAttribute("aria-label", `tree of ${name(target)}: ${told}`);
    chart.setAttribute("aria-label", `variance with S = ${sizes[a]}: measured ${show(spread[a])}, formula ${show(formula[a])}`);
  };
  const watched = ["first", "second", "draw"];
  for (const key of watched) model.on(`change:${key}`, draw);
  draw();
  return () => {
    for (const key of watched) model.off(`change:${key}`, draw);
  };
}

export default { render };
