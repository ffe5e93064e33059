// One NGCF layer for one node: who sends, what each message is, and how they add up head to tail.
// State: users, items (names), R, E (rows of two numbers), W_self, W_inter (2 by 2), slope,
// receiver (a node), step (how much has been heard); answers: a student's next layer, two numbers a node, or null.

import { frame, h, player, s, travel } from "../../../../plots/visuals/base/base.js";

const WITHOUT = {
  "W₁": "only the products are left, what sender and listener share",
  "W₂": "but for the weight, what is said no longer depends on who listens",
  "σ": "what is below 0 keeps its full length",
};

function render({ model, el }) {
  const users = model.get("users");
  const items = model.get("items");
  const [R, E] = [model.get("R"), model.get("E")];
  const [W1, W2, slope] = [model.get("W_self"), model.get("W_inter"), model.get("slope")];
  const names = [...users, ...items];
  const [m, n] = [users.length, items.length];

  const { root, body, controls, say } = frame(el, {
    label: "Messages of one NGCF layer, one after the other",
    help: "Press a node to let it listen; press an arrow or a row to go to its message (solid: W₁ part, dashed: W₂ part). Arrow keys ← and → step, Home and End jump.",
  });

  // ---- the layer
  const liked = (u, i) => Boolean(R[u][i]);
  const neighbors = (v) =>
    names.map((_, w) => w).filter((w) => (v < m ? w >= m && liked(v, w - m) : w < m && liked(w, v - m)));
  const times = (W, e) => W.map((row) => row[0] * e[0] + row[1] * e[1]);
  const plus = (a, b) => [a[0] + b[0], a[1] + b[1]];
  const on = { first: true, second: true, sigma: true };
  const nothing = [0, 0];
  const parts = (v, terms = on) => {
    const own = neighbors(v);
    const list = [{ w: v, weight: 1, first: terms.first ? times(W1, E[v]) : nothing, second: null }];
    for (const w of own) {
      const weight = 1 / Math.sqrt(own.length * neighbors(w).length);
      const scaled = (x) => x.map((y) => weight * y);
      const product = [E[w][0] * E[v][0], E[w][1] * E[v][1]];
      list.push({
        w,
        weight,
        first: terms.first ? scaled(times(W1, E[w])) : nothing,
        second: terms.second ? scaled(times(W2, product)) : nothing,
      });
    }
    return list;
  };
  const activate = (x) => (on.sigma ? x.map((y) => (y > 0 ? y : slope * y)) : x);
  const joined = (all) => (all.length < 2 ? all.join("") : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`);
  // where all parts and the activation would end
  const whole = (v) => way(parts(v, { first: true, second: true })).at(-1).map((y) => (y > 0 ? y : slope * y));
  const lastStep = () => neighbors(model.get("receiver")).length + 2;
  const show = (x) => `(${x.map((y) => y.toFixed(2).replace("-", "−").replace("−0.00", "0.00")).join(", ")})`;

  // ---- drawing
  const arrow = (from, to, style) => {
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    const length = Math.hypot(dx, dy);
    if (length < 2) return [];
    const [ux, uy] = [dx / length, dy / length];
    const size = Math.min(9, length);
    const base = [to[0] - size * ux, to[1] - size * uy];
    const head = [to, [base[0] - (size / 2) * uy, base[1] + (size / 2) * ux], [base[0] + (size / 2) * uy, base[1] - (size / 2) * ux]];
    return [
      s("line", { x1: from[0], y1: from[1], x2: base[0], y2: base[1], class: `gr-msg-line ${style}` }),
      s("polygon", { points: head.map((p) => p.join(",")).join(" "), class: `gr-msg-head ${style}` }),
    ];
  };
  const room = (list) => 30 + 8.5 * Math.max(...list.map((name) => name.length));
  const [left, top, gap] = [room(users), 34, 44];
  const right = left + 170;
  const width = right + room(items);
  const height = top + gap * Math.max(m, n);
  const y = (k, size) => top + (size === 1 ? (gap * (Math.max(m, n) - 1)) / 2 : (k * gap * (Math.max(m, n) - 1)) / (size - 1));
  const place = names.map((_, w) => (w < m ? [left, y(w, m)] : [right, y(w - m, n)]));
  const net = s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": "Graph: who sends to whom" });
  const side = 280;
  const plane = s("svg", { viewBox: `0 0 ${side} ${side}`, width: side, height: side, role: "img", "aria-label": "Messages head to tail" });
  const pale = h("span", { class: "gr-msg-pale" });
  const table = h("table", { class: "gr-msg-table", "aria-label": "messages" });
  body.append(
    h("div", {}, h("div", { class: "gr-title" }, "who sends"), net),
    h("div", {}, h("div", { class: "gr-title" }, "messages, head to tail", pale), plane),
    h("div", { class: "gr-msg-wide" }, table),
  );

  const drawNet = (v, k) => {
    const own = neighbors(v);
    const lines = [];
    R.forEach((row, u) =>
      row.forEach((x, i) => {
        if (x) lines.push(s("line", { x1: left, y1: place[u][1], x2: right, y2: place[m + i][1], class: "gr-msg-edge" }));
      }),
    );
    own.forEach((w, j) => {
      if (k < j + 2) return;
      const [a, b] = [place[w], place[v]];
      const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
      const [ux, uy] = [(b[0] - a[0]) / length, (b[1] - a[1]) / length];
      const shift = (p, along, across) => [p[0] + along * ux - across * uy, p[1] + along * uy + across * ux];
      const style = w < m ? "gr-msg-user" : "gr-msg-item";
      if (on.first) lines.push(...arrow(shift(a, 14, 4), shift(b, -14, 4), style));
      if (on.second) lines.push(...arrow(shift(a, 14, -4), shift(b, -14, -4), `${style} gr-msg-dashed`));
    });
    if (k >= 1 && on.first) {
      const [x, z] = place[v];
      lines.push(s("path", { d: `M ${x - 6} ${z - 10} c -14 -26 26 -26 ${12} 0`, class: "gr-msg-loop" }));
      lines.push(s("polygon", { points: `${x + 6},${z - 9} ${x + 1},${z - 17} ${x + 11},${z - 17}`, class: "gr-msg-head gr-msg-self" }));
    }
    const nodes = names.flatMap((name, w) => {
      const [x, z] = place[w];
      const now = w === v ? " gr-msg-now" : "";
      const choose = { onclick: () => listen(w) };
      const mark =
        w < m
          ? s("circle", { cx: x, cy: z, r: 10, class: `gr-user gr-msg-node${now}`, ...choose })
          : s("rect", { x: x - 9, y: z - 9, width: 18, height: 18, class: `gr-item gr-msg-node${now}`, ...choose });
      const at = w < m ? { x: x - 17, "text-anchor": "end" } : { x: x + 17 };
      return [mark, s("text", { ...at, y: z + 5, ...choose }, name)];
    });
    net.replaceChildren(...lines, ...nodes);
    if (k === shown + 1 && own[k - 2] !== undefined)
      travel(net, [[place[own[k - 2]], place[v], own[k - 2] < m ? "gr-user" : "gr-item"]]);
  };

  let before = null; // who listened before: his way stays, pale, to compare
  const way = (list) => {
    const path = [[0, 0]];
    for (const part of list) for (const kind of ["first", "second"]) if (part[kind]) path.push(plus(path.at(-1), part[kind]));
    return path;
  };
  const drawPlane = (list, k) => {
    const path = [[0, 0]];
    const vectors = [];
    for (const part of list)
      for (const kind of ["first", "second"]) {
        if (!part[kind]) continue;
        vectors.push({ part, kind, from: path.at(-1) });
        path.push(plus(path.at(-1), part[kind]));
      }
    const formula = activate(path.at(-1));
    const yours = Object.values(on).every(Boolean) && model.get("answers")?.[model.get("receiver")];
    const end = yours || formula;
    // the frame holds all parts of this listener and of the one before: a part that is switched off moves nothing else
    const listener = model.get("receiver");
    const full = way(parts(listener, { first: true, second: true }));
    const other = before === null || before === listener ? [[0, 0]] : way(parts(before).slice(0, k));
    const wide = before === null ? [] : way(parts(before, { first: true, second: true }));
    const all = [...path, end, ...full, ...other, ...wide];
    const [xs, ys] = [all.map((p) => p[0]), all.map((p) => p[1])];
    const size = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)) || 1;
    const [cx, cy] = [(Math.max(...xs) + Math.min(...xs)) / 2, (Math.max(...ys) + Math.min(...ys)) / 2];
    const to = (p) => [side / 2 + ((p[0] - cx) / size) * (side - 84), side / 2 - ((p[1] - cy) / size) * (side - 84)];
    const zero = to([0, 0]);
    const taken = []; // where a word stands
    const shafts = []; // and what of an arrow it would lie on
    // how much is under a word
    const cost = ({ begin, wide, y }) => {
      const over = ([x, z]) => x > begin - 3 && x < begin + wide + 3 && z > y - 13 && z < y + 5;
      const points = shafts.flatMap(([a, b]) => Array.from({ length: 21 }, (_, j) => [a[0] + (j * (b[0] - a[0])) / 20, a[1] + (j * (b[1] - a[1])) / 20]));
      const word = taken.some((z) => begin < z.begin + z.wide && z.begin < begin + wide && Math.abs(y - z.y) < 14);
      return 100 * word + 100 * (begin < 0 || begin + wide > side || y < 12 || y > side - 3) + points.filter(over).length;
    };
    // a word stands nearer to its own arrow than to any other's
    const away = (spot, [a, b]) => Math.min(...Array.from({ length: 21 }, (_, j) => {
      const [x, z] = [a[0] + (j * (b[0] - a[0])) / 20, a[1] + (j * (b[1] - a[1])) / 20];
      return Math.hypot(Math.max(spot.begin - x, 0, x - spot.begin - spot.wide), Math.max(spot.y - 11 - z, 0, z - spot.y));
    }));
    const least = (spots) => spots.reduce((best, spot) => ((spot.cost = cost(spot) + (spot.own ? 6 * shafts.filter((z) => !spot.own.includes(z) && away(spot, z) < Math.min(...spot.own.map((x) => away(spot, x)))).length : 0)) < best.cost ? spot : best), { cost: Infinity });
    const drawn = [
      s("line", { x1: 0, x2: side, y1: zero[1], y2: zero[1], class: "gr-msg-axis" }),
      s("line", { y1: 0, y2: side, x1: zero[0], x2: zero[0], class: "gr-msg-axis" }),
    ];
    if (k > list.length && !Object.values(on).every(Boolean)) {
      const [gx, gy] = to(whole(listener));
      drawn.push(s("circle", { cx: gx, cy: gy, r: 7, class: "gr-msg-ghost" }, s("title", {}, "where all parts and σ end")));
    }
    if (other.length > 1) {
      const [ox, oy] = to(other.at(-1));
      drawn.push(
        s("polyline", { points: other.map((p) => to(p).join(",")).join(" "), class: "gr-msg-before" }),
        s("circle", { cx: ox, cy: oy, r: 5, class: "gr-msg-ghost" }),
        s("text", { x: Math.min(ox + 9, side - 8 * names[before].length), y: oy + 16, class: "gr-msg-word" }, names[before]),
      );
      taken.push({ begin: Math.min(ox + 9, side - 8 * names[before].length), wide: 8 * names[before].length, y: oy + 16 });
    }
    let at = [0, 0];
    const [arrows, senders] = [[], []];
    let came = at; // where the sum stood one step ago
    vectors.forEach(({ part, kind, from }) => {
      if (list.indexOf(part) >= k) return;
      if (list.indexOf(part) < k - 1) came = plus(from, part[kind]);
      at = plus(from, part[kind]);
      const own = list.indexOf(part) === 0;
      const style = own ? "gr-msg-self" : part.w < m ? "gr-msg-user" : "gr-msg-item";
      const made = arrow(to(from), to(at), style + (kind === "second" ? " gr-msg-dashed" : ""));
      const now = list.indexOf(part) === k - 1;
      made.forEach((node) => {
        node.classList.toggle("gr-msg-fresh", now);
        node.addEventListener("click", () => time.jump(list.indexOf(part) + 1));
      });
      if (made.length) {
        const shaft = [to(from), to(at)];
        shafts.push(shaft);
        if (senders.at(-1)?.part === part) senders.at(-1).shafts.push(shaft);
        else senders.push({ part, word: own ? "itself" : names[part.w], shafts: [shaft] });
      }
      made.forEach((node) => node.append(s("title", {}, `${own ? "itself" : names[part.w]}, ${kind === "first" ? "W₁" : "W₂"}: ${show(part[kind])}`)));
      arrows.push(...made);
    });
    const finished = k > list.length;
    const dot = to(finished ? end : at);
    const [dx, dy] = dot;
    shafts.push([[dx - 6, dy], [dx + 6, dy]], [[dx, dy - 6], [dx, dy + 6]]);
    if (finished) {
      // from where the sum ends to where σ takes it
      shafts.push([to(at), dot]);
      drawn.push(s("line", { x1: to(at)[0], y1: to(at)[1], x2: dx, y2: dy, class: "gr-msg-cut" }));
      const wide = 62;
      const spot = least([[11, -10], [11, 18], [-11 - wide, -10], [-11 - wide, 18], [-wide / 2, -14], [-wide / 2, 24], [14, 5], [-14 - wide, 5]].map(([x, y]) =>
        ({ begin: Math.max(2, Math.min(dx + x, side - wide)), wide, y: dy + y })));
      taken.push(spot);
      drawn.push(s("text", { x: spot.begin, y: spot.y, class: "gr-msg-word gr-msg-end" }, on.sigma ? "after σ" : "the sum"));
    }
    // a sender's name stands beside one of its arrows, away from the way the sum goes on, and where nothing lies under it;
    // nowhere if each place has a word already, the table names it
    for (const { word, shafts: own } of senders) {
      const wide = 8 * word.length;
      const spots = own.toReversed().flatMap(([[x1, y1], [x2, y2]]) => [[0.5, 14], [0.5, 20], [0.25, 14], [0.75, 14]].flatMap(([part, far]) => [1, -1].map((turn) => {
        const long = Math.hypot(x2 - x1, y2 - y1) || 1;
        const [ox, oy] = [(turn * far * (y2 - y1)) / long, (turn * -far * (x2 - x1)) / long];
        const [x, y] = [x1 + part * (x2 - x1) + ox, y1 + part * (y2 - y1) + oy + 4];
        const anchor = ox < -4 || x + wide > side ? "end" : ox > 4 ? "start" : "middle";
        const right = Math.min(x, side - 4);
        return { x: right, y, wide, anchor, own, begin: right - wide * { start: 0, middle: 0.5, end: 1 }[anchor] };
      })));
      const spot = least(spots);
      if (spot.cost >= 100) continue;
      taken.push(spot);
      drawn.push(s("text", { x: spot.x, y: spot.y, "text-anchor": spot.anchor, class: "gr-msg-word" }, word));
    }
    drawn.push(...arrows, s("circle", { cx: zero[0], cy: zero[1], r: 3, class: "gr-msg-point" }), s("circle", { cx: dx, cy: dy, r: 6, class: "gr-msg-point" }));
    pale.textContent = other.length > 1 ? ` (dotted: ${names[before]})` : "";
    plane.replaceChildren(...drawn);
    if (k === shown + 1) travel(plane, [[to(finished ? at : came), dot, ""]]);
    const off = yours && Math.hypot(end[0] - formula[0], end[1] - formula[1]) > 1e-3;
    return { sum: at, end, verdict: !yours ? "" : off ? ` Yours; the formula gives ${show(formula)}.` : " Yours agrees." };
  };

  const drawTable = (list, k) => {
    const head = ["from", "weight", "W₁ part", "W₂ part", "sum so far"].map((x) => h("th", { scope: "col" }, x));
    let sum = [0, 0];
    const rows = list.map((part, j) => {
      sum = plus(plus(sum, part.first), part.second ?? nothing);
      const cells = [part.weight.toFixed(2), on.first ? show(part.first) : "off", !part.second ? "none" : on.second ? show(part.second) : "off", show(sum)];
      const known = j < k;
      return h(
        "tr",
        { class: j === k - 1 ? "gr-msg-row" : "", onclick: () => time.jump(j + 1) },
        h("th", { scope: "row" }, j === 0 ? "itself" : names[part.w]),
        ...cells.map((x) => h("td", {}, known ? x : "·")),
      );
    });
    table.replaceChildren(h("tr", {}, ...head), ...rows);
  };

  let shown = Infinity; // the step that was drawn: a message sets out only where one step was made
  const draw = () => {
    const v = model.get("receiver");
    const k = Math.max(0, Math.min(lastStep(), model.get("step")));
    const list = parts(v);
    drawNet(v, k);
    drawTable(list, k);
    const { sum, end, verdict } = drawPlane(list, k);
    const missing = Object.keys(on).filter((key) => !on[key]).map((key) => ({ first: "W₁", second: "W₂", sigma: "σ" })[key]);
    shown = k;
    const part = list[k - 1];
    const said =
      k === 0
        ? `${names[v]} has heard nothing yet.`
        : k === 1
          ? `Self-message: W₁ e of ${names[v]} is ${show(part.first)}.`
          : part
            ? `${names[part.w]} sends with weight ${part.weight.toFixed(2)}: W₁ ${on.first ? `part ${show(part.first)}` : "off"}, W₂ ${on.second ? `part ${show(part.second)}` : "off"}.${on.second || neighbors(part.w).length < 2 ? "" : ` But for the weight, ${names[part.w]} tells ${joined(neighbors(part.w).map((w) => names[w]))} the same.`}`
            : missing.length
              ? show(end) === show(whole(v)) ? `Without ${joined(missing)} ${names[v]} ends at ${show(end)} all the same.` : `Without ${joined(missing)} ${names[v]} ends at ${show(end)}, not at ${show(whole(v))}${missing.length > 1 ? "" : `: ${WITHOUT[missing[0]]}`}.`
            : `LeakyReLU of the sum ${show(sum)} gives ${show(end)}.`;
    const ended = k > list.length ? verdict : "";
    say(`Step ${k} of ${lastStep()}. ${said}${part ? ` Sum so far ${show(sum)}.` : ""}`, ended);
    choice.value = v;
  };

  // ---- controls
  const time = player(model, root, lastStep);
  const listen = (v) => {
    // who has heard all so far compares the ends, else the same step
    const [k, ended] = [model.get("step"), model.get("step") >= lastStep()];
    if (v !== model.get("receiver")) before = model.get("receiver");
    model.set("receiver", v);
    time.jump(ended ? lastStep() : Math.min(k, lastStep() - 1));
  };
  const choice = h(
    "select",
    { class: "gr-button", "aria-label": "receiver", onchange: (event) => listen(Number(event.target.value)) },
    ...names.map((name, w) => h("option", { value: w }, name)),
  );
  const switches = [
    ["first", "W₁ terms"],
    ["second", "W₂ terms (products)"],
    ["sigma", "σ (LeakyReLU)"],
  ].map(([key, text]) => {
    const box = h("input", { type: "checkbox", checked: "" });
    box.addEventListener("change", () => {
      on[key] = box.checked;
      draw();
    });
    return h("label", { class: "gr-msg-switch" }, box, " " + text);
  });
  controls.prepend(...time.nodes, h("label", {}, "receiver ", choice), ...switches);
  for (const name of ["receiver", "step", "answers"]) model.on(`change:${name}`, draw);
  draw();
  return () => {
    time.stop();
    for (const name of ["receiver", "step", "answers"]) model.off(`change:${name}`, draw);
  };
}

export default { render };
