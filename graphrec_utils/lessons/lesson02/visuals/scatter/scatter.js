// A map of nodes: hover or arrow keys choose one, a search marks names, lines lead to its neighbors. It asks which
// one is nearest to another in all coordinates, and shows what is nearest on the map to a pin that one drops in.
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
    help: "Point at a node. On the map, arrow keys go to the next node in their direction; Enter answers. The star can be dragged, or moved by arrow keys.",
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
  let [asked, guess, cursor] = [-1, -1, -1]; // a question, its answer, where the keys are
  let [right_, made] = [0, 0];
  let star = null; // [x, y] of a pin of one's own
  const nearest = (x, y, but = -1) =>
    labels.map((_, k) => [(px(k) - x) ** 2 + (py(k) - y) ** 2, k]).filter(([, k]) => k !== but).sort((a, b) => a[0] - b[0]).map(([, k]) => k);
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
    const line = (from, to, dash = []) => {
      g.setLineDash(dash);
      g.beginPath();
      g.moveTo(...from);
      g.lineTo(...to);
      g.stroke();
      g.setLineDash([]);
    };
    const at = (k) => [px(k), py(k)];
    const ring = (k, r, wide) => {
      g.lineWidth = wide;
      g.beginPath();
      g.arc(px(k), py(k), r, 0, 7);
      g.stroke();
    };
    if (star) {
      g.lineWidth = 1.2;
      for (const k of nearest(...star).slice(0, 5)) line(star, at(k), [4, 3]);
      return;
    }
    const center = asked < 0 ? chosen : asked;
    if (center < 0) return;
    if (asked < 0 || guess >= 0) {
      g.lineWidth = 1.4;
      for (const other of neighbors[center]) line(at(center), at(other));
    }
    ring(center, 8, 3);
    if (asked < 0) return;
    if (cursor >= 0 && guess < 0) ring(cursor, 8, 1.5);
    if (guess < 0) return;
    g.lineWidth = 2.5;
    line(at(asked), at(guess), [6, 4]);
    for (const k of neighbors[asked]) ring(k, 7, 1.5);
  };

  const kinds = (which) => {
    const number = groups.map((_, j) => which.filter((k) => group[k] === j).length);
    return list(number.map((x, j) => [x, j]).filter(([x]) => x).sort((a, b) => b[0] - a[0]).map(([x, j]) => `${x} ${/^other\b/.test(groups[j]) ? "of " : ""}${groups[j]}`));
  };
  // the topic, unless the label has it
  const kindOf = (k) => (groups.length > 1 && !labels[k].endsWith(groups[group[k]]) ? ` (${groups[group[k]]})` : "");
  const tell = () => {
    const hits = found.size ? `${count(found.size, "name")} found` : "";
    if (star) {
      const near = nearest(...star).slice(0, 5);
      if (hits) return say(`${hits}, ${near.filter((k) => found.has(k)).length} of them among the five that are nearest to your pin on the map.`);
      const whole = neighbors.some((x) => x.length) ? " Where it lies in all other coordinates, the map does not know." : "";
      return say(`Nearest to your pin on the map: ${kinds(near)}.${whole}`);
    }
    if (asked >= 0) {
      const kind = kindOf(asked);
      if (guess < 0) return say(`${hits && `${hits}. `}Which one is nearest to ${labels[asked]}${kind}, the one with the ring, in the full space? Tap it.${cursor >= 0 ? ` Now at ${labels[cursor]}.` : ""}`);
      const place = nearest(px(asked), py(asked), asked).indexOf(guess) + 1;
      const good = neighbors[asked].includes(guess);
      const among = neighbors[asked].length > 1 ? `among its ${neighbors[asked].length} nearest` : "its nearest";
      const far = neighbors[asked].map((k) => nearest(px(asked), py(asked), asked).indexOf(k) + 1);
      return say(
        `${labels[guess]}, number ${place} on the map, is ${good ? "" : "not "}${among} in the full space. ` +
          `${far.length > 1 ? "Those are" : "That is"} number ${list(far.map(String))} on the map. Right: ${right_} of ${made}.`,
      );
    }
    const k = model.get("selected");
    const asks = neighbors.some((x) => x.length) ? " Is what is near on the map near in the full space, too? Take a bet: which pin is nearest?" : "";
    if (k < 0) return say(hits ? `${hits}.` : `${count(n, "node")}.${asks}`);
    const kind = kindOf(k);
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

  const spot = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * width) / box.width, ((event.clientY - box.top) * height) / box.height];
  };
  const under = (event) => {
    const [x, y] = spot(event);
    const [k] = nearest(x, y, asked);
    return (px(k) - x) ** 2 + (py(k) - y) ** 2 < 15 ** 2 ? k : -1;
  };
  const answer = (k) => {
    if (k < 0 || guess >= 0) return;
    guess = k;
    made += 1;
    right_ += neighbors[asked].includes(k);
    show();
  };
  map.addEventListener("pointermove", (event) => {
    if (star || asked >= 0) return;
    const k = under(event);
    if (k >= 0) choose(k);
  });
  map.addEventListener("click", (event) => {
    if (asked < 0) return;
    const k = under(event);
    if (k >= 0) answer(k);
    else if (guess < 0) say("No pin lies there: tap one.");
  });
  // a pin of one's own: a star that follows the hand
  const pin = h("button", { type: "button", class: "gr-star", "aria-label": "Your pin, arrow keys move it" }, "★");
  pin.hidden = true;
  map.append(pin);
  const put = (x, y) => {
    star = [Math.max(edge, Math.min(width - edge, x)), Math.max(edge, Math.min(height - edge, y))];
    pin.style.left = `${(100 * star[0]) / width}%`;
    pin.style.top = `${(100 * star[1]) / height}%`;
    show();
  };
  pin.addEventListener("pointerdown", (event) => pin.setPointerCapture(event.pointerId));
  pin.addEventListener("pointermove", (event) => pin.hasPointerCapture(event.pointerId) && put(...spot(event)));
  pin.addEventListener("keydown", (event) => {
    const way = { ArrowRight: [12, 0], ArrowLeft: [-12, 0], ArrowUp: [0, -12], ArrowDown: [0, 12] }[event.key];
    if (!way) return;
    event.preventDefault();
    put(star[0] + way[0], star[1] + way[1]);
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
    if (event.target === pin) return;
    const way = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (asked >= 0 && (way || event.key === "Enter")) {
      event.preventDefault();
      if (!way) return answer(cursor);
      if (guess >= 0) return;
      const to = next(cursor < 0 ? asked : cursor, ...way);
      if (to !== asked) cursor = to;
      return show();
    }
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
  const clear = () => {
    [asked, guess, cursor, star] = [-1, -1, -1, null];
    pin.hidden = true;
  };
  const some = neighbors.flatMap((x, k) => (x.length ? [k] : [])); // whom one can ask about
  let turn = 0;
  const ask = button("Which pin is nearest?", () => {
    clear();
    field.value = "";
    found = new Set();
    asked = some[(turn++ * 37 + 11) % some.length];
    choose(-1);
    show();
  });
  const drop = button("Drop a pin in", () => {
    clear();
    pin.hidden = false;
    choose(-1);
    put(width / 2, height / 2);
    pin.focus();
  });
  ask.hidden = !some.length || n < 3;
  controls.prepend(
    ask,
    drop,
    button("Reset", () => {
      clear();
      [right_, made, turn] = [0, 0, 0];
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
