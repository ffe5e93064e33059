// Attention of one pin: its keys as arrows in the plane in which they and its query are best seen, as wide as their
// weights; a dotted line from each tip shows how far it reaches along the query. The query can be carried away, empty
// places can be let in. A strip of length 1 shows who gets what.
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
      "Carry the round head of the query, by hand or with the arrow keys. Dotted lines show how far each key reaches along it: the farther, the more it gets. " +
      "Choose a pin; the button lets the empty places be heard.",
  });
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const write = (x) => (x == null || Number.isNaN(x) ? "NaN" : x.toFixed(2));
  // hundredths that add to those of the sum: the largest rests are rounded up
  const rounded = (row) => {
    if (row.some(Number.isNaN)) return row;
    const down = row.map((x) => Math.floor(100 * x + 1e-6));
    const rest = (t) => 100 * row[t] - down[t];
    const owed = Math.round(100 * row.reduce((sum, x) => sum + x, 0)) - down.reduce((sum, x) => sum + x, 0);
    row.map((_, t) => t).sort((a, b) => rest(b) - rest(a)).slice(0, Math.max(0, owed)).forEach((t) => (down[t] += 1));
    return down.map((x) => x / 100);
  };
  const named = (t, x, short) => `${short ? "" : "neighbor "}${t + 1}: ${write(x)}`; // "1: 1.00" alone reads as a ratio

  // ---- weights where the query stands now: each changes by e to the shift times its key, and their sum is what it was
  const share = (W, b) => {
    const [dx, dy] = model.get("moved")[b];
    const factor = keys[b].map(([x, y]) => Math.exp((dx * x + dy * y) / root));
    const now = W[b].map((w, t) => (w ?? NaN) * factor[t]);
    const [before, after] = [W[b], now].map((row) => row.reduce((sum, x) => sum + (x ?? NaN), 0));
    return after === 0 ? now : now.map((w) => (w * before) / after);
  };

  const heads = pins.map((name, b) => [button(name, () => put("row", b), { class: "gr-button gr-att-pin" })]);
  const chooser = h("div", { class: "gr-att-pins", role: "group", "aria-label": "Whose attention" }, h("span", {}, "Whose attention?"), ...heads.flat());
  roving(chooser, () => [heads.flat()], heads[model.get("row")][0]);
  chooser.addEventListener("focusin", (event) => {
    const b = heads.findIndex(([x]) => x === event.target);
    if (b >= 0 && b !== model.get("row")) put("row", b);
  });

  // ---- the plane: keys are arrows, as wide as their weights; the query can be carried
  const size = 480;
  const half = size / 2;
  const reach = Math.max(0.01, ...keys.flat(2).map(Math.abs));
  const span = 3 * Math.max(0.01, ...lengths); // the plane is drawn so far for queries, which may be much longer than keys: one can be pulled until it has chosen
  const to = ([x, y]) => [half + (x / reach) * (half - 46), half - (y / reach) * (half - 46)];
  // as much of the plane as keys and queries need
  const seen = [[half - 60, half], [half + 60, half + 44], ...keys.flat().map(to), to([reach, 0])];
  const [x0, x1, y0, y1] = [0, 0, 1, 1].map((c, k) => (k % 2 ? Math.min(size, Math.max(...seen.map((p) => p[c])) + 52) : Math.max(0, Math.min(...seen.map((p) => p[c])) - 40)));
  const [wide, tall] = [x1 - x0, y1 - y0];
  const arrows = empty[0].map(() => ({
    line: s("line", { x1: half, y1: half }), end: s("circle", { r: 5 }), text: s("text", { "text-anchor": "middle" }),
    drop: s("line", {}), foot: s("circle", {}),
  }));
  const road = s("line", { class: "gr-att-road" }); // along the query, as far as feet lie
  const asked = s("line", { x1: half, y1: half, class: "gr-att-query" });
  const halo = s("circle", { r: 20, class: "gr-att-halo" });
  const head = s("g", { class: "gr-att-head", role: "button", tabindex: 0 }, halo, s("circle", { r: 9 }));
  const nobody = s("circle", { cx: half, cy: half, class: "gr-att-nobody" });
  const asks = s("text", { class: "gr-att-say" }, "query");
  const none = s("text", { x: half, y: half + 34, "text-anchor": "middle", class: "gr-att-say" });
  const plane = s("svg", { viewBox: `${x0} ${y0} ${wide} ${tall}`, width: wide, height: tall, role: "group", "aria-label": "keys and the query" },
    road, nobody, none, ...arrows.map((x) => x.drop), ...arrows.map((x) => x.line), ...arrows.map((x) => x.end), asked,
    ...arrows.map((x) => x.foot), ...arrows.map((x) => x.text), asks, head);
  const carry = (x, y) => {
    const b = model.get("row");
    const at = [[x, x0, x1], [-y, y0, y1]].map(([v, from, to_], k) => (k ? -span : span) * Math.max(-1, (from + 12 - half) / (half - 46), Math.min(1, (to_ - 12 - half) / (half - 46), v)));
    const [ax, ay] = Math.hypot(...at) < 0.02 * span ? [0, 0] : at; // close to length 0 is length 0
    put("moved", model.get("moved").map((old, k) => (k === b ? [ax - lengths[b], ay] : old)));
  };
  const STEPS = { ArrowLeft: [-1 / 15, 0], ArrowRight: [1 / 15, 0], ArrowUp: [0, 1 / 15], ArrowDown: [0, -1 / 15] }; // a fifth of the longest query
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
    carry((x0 + ((event.clientX - box.left) / box.width) * wide - half) / (half - 46), (half - y0 - ((event.clientY - box.top) / box.height) * tall) / (half - 46));
  });

  const parts = [...empty[0].map(() => h("span", { class: "gr-item" })), h("span", { class: "gr-att-lost" })];
  const strip = h("div", { class: "gr-att-strip", role: "img" }, ...parts);
  const title = h("div", { class: "gr-title" });
  body.append(h("div", { class: "gr-att-who" }, chooser, title, strip), h("div", {}, plane));
  const mask = button("Let empty places be heard", () => put("masked", !model.get("masked")));
  const back = button("Reset query", () => put("moved", pins.map(() => [0, 0])));
  controls.prepend(mask, back);

  const draw = () => {
    const [row, masked] = ["row", "masked"].map((x) => model.get(x));
    const W = pins.map((_, b) => share(model.get(masked ? "weights" : "heard"), b));
    const length = (x) => Math.max(0, Math.min(1, x || 0));
    const spoilt = W[row].some(Number.isNaN);
    const R = rounded(W[row]);
    const nobodys = R.reduce((sum, x, t) => sum + (empty[row][t] ? x : 0), 0);
    const gone = W[row].reduce((sum, x, t) => sum + (empty[row][t] ? length(x) : 0), 0);
    [...W[row].map((x, t) => (empty[row][t] ? 0 : length(x))), gone].forEach((x, t) => {
      parts[t].style.flexGrow = x.toFixed(4);
      parts[t].hidden = spoilt || x < 5e-3;
      parts[t].textContent = x < 0.1 ? (t < places && x > 0.03 ? t + 1 : "") : t < places ? named(t, R[t], x < 0.33) : x < 0.2 ? "nobody" : `nobody: ${write(nobodys)}`;
    });
    strip.classList.toggle("gr-att-nan", spoilt);
    strip.dataset.told = spoilt ? "NaN" : W[row].every((x) => !x) ? "nothing: it hears nobody" : "";
    heads.forEach(([x], b) => x.setAttribute("aria-pressed", String(b === row)));
    // from each tip straight down on the query's line: the foot tells how far the key reaches along the query
    const query = [lengths[row] + model.get("moved")[row][0], model.get("moved")[row][1]];
    const long = Math.hypot(...query);
    const along = keys[row].map(([x, y], t) => (empty[row][t] || !long ? -Infinity : (x * query[0] + y * query[1]) / long));
    const onto = (far) => to(query.map((v) => (v / long) * far));
    const farthest = Math.max(...along);
    const [qx, qy] = to(stands().map((v) => v * reach));
    const lines = [[half, half, qx, qy, 3]]; // which labels had better not cover, the last least
    arrows.forEach(({ line, end, drop, foot }, t) => {
      const [x, y] = to(keys[row][t]);
      const kind = empty[row][t] ? "gr-att-gone" : "";
      const [fx, fy] = Number.isFinite(along[t]) ? onto(along[t]) : [x, y];
      const set = (node, all) => Object.entries(all).forEach(([name, value]) => node.setAttribute(name, value));
      set(line, { x2: x, y2: y, class: `gr-att-key ${kind}`, "stroke-width": 1.5 + 16 * length(W[row][t]) });
      set(end, { cx: x, cy: y, class: `gr-att-end ${kind}` });
      const least = long ? kind : "gr-att-gone";
      set(drop, { x1: x, y1: y, x2: fx, y2: fy, class: `gr-att-drop ${least}` });
      set(foot, { cx: fx, cy: fy, r: along[t] === farthest ? 5.5 : 3.5, class: `gr-att-foot ${along[t] === farthest ? "gr-att-far" : ""} ${least}` });
      if (!kind) lines.push([half, half, x, y, 2], [x, y, fx, fy, 1]);
    });
    const feet = along.filter(Number.isFinite);
    const ends = feet.length ? [Math.min(0, ...feet), Math.max(0, ...feet)].map(onto).flat() : [half, half, half, half];
    ["x1", "y1", "x2", "y2"].forEach((name, k) => road.setAttribute(name, ends[k]));
    // a number stands at its tip, where it covers least: no line, no other tip, no other number; best beyond the arrow
    const tips = keys[row].map(to);
    const gap = ([x, y], [a, b, c, d]) => {
      const part = Math.max(0, Math.min(1, ((x - a) * (c - a) + (y - b) * (d - b)) / ((c - a) ** 2 + (d - b) ** 2 || 1)));
      return Math.hypot(x - a - part * (c - a), y - b - part * (d - b));
    };
    const told_of = [];
    arrows.forEach(({ text }, t) => {
      text.textContent = t + 1;
      text.setAttribute("class", `gr-att-say ${empty[row][t] ? "gr-att-gone" : ""}`);
      if (empty[row][t]) return;
      const [x, y] = tips[t];
      const out = Math.atan2(y - half, x - half);
      const tried = Array.from({ length: 16 }, (_, k) => {
        const turn = (k % 2 ? -1 : 1) * Math.ceil(k / 2) * (Math.PI / 8);
        const [a, b] = [x + 15 * Math.cos(out + turn), y + 15 * Math.sin(out + turn)];
        const others = [...tips.filter((_, o) => o !== t && !empty[row][o]), ...told_of.map((o) => o.at), [qx, qy]];
        const room = Math.min(14, ...lines.map((l) => gap([a, b], l)), ...others.map((o) => Math.hypot(a - o[0], b - o[1]) - 2));
        const out_of = a < x0 + 8 || a > x1 - 8 || b < y0 + 10 || b > y1 - 10;
        return { at: [a, b], cost: 14 - room + 0.8 * Math.abs(turn) + (out_of ? 99 : 0) };
      });
      const { at } = tried.reduce((best, o) => (o.cost < best.cost ? o : best));
      told_of.push({ at, from: at[0] - 5, long: 10, y: at[1] + 5 });
      text.setAttribute("x", at[0]);
      text.setAttribute("y", at[1] + 5);
    });
    const lonely = empty[row].some(Boolean);
    nobody.setAttribute("class", `gr-att-nobody${lonely ? (masked ? "" : " gr-att-loud") : " gr-att-gone"}`);
    nobody.setAttribute("r", masked ? 10 : 10 + 26 * gone);
    const holes = empty[row].filter(Boolean).length;
    none.textContent = holes ? `${holes} empty${masked ? "" : `: ${write(nobodys)}`}` : "";
    none.setAttribute("y", half + Math.max(36, 30 + 26 * gone * Number(!masked)));
    asked.setAttribute("x2", qx);
    asked.setAttribute("y2", qy);
    for (const node of head.children) node.setAttribute("transform", `translate(${qx}, ${qy})`);
    // the word stands where it covers no number, no line and not the ring of the focus: below, above, at the right, at the left, farther away
    const meet = (a, b) => a.from < b.from + b.long && b.from < a.from + a.long && Math.abs(a.y - b.y) < 18;
    const crossed = (a) => Math.max(0, ...lines.map((l) => ([2, 14, 26, 38].some((dx) => gap([a.from + dx, a.y - 4], l) < 10) ? l[4] : 0)));
    const sides = [[-20, 36], [-20, -27], [28, 5], [-68, 5], [20, 30], [-60, 30], [21, -16], [-61, -16], [-20, 52], [-20, -42]].map(([dx, dy]) => ({ from: qx + dx, long: 40, y: qy + dy }));
    const fits = sides.filter((a) => a.from > x0 && a.from + a.long < x1 && a.y > y0 + 12 && a.y < y1 - 4);
    const about = 8 * none.textContent.length; // how long the word of the empty places is
    const holes_at = holes ? [{ from: half - about / 2, long: about, y: Number(none.getAttribute("y")) }] : [];
    const clear = fits.filter((a) => ![...told_of, ...holes_at].some((b) => meet(a, b)));
    const free = [0, 1, 2].map((most) => clear.find((a) => crossed(a) <= most)).find(Boolean) ?? clear[0] ?? fits[0] ?? sides[0];
    for (const [name, value] of Object.entries({ x: free.from, y: free.y })) asks.setAttribute(name, value);
    const away = model.get("moved")[row].some(Boolean);
    back.disabled = !model.get("moved").flat().some(Boolean);
    title.textContent = `${pins[row]} looks at`;
    const still = model.get(masked ? "weights" : "heard")[row].map((x) => x ?? NaN);
    const won = W[row].map((x, t) => (empty[row][t] ? -1 : x - still[t]));
    const best = won.indexOf(Math.max(...won));
    mask.setAttribute("aria-pressed", String(!masked));
    // why: a weight grows with how far the key reaches along the query
    const first = W[row].indexOf(Math.max(...W[row]));
    const heard = W[row].filter((_, t) => !masked || !empty[row][t]);
    const alike = !long && heard.length > 1 && Math.max(...heard) - Math.min(...heard) < 0.005;
    const why = alike ? " A query of length 0 hears all alike." : masked && feet.length > 1 && first === along.indexOf(farthest)
      ? ` Neighbor ${first + 1} gets most: its key reaches farthest along the query.` : "";
    const lost = W[row].reduce((sum, x, t) => sum + (empty[row][t] ? x : 0), 0);
    const total = W[row].reduce((sum, x) => sum + x, 0);
    const count = empty[row].filter((x) => !x).length;
    const zeros = lost > 0 && keys[row].every(([x, y], t) => !empty[row][t] || !(x || y)) ? " A key of zeros scores 0, and e⁰ = 1." : "";
    const told = R.map((x, t) => `place ${t + 1} ${write(x)}`).join(", ");
    strip.setAttribute("aria-label", `${pins[row]}: ${told}`);
    head.setAttribute("aria-label", `query of ${pins[row]}: ${told}; arrow keys carry it`);
    const has = `${pins[row]} has ${count} neighbor${count === 1 ? "" : "s"} in ${places} places`;
    // what a carry has done: who gains most, and who pays for it
    const payer = won.reduce((least, x, t) => (!empty[row][t] && (least < 0 || x < won[least]) ? t : least), -1);
    const before = rounded(still);
    const change = (t) => `${write(R[t])} instead of ${write(before[t])}`;
    const wherever = away ? ", wherever the query points" : "";
    const same = R.every((x, t) => x === before[t]) && !(count === 1 && masked); // at rest, or as good as
    const carried =
      won[best] < 0.005
        ? count === 1 && masked ? "a lone neighbor keeps 1.00, wherever the query points." : `neighbor ${payer + 1} has ${change(payer)}.`
        : `neighbor ${best + 1} has ${change(best)}${won[payer] < -0.005 ? `, and neighbor ${payer + 1} pays most: ${change(payer)}` : ""}.`;
    say(
      Number.isNaN(total)
        ? `${pins[row]}: NaN. A softmax of nothing but −∞ has no value, and whoever hears it has none either.`
        : !count && masked ? `${has}. It hears nobody${wherever || ": zeros"}.`
        : away && count && alike ? `Carried: a query of length 0 hears all alike.${masked ? "" : ` Empty places take ${write(nobodys)}.${zeros}`}`
        : away && count && !same ? `Carried: ${carried}${masked ? "" : ` Empty places take ${write(nobodys)}.${zeros}`}`
        : masked ? `${has}. Empty places get nothing.${why}`
        : `${has}; the weights sum to ${write(total)}, and empty places take ${write(nobodys)} of it${count ? "" : wherever}.${zeros}`,
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
