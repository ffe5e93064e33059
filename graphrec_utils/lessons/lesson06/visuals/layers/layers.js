// Weights of the layers: predict which scores are 0, then see them; the filter's response beside it.
// State: users, items (names), blocks (user-item block of A_hat to the power 0 … 2K), eigenvalues,
// alpha (K + 1 weights), guesses ({ "u i": 0 or 1 }), shown (are the scores visible).

import { button, frame, h, roving, s, slider } from "../../../../plots/visuals/base/base.js";

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

  const { body, controls, say } = frame(el, {
    label: "Weights of the layers",
    help: "Press a cell, or move with the arrow keys and press Enter, to predict: ?, 0 or above 0.",
  });

  // ---- the table: a button per cell
  const cells = users.map((user, u) =>
    items.map((item, i) =>
      h("button", {
        type: "button",
        class: "gr-button gr-layers-cell",
        onclick: () => {
          if (model.get("shown")) return;
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
    ...users.map((x, u) => h("tr", {}, h("th", { scope: "row" }, x), ...cells[u].map((c) => h("td", {}, c)))),
  );
  roving(table, () => cells);
  const reveal = button("Show the scores", () => set("shown", !model.get("shown")));

  // ---- the response
  const [width, height, pad] = [280, 190, 22];
  const x = (value) => pad + ((value + 1) / 2) * (width - 2 * pad);
  const y = (g) => height / 2 - Math.max(-1.2, Math.min(1.2, g)) * (height / 2 - pad) / 1.2;
  const curve = s("polyline", { class: "gr-layers-curve" });
  const dots = eigenvalues.map((value) => s("circle", { r: 4.5, cx: x(value), class: "gr-layers-dot" }));
  const picture = s(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "img" },
    s("line", { class: "gr-layers-axis", x1: pad, x2: width - pad, y1: y(0), y2: y(0) }),
    s("line", { class: "gr-layers-axis", x1: x(0), x2: x(0), y1: pad, y2: height - pad }),
    s("text", { x: 0, y: y(0) - 6 }, "−1"),
    s("text", { x: width - pad + 4, y: y(0) - 6 }, "1"),
    s("text", { x: x(0) + 5, y: y(1) + 5 }, "1"),
    s("text", { x: x(0) + 5, y: y(-1) + 5 }, "−1"),
    curve,
    ...dots,
  );
  body.append(
    h("div", {}, h("div", { class: "gr-title" }, "scores"), table, reveal),
    h("div", {}, h("div", { class: "gr-title" }, "response g(λ) at the eigenvalues"), picture),
  );

  // ---- weights
  const sliders = presets.mean.map((_, k) =>
    slider(`α${"₀₁₂₃₄"[k]}`, { min: -1, max: 1, step: 0.05, value: 0 }, (value) =>
      set("alpha", model.get("alpha").map((a, j) => (j === k ? value : a))),
    ),
  );
  const choice = h(
    "div",
    { class: "gr-controls", role: "group", "aria-label": "Layer weights" },
    ...Object.entries(presets).map(([name, alpha]) => button(name, () => set("alpha", alpha))),
    ...sliders.map((z) => z.node),
  );
  controls.before(choice);

  const draw = () => {
    const [alpha, guesses, shown] = [model.get("alpha"), model.get("guesses"), model.get("shown")];
    const weight = Array(2 * K + 1).fill(0); // of A_hat to the power p in the product of both sides
    alpha.forEach((a, j) => alpha.forEach((b, k) => (weight[j + k] += a * b)));
    const score = (u, i) => weight.reduce((sum, w, p) => sum + w * blocks[p][u][i], 0);
    let [right, made] = [0, 0];
    users.forEach((user, u) =>
      items.forEach((item, i) => {
        const value = score(u, i);
        const guess = guesses[`${u} ${i}`];
        const told = guess === undefined ? "?" : guess ? "> 0" : "0";
        const good = guess !== undefined && guess === Number(Math.abs(value) > 5e-4);
        made += guess !== undefined;
        right += good;
        const mark = shown && guess !== undefined ? (good ? " ✓" : " ✗") : "";
        cells[u][i].textContent = shown ? number(value) + mark : told;
        cells[u][i].setAttribute("aria-label", `${user}, ${item}: ${shown ? `score ${number(value)}${mark && (good ? ", predicted" : ", predicted otherwise")}` : `prediction ${told}`}`);
      }),
    );
    reveal.textContent = shown ? "Hide and predict again" : "Show the scores";
    const g = (value) => alpha.reduce((sum, a, k) => sum + a * value ** k, 0);
    curve.setAttribute("points", Array.from({ length: 81 }, (_, k) => -1 + k / 40).map((z) => `${x(z).toFixed(1)},${y(g(z)).toFixed(1)}`).join(" "));
    dots.forEach((dot, k) => dot.setAttribute("cy", y(g(eigenvalues[k])).toFixed(1)));
    picture.setAttribute("aria-label", `response: ${eigenvalues.map((z) => `${number(g(z), 2)} at ${number(z, 2)}`).join(", ")}`);
    sliders.forEach((z, k) => z.set(Math.round(alpha[k] * 100) / 100));
    const cellsInAll = users.length * items.length;
    const odd = weight.map((w, p) => [w, p]).filter(([w, p]) => p % 2 && Math.abs(w) > 1e-9);
    const sum = odd.map(([w, p]) => `${number(w)} Â${p === 1 ? "" : "⁰¹²³⁴⁵⁶⁷⁸"[p]}`).join(" + ").replaceAll("+ −", "− ");
    if (shown) {
      const judged = made ? ` ${right} of your ${made} predictions hold.` : "";
      say(`Scores = ${sum || "0: no odd power is left"}.${judged}`);
    } else say(`Which scores are 0? ${made} of ${cellsInAll} cells predicted. Odd powers of Â join a user with an item, even ones never do.`);
  };
  for (const name of ["alpha", "guesses", "shown"]) model.on(`change:${name}`, draw);
  draw();
  return () => {
    for (const name of ["alpha", "guesses", "shown"]) model.off(`change:${name}`, draw);
  };
}

export default { render };
