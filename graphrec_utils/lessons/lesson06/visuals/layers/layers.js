// Weights of the layers: predict which scores are 0, then see them as bars; of one pair also the bars of the walks that
// its score is made of, odd and even. The filter's response on a press.
// State: users, items (names), blocks (user-item block of A_hat to the power 0 … 2K), eigenvalues,
// alpha (K + 1 weights), guesses ({ "u i": 0 or 1 }), shown (are the scores visible).

import { button, count, frame, h, list, moves, roving, s, slider } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const users = model.get("users");
  const items = model.get("items");
  const blocks = model.get("blocks");
  const eigenvalues = model.get("eigenvalues");
  const K = (blocks.length - 1) / 2;
  const presets = {
    mean: Array(K + 1).fill(1 / (K + 1)),
    "last layer": [...Array(K).fill(0), 1],
    "layer 0": [1, ...Array(K).fill(0)],
    halving: Array.from({ length: K + 1 }, (_, k) => 0.5 ** (k + 1)),
  };
  const number = (x, digits = 3) => (Math.abs(x) < 0.5 * 10 ** -digits ? "0" : x.toFixed(digits).replace("-", "−"));
  const set = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };

  const { root, body, controls, say } = frame(el, {
    label: "Weights of the layers",
    help: "Press a cell, or move with the arrow keys and press Enter, to predict: ?, 0 or above 0. Then show the scores and pull the weights up and down; a cell that is pressed now shows its walks. Outlines: the mean.",
  });

  // ---- the table: a button per cell, and a bar
  let pair = [0, 0];
  const bars = users.map(() => items.map(() => h("div", { class: "gr-layers-bar gr-slides" })));
  const ghosts = users.map(() => items.map(() => h("div", { class: "gr-layers-ghost" }))); // of the mean
  const cells = users.map((user, u) =>
    items.map((item, i) =>
      h("button", {
        type: "button",
        class: "gr-button gr-layers-cell",
        onclick: () => {
          pair = [u, i];
          if (model.get("shown")) return draw();
          const guesses = { ...model.get("guesses") };
          const key = `${u} ${i}`;
          if (guesses[key] === undefined) guesses[key] = 0;
          else if (guesses[key] === 0) guesses[key] = 1;
          else delete guesses[key];
          set("guesses", guesses);
        },
      }),
    ),
  );
  const table = h(
    "table",
    { class: "gr-layers-table", "aria-label": "scores of one-hot embeddings" },
    h("tr", {}, h("td", {}), ...items.map((x) => h("th", { scope: "col" }, x))),
    ...users.map((x, u) => h("tr", {}, h("th", { scope: "row" }, x), ...cells[u].map((c, i) => h("td", {}, c, h("div", { class: "gr-layers-track" }, ghosts[u][i], bars[u][i]))))),
  );
  roving(table, () => cells);

  // ---- the graph: the ends of the pair are lit, and with the scores a shortest way between them
  const m = users.length;
  const one = Math.min(1, blocks.length - 1);
  const joined = (u, i) => Math.abs(blocks[one][u][i]) > 1e-9;
  const [across, gap, lift] = [250, 48, 28];
  const spot = (v) => (v < m ? [((v + 0.5) * across) / m, lift + gap] : [((v - m + 0.5) * across) / items.length, lift]);
  const link = (a, b) => {
    const [[x1, y1], [x2, y2]] = [spot(a), spot(b)];
    return { ends: [a, b], node: s("line", { x1, y1, x2, y2 }) };
  };
  const links = users.flatMap((_, u) => items.flatMap((_, i) => (joined(u, i) ? [link(u, m + i)] : [])));
  const knots = [...users, ...items].map((name, v) => {
    const [cx, cy] = spot(v);
    const node = v < m ? s("circle", { cx, cy, r: 9 }) : s("rect", { x: cx - 8, y: cy - 8, width: 16, height: 16 });
    return { node, text: s("text", { x: cx, y: v < m ? cy + 24 : cy - 13, "text-anchor": "middle" }, name.length > 7 ? `${name.slice(0, 6)}…` : name) };
  });
  const net = s("svg", { viewBox: `0 0 ${across} ${lift + gap + 30}`, width: across, height: lift + gap + 30, role: "img" },
    ...links.map((x) => x.node), ...knots.flatMap((x) => [x.node, x.text]));
  // the nodes of a shortest way from one to the other, none if no way leads there
  const wayTo = (from, to) => {
    const came = new Map([[from, null]]);
    for (const v of came.keys())
      for (const { ends } of links) if (ends.includes(v)) {
        const w = ends[0] === v ? ends[1] : ends[0];
        if (!came.has(w)) came.set(w, v);
      }
    const way = [];
    for (let v = came.has(to) ? to : null; v !== null; v = came.get(v)) way.push(v);
    return way;
  };
  const reveal = button("Show the scores", () => set("shown", !model.get("shown")));

  // ---- one pair: what each number of steps, of both walks together, gives to its score
  const [wide, high, foot] = [Math.max(300, 54 * blocks.length + 12), 236, 36];
  const base = 140;
  const columns = blocks.map((_, p) => s("rect", { class: `gr-layers-part gr-layers-${p % 2 ? "odd" : "even"}`, x: 8 + (p * (wide - 16)) / blocks.length + 4, width: (wide - 16) / blocks.length - 8, y: base, height: 0 }));
  const outlines = columns.map((node) => s("rect", { class: "gr-layers-outline", x: node.getAttribute("x"), width: node.getAttribute("width"), y: base, height: 0 }));
  const values = blocks.map((_, p) => s("text", { "text-anchor": "middle", x: 8 + ((p + 0.5) * (wide - 16)) / blocks.length, class: "gr-layers-small" }));
  const walks = s("svg", { viewBox: `0 0 ${wide} ${high}`, width: wide, height: high, role: "img" },
    s("line", { class: "gr-layers-axis", x1: 4, x2: wide - 4, y1: base, y2: base }),
    ...outlines,
    ...columns,
    ...values,
    ...blocks.map((_, p) => s("text", { "text-anchor": "middle", x: 8 + ((p + 0.5) * (wide - 16)) / blocks.length, y: high - foot + 12, class: "gr-layers-small" }, `${p}`)),
    s("text", { "text-anchor": "middle", x: wide / 2, y: high - 5, class: "gr-layers-small" }, "steps of both ends together"),
  );
  const pairTitle = h("div", { class: "gr-title" });

  // ---- the response
  const [width, height, pad] = [250, 180, 22];
  const x = (value) => pad + ((value + 1) / 2) * (width - 2 * pad);
  let top = 1; // the axis holds the whole curve: a whole number, and a little more
  const y = (g) => height / 2 - (g * (height / 2 - pad)) / (top + 0.2);
  const curve = s("polyline", { class: "gr-layers-curve" });
  const dots = eigenvalues.map((value) => s("circle", { r: 4.5, cx: x(value), class: "gr-layers-dot" }));
  const ticks = [1, -1, 2, -2].map(() => s("text", { x: x(0) + 5, class: "gr-layers-tick" }));
  const picture = s(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "img" },
    s("line", { class: "gr-layers-axis", x1: pad, x2: width - pad, y1: y(0), y2: y(0) }),
    s("line", { class: "gr-layers-axis", x1: x(0), x2: x(0), y1: pad, y2: height - pad }),
    s("text", { x: 0, y: y(0) - 6 }, "−1"),
    s("text", { x: width - pad + 4, y: y(0) - 6 }, "1"),
    curve,
    ...ticks,
    ...dots,
  );
  const powers = h("div", { class: "gr-layers-powers" });
  const filter = h("div", { hidden: "" }, h("div", { class: "gr-title" }, "response g(λ) at the eigenvalues"), picture, powers);
  const more = button("Response", () => {
    filter.hidden = !filter.hidden;
    more.setAttribute("aria-expanded", !filter.hidden);
  }, { "aria-expanded": "false" });
  const part = h("div", { class: "gr-layers-later" }, pairTitle, walks);
  const faders = h("div", { class: "gr-layers-faders" }, h("span", { "aria-hidden": "true" }, "0"));
  body.append(
    h("div", {}, h("div", { class: "gr-title" }, "the graph, and the scores"), net, h("div", { class: "gr-controls" }, reveal, more), table),
    h("div", {}, h("div", { class: "gr-title" }, "weights of the layers: pull"), faders, part),
    filter,
  );

  // ---- weights
  let verdict = null; // which scores were above 0 when they were shown
  let held = null; // the fader in the hand
  const sliders = presets.mean.map((_, k) =>
    slider(`α${"₀₁₂₃₄"[k]}`, { min: -1, max: 1, step: 0.05, value: 0 }, (value) => {
      held = k;
      set("alpha", model.get("alpha").map((a, j) => (j === k ? value : a)));
    }),
  );
  const ready = Object.entries(presets).map(([name, alpha]) => ({ alpha, node: button(name, () => {
    held = null;
    set("alpha", alpha);
  }) }));
  const choice = h(
    "div",
    { class: "gr-controls", role: "group", "aria-label": "Layer weights" },
    ...ready.map((x) => x.node),
  );
  faders.append(...sliders.map((z) => z.node));
  controls.before(choice);

  const draw = () => {
    const [alpha, guesses, shown] = [model.get("alpha"), model.get("guesses"), model.get("shown")];
    // of A_hat to the power p in the product of both sides
    const product = (from) => from.reduce((sum, a, j) => (from.forEach((b, k) => (sum[j + k] += a * b)), sum), Array(2 * K + 1).fill(0));
    const [weight, usual] = [alpha, presets.mean].map(product);
    const score = (u, i, by = weight) => by.reduce((sum, w, p) => sum + w * blocks[p][u][i], 0);
    // a prediction is judged by the weights at which the scores were shown
    if (!shown) verdict = null;
    else if (verdict?.guesses !== guesses) verdict = { guesses, alpha: alpha.join(), above: users.map((_, u) => items.map((_, i) => Number(Math.abs(score(u, i)) > 5e-4))) };
    const judging = shown && verdict.alpha === alpha.join();
    let [right, made] = [0, 0];
    users.forEach((user, u) =>
      items.forEach((item, i) => {
        const value = score(u, i);
        const guess = guesses[`${u} ${i}`];
        const told = guess === undefined ? "?" : guess ? "> 0" : "0";
        const good = shown && guess !== undefined && guess === verdict.above[u][i];
        made += guess !== undefined;
        right += good;
        const mark = judging && guess !== undefined ? h("span", { class: "gr-layers-said" }, `you said ${told} ${good ? "✓" : "✗"}`) : "";
        cells[u][i].replaceChildren(shown ? number(value) : told, mark);
        cells[u][i].setAttribute("aria-label", `${user}, ${item}: ${shown ? `score ${number(value)}${mark && (good ? ", predicted" : ", predicted otherwise")}` : `prediction ${told}`}`);
      }),
    );
    const each = users.map((_, u) => items.map((_, i) => score(u, i)));
    const mean = users.map((_, u) => items.map((_, i) => score(u, i, usual)));
    const most = Math.max(...[each, mean].flat(2).map(Math.abs));
    each.forEach((row, u) => row.forEach((z, i) => {
      ghosts[u][i].style.width = shown ? `${(100 * mean[u][i]) / most}%` : "0";
      bars[u][i].style.width = shown ? `${(100 * Math.abs(z)) / most}%` : "0";
      bars[u][i].classList.toggle("gr-layers-minus", z < 0);
      cells[u][i].classList.toggle("gr-layers-pair", pair[0] === u && pair[1] === i);
    }));
    const [from, to] = [pair[0], m + pair[1]];
    const way = wayTo(from, to);
    knots.forEach(({ node }, v) => node.setAttribute("class", `gr-layers-knot ${v < m ? "gr-user" : "gr-item"}${v === from || v === to ? " gr-layers-end" : ""}`));
    links.forEach(({ ends, node }) => node.setAttribute("class", `gr-layers-link${shown && ends.every((v) => way.includes(v)) ? " gr-layers-way" : ""}`));
    const steps = way.length - 1;
    net.setAttribute("aria-label", `graph; ${users[pair[0]]} and ${items[pair[1]]} are ${way.length ? `${steps} ${steps === 1 ? "step" : "steps"} apart` : "not joined"}`);
    const parts = weight.map((w, p) => w * blocks[p][pair[0]][pair[1]]);
    const before = usual.map((w, p) => w * blocks[p][pair[0]][pair[1]]);
    const both = [...parts, ...before];
    const tall = Math.max(...both, ...both.map((z) => (-112 / 36) * z)) || 1; // 112 pixels of room above, 36 below
    outlines.forEach((node, p) => {
      const length = shown ? (112 * before[p]) / tall : 0;
      node.setAttribute("height", length);
      node.setAttribute("y", base - length);
    });
    parts.forEach((z, p) => {
      const length = shown ? (112 * Math.abs(z)) / tall : 0;
      columns[p].setAttribute("height", length);
      columns[p].setAttribute("y", z < 0 ? base : base - length);
      values[p].setAttribute("y", z < 0 ? base + length + 13 : base - length - 4);
      values[p].textContent = shown ? number(z) : "?";
    });
    const whole = shown ? ` = ${number(each[pair[0]][pair[1]])}` : "";
    pairTitle.textContent = `${users[pair[0]]} – ${items[pair[1]]}${whole}, from how many steps?`;
    walks.setAttribute("aria-label", shown ? `parts of the score of ${users[pair[0]]} and ${items[pair[1]]}: ${parts.map((z, p) => `${number(z)} from ${p} steps`).join(", ")}` : "parts of a score, hidden until the scores are shown");
    reveal.textContent = shown ? "Hide and predict again" : "Show the scores";
    const g = (value) => alpha.reduce((sum, a, k) => sum + a * value ** k, 0);
    const along = Array.from({ length: 81 }, (_, k) => -1 + k / 40);
    top = Math.max(1, Math.ceil(Math.max(...along.map((z) => Math.abs(g(z)))) - 0.2));
    [1, -1, top, -top].forEach((z, k) => {
      ticks[k].setAttribute("y", y(z) + 5);
      ticks[k].textContent = k > 1 && top === 1 ? "" : `${z}`.replace("-", "−");
    });
    curve.setAttribute("points", along.map((z) => `${x(z).toFixed(1)},${y(g(z)).toFixed(1)}`).join(" "));
    dots.forEach((dot, k) => dot.setAttribute("cy", y(g(eigenvalues[k])).toFixed(1)));
    picture.setAttribute("aria-label", `response: ${eigenvalues.map((z) => `${number(g(z), 2)} at ${number(z, 2)}`).join(", ")}`);
    part.classList.toggle("gr-layers-hidden", !shown);
    table.classList.toggle("gr-layers-hidden", !shown);
    ready.forEach(({ alpha: own, node }) => node.setAttribute("aria-pressed", own.every((a, k) => Math.abs(a - alpha[k]) < 1e-9)));
    sliders.forEach((z, k) => {
      z.set(Math.round(alpha[k] * 100) / 100);
      z.node.querySelector("output").textContent = `${Math.round(alpha[k] * 100) / 100}`.replace("-", "−");
      z.node.style.setProperty("--gr-at", (1 + alpha[k]) / 2);
    });
    const cellsInAll = users.length * items.length;
    const odd = weight.map((w, p) => [w, p]).filter(([w, p]) => p % 2 && Math.abs(w) > 1e-9);
    const sum = odd.map(([w, p]) => `${number(w)} Â${p === 1 ? "" : "⁰¹²³⁴⁵⁶⁷⁸"[p]}`).join(" + ").replaceAll("+ −", "− ");
    powers.textContent = `scores = ${sum || "0"}`;
    if (shown) {
      const judged = !made ? "" : !judging ? " You predicted for other weights." : made === 1 ? ` Your prediction ${right ? "holds" : "does not hold"}.` : ` ${right} of your ${made} predictions hold.`;
      const [u, i] = pair;
      // the score is made of walks: none is shorter than the way, and only odd ones join the two sides
      const made_of = parts.map((z, p) => (Math.abs(z) < 5e-4 ? -1 : p)).filter((p) => p >= 0);
      // walks of the pair that the weights leave out
      const lost = weight.flatMap((w, p) => (p % 2 && Math.abs(w) < 1e-9 && Math.abs(blocks[p][u][i]) > 1e-9 ? [p] : []));
      const ends = `${users[u]} and ${items[i]}`;
      const step = (all) => `${list(all.map(String))} ${all.length === 1 && all[0] === 1 ? "step" : "steps"}`;
      const far = !way.length
        ? `${ends} are not joined, by no number of steps.`
        : !odd.length
          ? "0 everywhere: no odd power is left, and only odd numbers of steps join a user with an item."
          : made_of.length
            ? `${ends} are ${count(steps, "step")} apart${
                lost.length
                  ? `: walks of ${step(made_of)} make the score, those of ${step(lost)} have weight 0.`
                  : `, so ${steps > 1 ? "only " : ""}${step(made_of)} ${made_of.length === 1 && made_of[0] === 1 ? "joins" : "join"} them, never an even number.`
              }`
            : `${ends} are ${count(steps, "step")} apart, and no walk of these weights joins them.`;
      const told = held === null ? "" : `α${"₀₁₂₃₄"[held]} = ${number(alpha[held], 2)}: ${users[u]} – ${items[i]} has ${number(each[u][i])}, with the mean ${number(mean[u][i])}. `;
      say(`${told}${far}${judged}`);
    } else say(`Which scores are 0? ${made} of ${cellsInAll} cells predicted.`);
  };
  for (const name of ["alpha", "guesses", "shown"]) model.on(`change:${name}`, draw);
  draw();
  moves(root);
  return () => {
    for (const name of ["alpha", "guesses", "shown"]) model.off(`change:${name}`, draw);
  };
}

export default { render };
