// GraphSAGE's sampler: all that one user could hear, in gray, and of it what was drawn; how much the mean varies.
// State: tables ([size][draw][node] -> ids), columns (ids at distance 0, 1 and 2), near (id -> all its neighbors),
// users (ids below are users), target, sizes, first and second (places in sizes), draw, spread and formula (the
// variance of the mean for each size), often ([size][item] -> the share of tries that drew it), nodes (of the graph), degree, yours (is it a student's sampler).

import { button, count, frame, h, roving, s, slider, travel } from "../../../../plots/visuals/base/base.js";
import { nearest, pull } from "../../../../plots/visuals/base/pull.js";

function render({ model, el }) {
  const [tables, columns, near, users, target, sizes, spread, formula, often, nodes, degree] = [
    "tables", "columns", "near", "users", "target", "sizes", "spread", "formula", "often", "nodes", "degree",
  ].map((x) => model.get(x));
  const { body, controls, say } = frame(el, {
    label: "The tree of drawn neighbors",
    help: "Pull in the bars, or use the sliders: how many neighbors are drawn? A button draws anew. Press an item, or reach it with the arrow keys, to see all that it could hear (gray).",
  });
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const name = (v) => (v < users ? `u${v}` : `i${v - users}`);
  const show = (x) => x.toFixed(2);
  const draws = tables[0].length;

  // ---- left: the whole neighborhood, each node once in a column
  const [width, height, xs] = [400, Math.max(250, Math.min(350, 14 * Math.max(...columns.map((x) => x.length)))), [28, 190, 350]];
  const y = (k, n) => (n === 1 ? height / 2 : 42 + (k * (height - 52)) / (n - 1));
  const places = columns.map((column, c) => new Map(column.map((v, k) => [v, [xs[c], y(k, column.length)]])));
  const line = ([x1, y1], [x2, y2], kind) => s("line", { x1, y1, x2, y2, class: kind });
  const all = columns.slice(0, 2).flatMap((column, c) =>
    column.flatMap((v) => (near[v] ?? []).map((w) => ({ c, v, node: line(places[c].get(v), places[c + 1].get(w), "gr-tree-edge") }))),
  );
  const shapes = places.map((column) => new Map([...column].map(([v, [x, at]]) => [
    v,
    v < users ? s("circle", { cx: x, cy: at, r: 5.5 }) : s("rect", { x: x - 5, y: at - 5, width: 10, height: 10 }),
  ])));
  const lit = s("g", {});
  const names = s("g", {});
  const marks = shapes.flatMap((column) => [...column.values()]);
  let asked = null; // an item that was pressed
  const gap = Math.min(30, columns[1].length > 1 ? places[1].get(columns[1][1])[1] - places[1].get(columns[1][0])[1] : 30);
  const spots = columns[1].map((v) => {
    const [x, at] = places[1].get(v);
    const ask = () => {
      asked = v;
      draw();
    };
    return s("g", { role: "button", tabindex: -1, class: "gr-tree-spot", "aria-label": `item ${name(v)}`, onclick: ask,
      onfocus: (event) => event.target.matches(":focus-visible") && ask() }, s("rect", { x: x - 40, y: at - gap / 2, width: 52, height: gap }));
  });
  const heads = [["layer 2", 2, "start"], ["layer 1: items", 190, "middle"], ["layer 0: users", 398, "end"]].map(([text, x, anchor]) =>
    s("text", { x, y: 14, "text-anchor": anchor, class: "gr-tree-head" }, text));
  const svg = s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "group" }, ...heads, ...all.map((x) => x.node), lit, ...marks, names, ...spots);

  roving(svg, () => spots.map((x) => [x]), spots[0]);

  // ---- right: bars of the variance, and of how often each item was drawn
  const [wide, high, left] = [262, 160, 40];
  const axes = (top, high) => (value) => high - 26 - ((high - 38) * value) / top;
  const most = Math.max(...spread, ...formula, 0.01);
  const py = axes(most, high);
  const step = (wide - left) / sizes.length;
  const bars = sizes.map((_, k) =>
    s("rect", { x: left + k * step + 8, y: py(spread[k]), width: step - 16, height: high - 26 - py(spread[k]), class: "gr-tree-bar" }),
  );
  const ground = (at) => s("line", { class: "gr-tree-axis", x1: left, x2: wide, y1: at, y2: at });
  const chart = s(
    "svg",
    { viewBox: `0 0 ${wide} ${high}`, width: wide, height: high, role: "img" },
    ground(py(0)),
    ...[0, most].map((value) => s("text", { x: left - 5, y: py(value) + 5, "text-anchor": "end" }, value ? show(value) : "0")),
    ...bars,
    ...sizes.map((_, k) => s("line", { class: "gr-tree-formula", x1: left + k * step + 3, x2: left + (k + 1) * step - 3, y1: py(formula[k]), y2: py(formula[k]) })),
    ...sizes.map((S, k) => s("text", { x: left + (k + 0.5) * step, y: high - 6, "text-anchor": "middle" }, `S = ${S}`)),
  );
  pull(chart, (x) => {
    const k = nearest(sizes.map((_, j) => left + (j + 0.5) * step), x);
    if (k !== model.get("first")) put("first", k);
  });
  const low = 110;
  let qy = axes(1, low); // as high as it takes to compare the bars with what is fair
  const slot = (wide - left) / often[0].length;
  const shares = often[0].map((_, k) => s("rect", { x: left + k * slot + 1, width: Math.max(2, slot - 2), class: "gr-item" }));
  const fair = s("line", { class: "gr-tree-formula", x1: left, x2: wide });
  const highest = s("text", { x: left - 5, y: qy(1) + 5, "text-anchor": "end" });
  const tally = s("svg", { viewBox: `0 0 ${wide} ${low}`, width: wide, height: low, role: "img" },
    ground(qy(0)), ...shares, fair,
    s("text", { x: left - 5, y: qy(0) + 5, "text-anchor": "end" }, 0), highest,
    s("text", { x: (left + wide) / 2, y: low - 6, "text-anchor": "middle" }, "items, top to bottom"));
  const titled = (text, node) => [h("div", { class: "gr-title" }, text), node];
  body.append(
    h("div", {}, svg),
    h("div", { class: "gr-tree-side" }, ...titled("variance of the mean of S; dashes: the formula", chart),
      ...(model.get("yours") ? titled("how often yours drew each item; dashes: fair", tally) : [])),
  );

  // ---- controls
  const sliderOf = (text, key) => slider(text, { min: 0, max: sizes.length - 1, value: model.get(key) }, (k) => put(key, k));
  const [inner, outer] = [sliderOf("S of the target", "first"), sliderOf("S of its neighbors", "second")];
  // a slider counts places; what is read beside it, and aloud, is the value
  const valued = (one, place, value) => {
    one.set(place);
    one.node.querySelector("output").textContent = value;
    one.node.querySelector("input").setAttribute("aria-valuetext", value);
  };
  let trips = [];
  let before = model.get("first"); // who pulls in the bars of the variance hears of the variance
  const again = button("Draw again", () => {
    put("draw", (model.get("draw") + 1) % draws);
    travel(svg, trips);
  });
  controls.prepend(inner.node, outer.node, again);

  const draw = () => {
    const [a, b, k] = [model.get("first"), model.get("second"), model.get("draw")];
    const first = tables[a][k][target];
    const edges = first.map((v) => [0, target, v]).concat(first.flatMap((v) => tables[b][k][v].map((w) => [1, v, w])));
    const ends = ([c, v, w]) => [places[c].get(v), places[c + 1].get(w)];
    const stray = ([, v, w]) => !(near[v] ?? []).includes(w);
    lit.replaceChildren(...edges.map((edge) => line(...ends(edge), stray(edge) ? "gr-tree-stray" : "gr-tree-lit")));
    const shown = new Set([target, ...(asked === null ? first : [asked])]);
    for (const { v, node } of all) node.classList.toggle("gr-tree-near", shown.has(v));
    trips = edges.map((edge) => [...ends(edge), edge[1] < users ? "gr-user" : "gr-item"]);
    const met = shapes.map(() => new Map());
    met[0].set(target, 1);
    for (const [c, , w] of edges) met[c + 1].set(w, (met[c + 1].get(w) ?? (w === target ? 1 : 0)) + 1);
    shapes.forEach((column, c) => {
      for (const [v, node] of column) {
        const times = met[c].get(v) ?? 0;
        node.setAttribute("class", !times ? "gr-tree-all" : `${v < users ? "gr-user" : "gr-item"}${times > 1 ? " gr-tree-again" : ""}`);
      }
    });
    let below = -99; // where many are lit, not each has room for its name
    const about = asked;
    const named = met.map((column, c) => columns[c].filter((v) => {
      if (!column.has(v)) return c === 1 && v === about;
      const at = places[c].get(v)[1];
      if (c < 2) return true;
      if (at - below < 13) return false;
      below = at;
      return true;
    }));
    names.replaceChildren(...named.flatMap((column, c) => column.map((v) => {
      const [x, at] = places[c].get(v);
      return c ? s("text", { x: x + 9 * (2 * c - 3), y: at + 5, "text-anchor": c < 2 ? "end" : "start" }, name(v)) : s("text", { x, y: at - 9, "text-anchor": "middle" }, name(v));
    })));
    bars.forEach((bar, n) => bar.classList.toggle("gr-tree-off", n !== a));
    const right = Math.min(1, sizes[a] / degree);
    const rim = Math.min(1, Math.ceil(13 * Math.max(right, ...often[a])) / 10);
    qy = axes(rim, low);
    highest.textContent = rim;
    shares.forEach((bar, n) => {
      bar.setAttribute("y", qy(often[a][n]));
      bar.setAttribute("height", qy(0) - qy(often[a][n]));
    });
    for (const end of ["y1", "y2"]) fair.setAttribute(end, qy(right));
    valued(inner, a, sizes[a]);
    valued(outer, b, sizes[b]);
    const seen = new Set(edges.map(([, , w]) => w)).add(target);
    const wrong = edges.filter(stray).length;
    const twice = 1 + edges.length - seen.size;
    const told = `${count(1 + edges.length, "place")} in the tree, ${count(seen.size, "different node")} of ${nodes}` +
      (twice ? `: ${twice} met again (outlined)` : "");
    const place = about === null ? -1 : near[target].indexOf(about);
    spots.forEach((spot, j) => spot.classList.toggle("gr-tree-asked", columns[1][j] === about));
    asked = null;
    if (about !== null) say(
      `${name(about)}: ${count((near[about] ?? []).length, "user")} could be heard through it. ` +
        (first.includes(about) ? `It is drawn, and of its users ${tables[b][k][about].length} are. ` : "It is not drawn this time. ") +
        (place < 0 ? "" : `Of 100 tries it comes in ${Math.round(100 * often[a][place])}; fair: ${Math.round(100 * Math.min(1, sizes[a] / degree))}.`),
    );
    else if (a !== before) say(
      `S = ${sizes[a]}: the variance of the mean is ${spread[a].toFixed(3)}${a && sizes[0] === 1 ? `, with one neighbor ${spread[0].toFixed(3)}` : ""}. ` +
        `${sizes[a] < degree ? "What is left is the luck of the draw" : "All are heard: nothing is left to luck"}. ${told}.`,
    );
    else say(
      `Draw ${k + 1} of ${draws}: at most ${sizes[a]} of ${degree} items, then at most ${sizes[b]} users each. ${told}. ` +
        (wrong ? `${count(wrong, "line")} to somebody who is no neighbor!` : ""),
    );
    before = a;
    svg.setAttribute("aria-label", `tree of ${name(target)}, lit in its whole neighborhood: ${told}`);
    chart.setAttribute("aria-label", `variance with S = ${sizes[a]}: measured ${show(spread[a])}, formula ${show(formula[a])}`);
    const [least, top] = [Math.min(...often[a]), Math.max(...often[a])].map(show);
    tally.setAttribute("aria-label", `each item is drawn in ${least} to ${top} of the tries; fair: ${show(right)}`);
  };
  const watched = ["first", "second", "draw"];
  for (const key of watched) model.on(`change:${key}`, draw);
  draw();
  return () => {
    for (const key of watched) model.off(`change:${key}`, draw);
  };
}

export default { render };
