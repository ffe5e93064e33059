// A small bipartite graph to draw on: users are circles on the left, items squares on the right.
// Nodes are numbered users first, then items, as everywhere in the course.

import { h, roving, s, travel } from "./base.js";

const LINE = 48; // px between neighboring nodes; with many of them they move together
const LINK = 130; // px from side to side, if nothing else is said
const LETTERS = 14; // of a name
const REACH = 20; // px around a node that answer a finger, and its name with what lies between

// Returns { node, shapes, names, notes, edge, neighbors, walk }. `node` is the element to show; arrow keys
// move the focus among the nodes, a click, Enter or Space calls `pick(v)`. `notes` are second lines
// below the names, empty at first; `edge(v, w)` is the line between two nodes, `verb` what a pick does;
// `walk([[v, w], …])` lets a dot travel from v to w, for each pair. `letters`: of a name, at most.
export function graph({ users, items, likes, label, pick, verb = "start here", link = LINK, letters = LETTERS }) {
  const m = users.length;
  const all = [...users, ...items];
  const short = all.map((x) => (x.length > letters ? x.slice(0, letters - 1) + "…" : x));
  const room = (part) => 26 + Math.max(70, 8.5 * Math.max(...part.map((x) => x.length)));
  const left = room(short.slice(0, m));
  const right = left + link;
  const width = right + room(short.slice(m));
  const line = Math.max(m, items.length) > 8 ? 0.7 * LINE : LINE;
  const height = line * Math.max(m, items.length);
  const low = line < LINE ? 6 : 0; // the last note would be cut
  const reach = Math.min(REACH, line / 2);
  const spread = (k, n) => (n === 1 ? height / 2 : line / 2 + (k * (height - line)) / (n - 1));
  const isUser = (v) => v < m;
  const y = (v) => (isUser(v) ? spread(v, m) : spread(v - m, items.length));
  const neighbors = all.map((_, v) =>
    (isUser(v) ? likes[v].map((x, i) => (x ? m + i : -1)) : likes.map((row, u) => (row[v - m] ? u : -1))).filter(
      (w) => w >= 0,
    ),
  );
  const lines = new Map();
  const key = (v, w) => `${Math.min(v, w)}-${Math.max(v, w)}`;
  users.forEach((_, u) =>
    neighbors[u].forEach((w) =>
      lines.set(key(u, w), s("line", { class: "gr-link", x1: left, y1: y(u), x2: right, y2: y(w) })),
    ),
  );
  const shapes = [];
  const names = [];
  const notes = [];
  const groups = all.map((name, v) => {
    const x = isUser(v) ? left : right;
    shapes[v] = isUser(v)
      ? s("circle", { cx: x, cy: y(v), r: 11 })
      : s("rect", { x: x - 10, y: y(v) - 10, width: 20, height: 20 });
    const text = isUser(v) ? { x: x - 20, "text-anchor": "end" } : { x: x + 20 };
    names[v] = s("text", { ...text, y: y(v) + 1 }, s("title", {}, name), short[v]);
    notes[v] = s("text", { ...text, y: y(v) + 17, class: "gr-under" });
    const choose = () => pick(v);
    return s(
      "g",
      {
        class: "gr-pick",
        role: "button",
        "aria-label": `${name}, ${verb}`,
        onclick: choose,
        onkeydown: (event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          choose();
        },
      },
      s("rect", { fill: "transparent", x: isUser(v) ? 0 : x - REACH, y: y(v) - reach, width: REACH + (isUser(v) ? left : width - right), height: 2 * reach }),
      s("circle", { class: "gr-ring", cx: x, cy: y(v), r: 17 }),
      shapes[v],
      names[v],
      notes[v],
    );
  });
  const svg = s(
    "svg",
    { viewBox: `0 0 ${width} ${height + low}`, width, height: height + low, role: "group", "aria-label": label },
    ...lines.values(),
    ...groups,
  );
  const node = h("div", {}, svg);
  const columns = [groups.slice(0, m), groups.slice(m)];
  const rows = Array.from({ length: Math.max(m, items.length) }, (_, k) => columns.map((c) => c[k] ?? null));
  roving(node, () => rows, groups[0]);
  const mark = (v, kind) => shapes[v].setAttribute("class", `gr-mark ${isUser(v) ? "gr-user" : "gr-item"} ${kind}`);
  const at = (v) => [isUser(v) ? left : right, y(v)];
  const walk = (pairs) => travel(svg, pairs.map(([v, w]) => [at(v), at(w), isUser(v) ? "gr-user" : "gr-item"]));
  return { node, mark, names, notes, neighbors, all, isUser, walk, edge: (v, w) => lines.get(key(v, w)) };
}
