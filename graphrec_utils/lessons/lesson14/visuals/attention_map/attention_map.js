// Attention weights: a row for each pin, a column for each place of its list; empty places can be let in, and the query
// of the chosen pin can be carried away in the plane in which it and its keys are best seen.
// State: pins (names), empty (B rows of T booleans), weights and heard (B rows of T numbers or null: with the
// mask, and without), keys (B rows of T points of a plane whose first axis is the query's direction), lengths (of the
// queries), root (√d), moved (B shifts of the queries in the plane), row, masked.

import { button, frame, h, roving, s } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const [pins, empty, keys, lengths, root] = ["pins", "empty", "keys", "lengths", "root"].map((x) => model.get(x));
  const places = empty[0].length;
  const { body, controls, say } = frame(el, {
    label: "Attention over a list of neighbors",
    help:
      "Choose a pin by mouse or with the arrow keys; the button lets the empty places be heard. " +
      "Carry the head of the query with the mouse, or with the arrow keys.",
  });
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const write = (x) => (x == null || Number.isNaN(x) ? "NaN" : x.toFixed(2));

  // ---- weights where the query stands now: each changes by e to the shift times its key, and their sum is what it was
  const share = (W, b) => {
    const [dx, dy] = model.get("moved")[b];
    const factor = keys[b].map(([x, y]) => Math.exp((dx * x + dy * y) / root));
    const now = W[b].map((w, t) => (w ?? NaN) * factor[t]);
    const [before, after] = [W[b], now].map((row) => row.reduce((sum, x) => sum + (x ?? NaN), 0));
    return after === 0 ? now : now.map((w) => (w * before) / after);
  };

  const cells = [];
  const heads = [];
  const table = h(
    "table",
    { class: "gr-att-table" },
    h("tr", {}, h("td", {}), ...empty[0].map((_, t) => h("th", { scope: "col" }, String(t + 1)))),
    ...pins.map((name, b) => {
      const choose = button(name, () => put("row", b), { class: "gr-button gr-att-pin" });
      heads.push([choose]);
      cells.push(empty[b].map(() => h("td", {})));
      return h("tr", { onclick: () => put("row", b) }, h("th", { scope: "row" }, choose), ...cells[b]);
    }),
  );
  roving(table, () => heads, heads[model.get("row")][0]);
  table.addEventListener("focusin", (event) => {
    const b = heads.findIndex(([x]) => x === event.target);
    if (b >= 0 && b !== model.get("row")) put("row", b);
  });

  // ---- the plane: keys are arrows, as wide as their weights; the query can be carried
  const size = 240;
  const half = size / 2;
  const reach = Math.max(0.01, ...keys.flat(2).map(Math.abs));
  const span = Math.max(0.01, ...lengths); // the plane is drawn so far for queries, which may be much longer than keys
  const to = ([x, y]) => [half + (x / reach) * (half - 16), half - (y / reach) * (half - 16)];
  const arrows = empty[0].map((_, t) => ({ line: s("line", { x1: half, y1: half }), end: s("circle", { r: 4 }), text: s("text", { "text-anchor": "middle" }, t + 1) }));
  const asked = s("line", { x1: half, y1: half, class: "gr-att-query" });
  const halo = s("circle", { r: 16, class: "gr-att-halo" });
  const head = s("g", { class: "gr-att-head", role: "button", tabindex: 0 }, halo, s("circle", { r: 7 }));
  const nobody = s("circle", { cx: half, cy: half, r: 9, class: "gr-att-nobody" });
  const plane = s("svg", { viewBox: `0 0 ${size} ${size}`, width: size, height: size, role: "group", "aria-label": "keys and the query" },
    nobody, ...arrows.map((x) => x.line), ...arrows.flatMap((x) => [x.end, x.text]), asked, head);
  const carry = (x, y) => {
    const b = model.get("row");
    const at = [x, y].map((v) => span * Math.max(-1, Math.min(1, v)));
    put("moved", model.get("moved").map((old, k) => (k === b ? [at[0] - lengths[b], at[1]] : old)));
  };
  const STEPS = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] };
  const stands = () => {
    const [dx, dy] = model.get("moved")[model.get("row")];
    return [(lengths[model.get("row")] + dx) / span, dy / span];
  };
  head.addEventListener("keydown", (event) => {
    const go = STEPS[event.key];
    if (!go) return;
    event.preventDefault();
    const [x, y] = stands();
    carry(x + go[0], y + go[1]);
  });
  head.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    head.setPointerCapture(event.pointerId);
    head.focus({ focusVisible: false });
  });
  head.addEventListener("pointermove", (event) => {
    if (!head.hasPointerCapture(event.pointerId)) return;
    const box = plane.getBoundingClientRect();
    const edge = (half - 16) / size;
    carry(((event.clientX - box.left) / box.width - 0.5) / edge, (0.5 - (event.clientY - box.top) / box.height) / edge);
  });

  const [step, zero, long] = [21, 30, 110];
  const bars = empty[0].map((_, t) => ({
    bar: s("rect", { x: zero, y: t * step + 2, height: 16 }),
    text: s("text", { y: t * step + 15 }),
    name: s("text", { x: zero - 8, y: t * step + 15, "text-anchor": "end" }, t + 1),
  }));
  const chart = s(
    "svg",
    { viewBox: `0 0 250 ${places * step}`, width: 250, height: places * step, role: "img" },
    ...bars.flatMap((x) => [x.bar, x.text, x.name]),
  );
  const title = h("div", { class: "gr-title" });
  body.append(
    h("div", { class: "gr-att-lists" }, h("div", { class: "gr-att-scroll" }, table), title, chart),
    h("div", {}, h("div", { class: "gr-title" }, "keys as arrows, and the query"), plane),
  );
  const mask = button("Let empty places be heard", () => put("masked", !model.get("masked")));
  const back = button("Query as it is", () => put("moved", pins.map(() => [0, 0])));
  controls.prepend(mask, back);

  const draw = () => {
    const [row, masked] = ["row", "masked"].map((x) => model.get(x));
    const W = pins.map((_, b) => share(model.get(masked ? "weights" : "heard"), b));
    const length = (x) => Math.max(0, Math.min(1, x || 0));
    cells.forEach((line, b) =>
      line.forEach((cell, t) => {
        const x = W[b][t];
        cell.textContent = empty[b][t] && x === 0 ? "–" : write(x);
        cell.className = [empty[b][t] && "gr-att-empty", Number.isNaN(x) && "gr-att-nan"].filter(Boolean).join(" ");
        cell.style.setProperty("--gr-att-share", `${Math.round(70 * length(x))}%`);
      }),
    );
    heads.forEach(([x], b) => x.setAttribute("aria-pressed", String(b === row)));
    bars.forEach(({ bar, text }, t) => {
      const x = W[row][t];
      bar.setAttribute("width", Math.max(1, long * length(x)));
      bar.setAttribute("class", empty[row][t] ? "gr-att-lost" : "gr-item");
      text.setAttribute("x", zero + 8 + long * length(x));
      text.textContent = empty[row][t] ? `nobody${x === 0 ? "" : `, ${write(x)}`}` : write(x);
    });
    arrows.forEach(({ line, end, text }, t) => {
      const [x, y] = to(keys[row][t]);
      const kind = empty[row][t] ? "gr-att-gone" : "";
      const away = Math.hypot(x - half, y - half) || 1;
      for (const [name, value] of Object.entries({ x2: x, y2: y, class: `gr-att-key ${kind}`, "stroke-width": 1.5 + 9 * length(W[row][t]) })) line.setAttribute(name, value);
      for (const [name, value] of Object.entries({ cx: x, cy: y, class: `gr-att-end ${kind}` })) end.setAttribute(name, value);
      for (const [name, value] of Object.entries({ x: x + (11 * (x - half)) / away, y: y + 5 + (11 * (y - half)) / away, class: kind })) text.setAttribute(name, value);
    });
    // numbers of keys that point the same way stand on either side of them
    const angle = (t) => Math.atan2(keys[row][t][1], keys[row][t][0]);
    arrows.forEach(({ text }, t) => {
      const twins = arrows.map((_, k) => k).filter((k) => !empty[row][k] && Math.abs(angle(k) - angle(t)) < 0.2);
      if (empty[row][t] || twins.length < 2) return;
      const side = twins.indexOf(t) % 2 ? 1 : -1;
      const [x, y] = to(keys[row][t]);
      text.setAttribute("x", x + 13 * side * Math.sin(angle(t)));
      text.setAttribute("y", y + 5 + 13 * side * Math.cos(angle(t)));
    });
    const lonely = empty[row].some(Boolean);
    nobody.setAttribute("class", `gr-att-nobody${lonely ? (masked ? "" : " gr-att-loud") : " gr-att-gone"}`);
    const [qx, qy] = to(stands().map((v) => v * reach));
    asked.setAttribute("x2", qx);
    asked.setAttribute("y2", qy);
    for (const node of head.children) node.setAttribute("transform", `translate(${qx}, ${qy})`);
    const away = model.get("moved")[row].some(Boolean);
    back.disabled = !model.get("moved").flat().some(Boolean);
    title.textContent = `${pins[row]} looks at`;
    mask.setAttribute("aria-pressed", String(!masked));
    mask.textContent = masked ? "Let empty places be heard" : "Mask empty places";
    const lost = W[row].reduce((sum, x, t) => sum + (empty[row][t] ? x : 0), 0);
    const total = W[row].reduce((sum, x) => sum + x, 0);
    const count = empty[row].filter((x) => !x).length;
    const told = W[row].map((x, t) => `place ${t + 1} ${write(x)}`).join(", ");
    chart.setAttribute("aria-label", `${pins[row]}: ${told}`);
    head.setAttribute("aria-label", `query of ${pins[row]}: ${told}; arrow keys carry it`);
    say(
      Number.isNaN(total)
        ? `${pins[row]}: NaN. A softmax of nothing but −∞ has no value, and whoever hears it has none either.`
        : `${pins[row]} has ${count} neighbor${count === 1 ? "" : "s"} in ${places} places; the weights sum to ${write(total)}. ` +
            (masked ? (count ? "Empty places get nothing." : "It hears nobody: zeros.") : `Empty places take ${write(lost)} of it.`) +
            (away ? " Its query was carried away." : ""),
    );
  };
  const names = ["row", "masked", "weights", "heard", "moved"];
  for (const name of names) model.on(`change:${name}`, draw);
  draw();
  return () => {
    for (const name of names) model.off(`change:${name}`, draw);
  };
}

export default { render };
