// Stored edges as arrows: choose the directions, put the value 1 on a node, step through the layers.
// State: users, items (names), likes (rows of 0 and 1), layers (how far), way ("both", "to items",
// "to users"), source (a node), step (a number).

import { button, frame, h, list, player, roving, s, travel } from "../../../../plots/visuals/base/base.js";

const WAYS = { both: "both directions", "to items": "user → item only", "to users": "item → user only" };

function render({ model, el }) {
  const users = model.get("users");
  const items = model.get("items");
  const likes = model.get("likes");
  const last = model.get("layers");
  const m = users.length;
  const names = [...users, ...items];
  const number = (x) => (x === 0 ? "0" : x.toFixed(2));

  const { root, body, controls, say } = frame(el, {
    label: "Which messages flow",
    help: "Click a node, or move with the arrow keys and press Enter, to put the value 1 there.",
  });

  // ---- weights: (to, from) of every stored edge; degrees count arriving edges, as LGConv does
  const weigh = (way) => {
    const arrows = [];
    likes.forEach((row, u) =>
      row.forEach((x, i) => {
        if (x && way !== "to users") arrows.push({ from: u, to: m + i });
        if (x && way !== "to items") arrows.push({ from: m + i, to: u });
      }),
    );
    const degree = names.map((_, v) => arrows.filter(({ to }) => to === v).length);
    const scale = degree.map((d) => (d ? 1 / Math.sqrt(d) : 0));
    return { degree, arrows: arrows.map((a) => ({ ...a, weight: scale[a.from] * scale[a.to] })) };
  };
  const spread = (arrows, source, steps) => {
    let value = names.map((_, v) => Number(v === source));
    for (let k = 0; k < steps; k++) {
      const next = names.map(() => 0);
      for (const { from, to, weight } of arrows) next[to] += weight * value[from];
      value = next;
    }
    return value;
  };

  // ---- the drawing
  const row = 46;
  const room = (list) => 34 + 8 * Math.max(...list.map((name) => name.length + 5)); // name and value
  const left = room(users);
  const right = left + 150;
  const height = row * Math.max(m, items.length);
  const width = right + room(items);
  const at = names.map((_, v) => {
    const [k, n] = v < m ? [v, m] : [v - m, items.length];
    return [v < m ? left : right, n === 1 ? height / 2 : row / 2 + (k * (height - row)) / (n - 1)];
  });
  const arrowOf = new Map();
  likes.forEach((line, u) =>
    line.forEach((x, i) => {
      if (!x) return;
      for (const [from, to] of [[u, m + i], [m + i, u]]) {
        const [[x1, y1], [x2, y2]] = [at[from], at[to]];
        const long = Math.hypot(x2 - x1, y2 - y1);
        const [dx, dy] = [(x2 - x1) / long, (y2 - y1) / long];
        // a bow to its own right: the way there and the way back do not cross, and heads stand apart
        const p = (d, off) => `${(x1 + dx * d - dy * off).toFixed(1)},${(y1 + dy * d + dx * off).toFixed(1)}`;
        const [start, end, bow] = [13, long - 13, 16];
        const line = s("path", { d: `M ${p(start, 3)} Q ${p(long / 2, bow)} ${p(end, 3)}` });
        const head = s("path", { d: `M ${p(end - 10, -1)} L ${p(end, 3)} L ${p(end - 7, 10)}` });
        arrowOf.set(`${from} ${to}`, s("g", {}, line, head));
      }
    }),
  );
  const nodes = names.map((name, v) => {
    const [x, y] = at[v];
    const mark = v < m ? s("circle", { cx: x, cy: y, r: 12, class: "gr-user" }) : s("rect", { x: x - 11, y: y - 11, width: 22, height: 22, class: "gr-item" });
    const away = v < m ? { x: x - 18, "text-anchor": "end" } : { x: x + 18 };
    const text = s("text", { ...away, y: y + 5 });
    const group = s(
      "g",
      {
        role: "button",
        class: "gr-way-node",
        onclick: () => put(v),
        onkeydown: (event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          put(v);
        },
      },
      mark,
      text,
    );
    return { group, text };
  });
  const svg = s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": "Graph with arrows" }, ...arrowOf.values(), ...nodes.map((x) => x.group));
  const graph = h("div", {}, svg);
  body.append(graph);
  const groups = nodes.map((x) => x.group);
  roving(graph, () => {
    const long = Math.max(m, items.length);
    return Array.from({ length: long }, (_, k) => [groups[k < m ? k : m - 1], groups[m + Math.min(k, items.length - 1)]]);
  });

  // ---- controls
  const put = (v) => {
    model.set("source", v);
    time.jump(0);
  };
  const ways = Object.entries(WAYS).map(([way, title]) => {
    const node = button(title, () => {
      model.set("way", way);
      model.save_changes();
    });
    return { way, node };
  });
  const time = player(model, root, () => last);
  const choice = h("div", { class: "gr-controls", role: "group", "aria-label": "Stored edges" }, "Stored edges:", ...ways.map((x) => x.node));
  controls.before(choice);
  controls.prepend(...time.nodes);

  let before = null; // what was shown: parts set out only where one layer was made
  const draw = () => {
    const [way, source, k] = [model.get("way"), model.get("source"), model.get("step")];
    const { degree, arrows } = weigh(way);
    const value = spread(arrows, source, k);
    if (before && before.way === way && before.source === source && k === before.k + 1)
      travel(svg, arrows.filter((a) => a.weight && before.value[a.from]).map(({ from, to }) => [at[from], at[to], from < m ? "gr-user" : "gr-item"]));
    before = { way, source, k, value };
    for (const [key, node] of arrowOf) {
      const found = arrows.find(({ from, to }) => key === `${from} ${to}`);
      node.setAttribute("class", !found ? "gr-way-absent" : found.weight ? "gr-way-alive" : "gr-way-dead");
    }
    nodes.forEach(({ group, text }, v) => {
      const shown = `${names[v]} ${number(value[v])}`;
      text.textContent = v < m ? shown : `${number(value[v])} ${names[v]}`;
      group.classList.toggle("gr-way-on", value[v] !== 0);
      group.setAttribute("aria-label", `${names[v]}: value ${number(value[v])}, ${degree[v]} edges arrive`);
    });
    for (const { way: own, node } of ways) node.setAttribute("aria-pressed", own === way);
    const alive = arrows.filter((a) => a.weight).length;
    const holders = names.filter((_, v) => value[v]);
    const where =
      k === 0 ? `The value 1 stands on ${names[source]}.`
      : holders.length ? `After ${k} ${k === 1 ? "layer" : "layers"} ${list(holders)} ${holders.length === 1 ? "holds" : "hold"} a part of it.`
      : `After ${k} ${k === 1 ? "layer" : "layers"} nobody holds anything: the message is lost.`;
    const silent = way === "both" ? "" : ` ${way === "to items" ? "No edge ends in a user" : "No edge ends in an item"}: degree 0, and that factor is in every weight.`;
    say(`${arrows.length} arrows stored, ${alive} of them with a weight above 0.${silent} ${where}`);
  };
  for (const name of ["way", "source", "step"]) model.on(`change:${name}`, draw);
  draw();
  return () => {
    time.stop();
    for (const name of ["way", "source", "step"]) model.off(`change:${name}`, draw);
  };
}

export default { render };
