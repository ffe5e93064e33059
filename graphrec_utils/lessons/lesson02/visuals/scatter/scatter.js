// A map of nodes: hover or arrow keys choose one, a search marks names, lines lead to its neighbors.
// State: x, y (0 … 1000), labels, group (numbers), groups (names), neighbors, axes, selected.

import { button, count, frame, h, list, s } from "../../../../plots/visuals/base/base.js";

const shapes = [
  (g, x, y, r) => g.arc(x, y, r, 0, 7),
  (g, x, y, r) => g.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8),
  (g, x, y, r) => polygon(g, [[x, y - r * 1.2], [x + r * 1.1, y + r * 0.8], [x - r * 1.1, y + r * 0.8]]),
  (g, x, y, r) => polygon(g, [[x, y - r * 1.3], [x + r * 1.3, y], [x, y + r * 1.3], [x - r * 1.3, y]]),
  (g, x, y, r) => {
    g.rect(x - r * 1.2, y - r * 0.4, r * 2.4, r * 0.8);
    g.rect(x - r * 0.4, y - r * 1.2, r * 0.8, r * 2.4);
  },
];
const marks = [
  "M5 0a5 5 0 1 0 .01 0z", "M.5 .5h9v9h-9z", "M5 0l5 9.5H0z", "M5 0l5 5-5 5-5-5z", "M0 3.3h3.3V0h3.4v3.3H10v3.4H6.7V10H3.3V6.7H0z",
];
const tones = ["user", "item", "positive", "negative", "context"];

function polygon(g, corners) {
  corners.forEach(([x, y], k) => (k ? g.lineTo(x, y) : g.moveTo(x, y)));
  g.closePath();
}

function render({ model, el }) {
  const [xs, ys, labels, group] = ["x", "y", "labels", "group"].map((name) => model.get(name));
  const groups = model.get("groups");
  const neighbors = model.get("neighbors");
  const n = labels.length;
  const [width, height, edge] = [560, 400, 16];
  const px = (k) => edge + (xs[k] / 1000) * (width - 2 * edge);
  const py = (k) => height - edge - (ys[k] / 1000) * (height - 2 * edge);

  const { root, body, controls, say } = frame(el, {
    label: `Map of ${count(n, "node")}`,
    help: "Point at a node. On the map, arrow keys go to the next node in their direction.",
  });
  const canvas = h("canvas", { "aria-hidden": "true" });
  const map = h("div", { class: "gr-map", tabindex: "0", role: "group", "aria-label": "Map; arrow keys move" }, canvas);
  const field = h("input", { type: "search", placeholder: "a part of a name" });
  const search = h("label", { class: "gr-search" }, "Search (Enter: the next)", field);
  const keys = groups.map((name, k) =>
    h("div", {}, s("svg", { viewBox: "0 0 10 10", width: 12, height: 12, "aria-hidden": "true" },
      s("path", { d: marks[k], style: `fill: var(--gr-${tones[k]})` })), name),
  );
  const [right, up] = model.get("axes");
  const about = h("div", { class: "gr-axes" }, `→ ${right}`, h("br", {}), `↑ ${up}`);
  body.append(map, h("div", { class: "gr-keys" }, search, ...(groups.length > 1 ? keys : []), about));

  let found = new Set();
  const draw = () => {
    const look = getComputedStyle(root);
    const color = (name) => look.getPropertyValue(`--gr-${name}`).trim();
    const scale = window.devicePixelRatio || 1;
    canvas.width = width * scale;
    canvas.height = height * scale;
    const g = canvas.getContext("2d");
    g.setTransform(scale, 0, 0, scale, 0, 0);
    const chosen = model.get("selected");
    const dim = found.size > 0;
    const mark = (k, r) => {
      g.beginPath();
      shapes[group[k]](g, px(k), py(k), r);
      g.fill();
    };
    for (let k = 0; k < n; k++) {
      g.globalAlpha = dim && !found.has(k) ? 0.12 : 0.9;
      g.fillStyle = color(tones[group[k]]);
      mark(k, n > 800 ? 2.6 : 3.6);
    }
    g.globalAlpha = 1;
    g.strokeStyle = look.color;
    for (const k of found) {
      g.fillStyle = color(tones[group[k]]);
      mark(k, 5);
    }
    if (chosen < 0) return;
    g.lineWidth = 1.2;
    for (const other of neighbors[chosen]) {
      g.beginPath();
      g.moveTo(px(chosen), py(chosen));
      g.lineTo(px(other), py(other));
      g.stroke();
    }
    g.lineWidth = 3;
    g.beginPath();
    g.arc(px(chosen), py(chosen), 8, 0, 7);
    g.stroke();
  };

  const tell = () => {
    const k = model.get("selected");
    if (k < 0) return say(found.size ? `${count(found.size, "name")} found.` : `${count(n, "node")}.`);
    const kind = groups.length > 1 ? ` (${groups[group[k]]})` : "";
    const near = neighbors[k].length ? ` Nearest in the full space: ${list(neighbors[k].map((x) => labels[x]))}.` : "";
    say(`${labels[k]}${kind}.${near}`);
  };
  const choose = (k) => {
    if (k === model.get("selected")) return;
    model.set("selected", k);
    model.save_changes();
  };
  const show = () => {
    draw();
    tell();
  };

  map.addEventListener("pointermove", (event) => {
    const box = canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) * width) / box.width;
    const y = ((event.clientY - box.top) * height) / box.height;
    let [best, least] = [-1, 15 ** 2];
    for (let k = 0; k < n; k++) {
      const away = (px(k) - x) ** 2 + (py(k) - y) ** 2;
      if (away < least) [best, least] = [k, away];
    }
    if (best >= 0) choose(best);
  });
  // the nearest node within 45 degrees of the arrow
  const next = (from, dx, dy) => {
    let [best, least] = [from, Infinity];
    for (let k = 0; k < n; k++) {
      const [a, b] = [px(k) - px(from), py(k) - py(from)];
      const along = a * dx + b * dy;
      const across = Math.abs(a * dy) + Math.abs(b * dx);
      if (along <= 0 || across > along) continue;
      if (along + across < least) [best, least] = [k, along + across];
    }
    return best;
  };
  map.addEventListener("keydown", (event) => {
    if (event.altKey || event.metaKey || event.ctrlKey) return;
    const way = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!way) return;
    event.preventDefault();
    const now = model.get("selected");
    choose(now < 0 ? 0 : next(now, ...way));
  });
  field.addEventListener("input", () => {
    const part = field.value.trim().toLowerCase();
    found = new Set(part ? labels.flatMap((x, k) => (x.toLowerCase().includes(part) ? [k] : [])) : []);
    choose(-1);
    draw();
    if (part && !found.size) say(`No name contains “${field.value.trim()}”.`);
    else tell();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !found.size) return;
    const order = [...found];
    choose(order[(order.indexOf(model.get("selected")) + 1) % order.length]);
  });
  controls.prepend(
    button("Reset", () => {
      field.value = "";
      found = new Set();
      choose(-1);
      show();
    }),
  );
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", draw);
  model.on("change:selected", show);
  show();
  return () => {
    dark.removeEventListener("change", draw);
    model.off("change:selected", show);
  };
}

export default { render };
