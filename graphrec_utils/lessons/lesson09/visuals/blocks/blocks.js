// The blocks of a batch, two layers: contents, layer 1, batch. Each pin stands once in a column, at a place. A counter
// says how many contents are read, and how many a tree would read, pin by pin as the batch grows.
// State: pins (those that can be in the batch), batch (ids), near (id -> ids it hears), rows (the most there are
// in a column), layers (names), picked ([column, place]).

import { count, frame, h, list, roving, s } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const [pins, near, rows, layers] = ["pins", "near", "rows", "layers"].map((x) => model.get(x));
  const { body, controls, say } = frame(el, {
    label: "The blocks of a batch",
    help: "Put pins into the batch, and pick a box by mouse or with the arrow keys: what it is computed from lights up, dashes lead to its own vector.",
  });
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  let turned = ""; // what the pin just put in, or taken out, has changed
  const boxes = pins.map((pin) => {
    const box = h("input", { type: "checkbox" });
    box.addEventListener("change", () => {
      const before = model.get("batch");
      const after = pins.filter((x) => (x === pin ? box.checked : before.includes(x)));
      const more = sample(after)[0][0].length - sample(before)[0][0].length;
      const tree = treeOf(after) - treeOf(before);
      turned = box.checked
        ? `Pin ${pin} put in: ${more ? count(more, "content") + " more" : "no content more, all were there"}; a tree reads ${tree} more. `
        : `Pin ${pin} taken out: ${-more} fewer; a tree reads ${-tree} fewer. `;
      if (box.checked) model.set("picked", [2, after.indexOf(pin)]); // its whole tree lights up
      put("batch", after);
      turned = "";
    });
    return box;
  });
  controls.prepend("In the batch:", ...pins.map((pin, k) => h("label", { class: "gr-slider gr-block-choice" }, boxes[k], ` pin ${pin}`)));

  const [width, top, wide] = [430, 28, 108];
  const [step, tall] = matchMedia("(max-width: 600px)").matches ? [32, 29] : [25, 22]; // large enough for a thumb
  const middle = [56, 215, 374];
  const height = top + rows * step;
  const y = (place) => top + place * step + step / 2;
  const svg = s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": "places" });

  // ---- the counter: contents of the first pins of the batch, in blocks and as a tree
  const size = (pin) => 1 + near[pin].length;
  const sum = (values) => values.reduce((a, x) => a + x, 0);
  // as a tree, every vector would be computed for each that hears it
  const treeOf = (batch) => sum(batch.map((pin) => size(pin) + sum(near[pin].map(size))));
  const [broad, deep, left] = [204, 150, 30];
  const most = Math.max(1, treeOf(pins));
  const px = (k) => left + 10 + ((broad - left - 20) * k) / Math.max(1, pins.length);
  const py = (value) => deep - 22 - ((deep - 34) * value) / most;
  const counter = h("div", { class: "gr-block-counter" });
  const growth = { tree: s("polyline", { class: "gr-block-tree" }), block: s("polyline", { class: "gr-block-block" }) };
  const marks = s("g", {});
  const chart = s("svg", { viewBox: `0 0 ${broad} ${deep}`, width: broad, height: deep, role: "img" },
    s("line", { x1: left, x2: broad, y1: py(0), y2: py(0), class: "gr-block-axis" }),
    ...[0, most].map((x) => s("text", { x: left - 6, y: py(x) + 5, "text-anchor": "end" }, x)),
    ...Array.from({ length: pins.length + 1 }, (_, k) => s("text", { x: px(k), y: deep - 4, "text-anchor": "middle" }, k)),
    ...Object.values(growth), marks);

  const title = h("summary", {});
  const lines = h("tbody", {});
  const heads = ["place", "pin", "hears places", "pins"].map((x) => h("th", { scope: "col" }, x));
  const table = h("table", { class: "gr-block-table", "aria-label": "edges of the block" }, h("thead", {}, h("tr", {}, ...heads)), lines);
  body.append(
    svg,
    h("div", { class: "gr-block-side" }, h("div", { class: "gr-title" }, "contents to read"), counter,
      h("div", {}, "over the pins in the batch"), chart, h("details", {}, title, h("div", { class: "gr-block-scroll" }, table))),
  );

  // columns from the outside in; heard[c] has, for each place of column c + 1, its places in column c
  let columns = [[], [], []];
  let heard = [[], []];
  let nodes = [[], [], []];
  let edges = [];
  const sample = (batch) => {
    const [found, edges_] = [[[], [], [...batch]], [[], []]];
    for (const c of [1, 0]) {
      const source = [...found[c + 1]];
      edges_[c] = found[c + 1].map((pin) =>
        near[pin].map((other) => {
          if (!source.includes(other)) source.push(other);
          return source.indexOf(other);
        }),
      );
      found[c] = source;
    }
    return [found, edges_];
  };
  const grow = () => {
    const batch = model.get("batch");
    const firsts = Array.from({ length: batch.length + 1 }, (_, k) => batch.slice(0, k));
    const sizes = { tree: firsts.map(treeOf), block: firsts.map((x) => sample(x)[0][0].length) };
    for (const [kind, values] of Object.entries(sizes)) growth[kind].setAttribute("points", values.map((x, k) => `${px(k)},${py(x)}`).join(" "));
    const [k, tree, block] = [batch.length, sizes.tree.at(-1), sizes.block.at(-1)];
    marks.replaceChildren(
      s("rect", { x: px(k) - 5, y: py(tree) - 5, width: 10, height: 10, class: "gr-block-mark-tree" }),
      s("circle", { cx: px(k), cy: py(block), r: 6, class: "gr-block-mark-block" }),
    );
    counter.replaceChildren("tree ", h("b", { class: "gr-block-of-tree" }, String(tree)), ", block ", h("b", { class: "gr-block-of-block" }, String(block)));
    chart.setAttribute("aria-label", "with each pin put in, as a tree and in the block: " + sizes.tree.map((x, j) => `${x} and ${sizes.block[j]}`).join(", "));
    return tree;
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
    const batch = model.get("batch");
    [columns, heard] = sample(batch);
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
      s("rect", { class: "gr-block-box", x: middle[c] - wide / 2, y: y(place) - tall / 2, width: wide, height: tall, rx: 3 }),
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
    const tree = grow();
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
    // lit: what the place is computed from and, of a content, who uses it; the others stand back
    const onward = edges.filter((e) => e.c === c && e.source === place);
    for (const e of edges) e.line.classList.toggle("gr-block-lit", used.has(e) || onward.includes(e));
    nodes.forEach((column, k) => column.forEach((node, at) => {
      const mine = k === c && at === place;
      node.classList.toggle("gr-block-picked", mine);
      node.classList.toggle("gr-block-used", [...used].some((e) => e.c === k && e.source === at));
      const lit = mine || onward.some((e) => k === c + 1 && e.target === at) || node.classList.contains("gr-block-used");
      node.classList.toggle("gr-block-back", !lit);
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

    const name = (k) => `${columns[c - 1][k]} (place ${k})`;
    const from = c ? heard[c - 1][place] : [];
    const users = edges.filter((e) => e.c === c && e.source === place).map((e) => columns[c + 1][e.target]);
    const told = c
      ? `computed from its own vector (place ${place})${from.length ? ` and from ${list(from.map(name))}` : "; it hears nobody"}.`
      : `read once, used by ${users.length > 1 ? "pins" : "pin"} ${list(users)} of layer 1.`;
    say(
      `${turned}${count(columns[0].length, "content")} to read; as a tree it would be ${tree}. ` +
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
