// Alternating least squares, one half-step at a time: R, the factors around their product, and what
// the product leaves of R. The loss curve below marks where we are.
// State: users, items (names), R, steps ({ solved, user_emb, item_emb, loss }), step (a number).

import { frame, h, player, s } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const users = model.get("users");
  const items = model.get("items");
  const R = model.get("R");
  const last = model.get("steps").length - 1;
  const dims = model.get("steps")[0].user_emb[0].map((_, f) => f);

  const { root, body, controls, say } = frame(el, {
    label: "Alternating least squares, step by step",
    help: "Buttons, or the arrow keys ← and → for a half-step, Home for the start, End for the end.",
  });

  // ---- tables: a corner, heads, and cells whose color tells sign and size
  const cellOf = () => h("td", {});
  const table = (label, rowNames, columnNames, side) => {
    const cells = rowNames.map(() => columnNames.map(cellOf));
    const node = h(
      "table",
      { class: "gr-als-table", "aria-label": label },
      h("tr", {}, h("td", { class: "gr-als-corner" }), ...columnNames.map((x) => h("th", { scope: "col" }, x))),
      ...rowNames.map((x, r) => h("tr", {}, h("th", { scope: "row" }, x), ...cells[r])),
    );
    if (side) node.classList.add(`gr-als-${side}`);
    return { node, cells };
  };
  const fill = (cell, value, digits = 2) => {
    const size = Math.min(1, Math.abs(value) / 1.5) * 0.55; // text stays readable on the color
    const hue = value < 0 ? "33 102 172" : "178 24 43";
    const text = value.toFixed(digits);
    cell.textContent = Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
    cell.style.background = `rgb(${hue} / ${size.toFixed(2)})`;
  };
  const letters = dims.map((f) => `f${f + 1}`);
  const tables = {
    R: table("R", users, items),
    W: table("user vectors W", users, letters, "user"),
    H: table("item vectors H, transposed", letters, items, "item"),
    Y: table("scores W Hᵀ", users, items),
    E: table("residual R − W Hᵀ", users, items),
  };
  R.forEach((row, u) =>
    row.forEach((x, i) => {
      tables.R.cells[u][i].textContent = x;
      if (x) tables.R.cells[u][i].classList.add("gr-als-one");
    }),
  );
  const panel = (title, node) => h("div", {}, h("div", { class: "gr-title" }, title), node);
  body.append(
    panel("R", tables.R.node),
    panel("W: users", tables.W.node),
    panel("Hᵀ: items", tables.H.node),
    panel("scores W Hᵀ", tables.Y.node),
    panel("residual R − W Hᵀ", tables.E.node),
  );

  // ---- the loss after every half-step
  const [width, height, edge] = [190, 84, 10];
  const x = (k) => edge + ((width - 2 * edge) * k) / last;
  const here = s("circle", { r: 6, class: "gr-als-here" });
  const line = s("polyline", { class: "gr-als-curve" });
  const dots = model.get("steps").map((_, k) => s("circle", { cx: x(k), r: 2.5, class: "gr-als-dot" }));
  const curve = s(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": "loss after each half-step" },
    line,
    ...dots,
    here,
  );
  const panelOfLoss = panel("loss", curve);
  panelOfLoss.classList.add("gr-als-loss");
  body.append(panelOfLoss);

  // ---- stepping
  const draw = () => {
    const k = Math.max(0, Math.min(last, model.get("step")));
    const steps = model.get("steps"); // a student's function may have made new ones
    const losses = steps.map((z) => z.loss);
    const [low, top] = [Math.min(...losses), Math.max(...losses)];
    const y = (loss) => height - edge - ((height - 2 * edge) * (loss - low)) / (top - low || 1);
    line.setAttribute("points", losses.map((z, j) => `${x(j)},${y(z)}`).join(" "));
    dots.forEach((dot, j) => dot.setAttribute("cy", y(losses[j])));
    const { solved, user_emb: W, item_emb: H, loss } = steps[k];
    let worst = [0, 0, 0];
    users.forEach((_, u) => {
      dims.forEach((f) => fill(tables.W.cells[u][f], W[u][f]));
      items.forEach((_, i) => {
        const score = dims.reduce((sum, f) => sum + W[u][f] * H[i][f], 0);
        const left = R[u][i] - score;
        fill(tables.Y.cells[u][i], score);
        fill(tables.E.cells[u][i], left);
        if (Math.abs(left) > Math.abs(worst[2])) worst = [u, i, left];
      });
    });
    items.forEach((_, i) => dims.forEach((f) => fill(tables.H.cells[f][i], H[i][f])));
    tables.W.node.classList.toggle("gr-als-moved", solved === "users");
    tables.H.node.classList.toggle("gr-als-moved", solved === "items");
    here.setAttribute("cx", x(k));
    here.setAttribute("cy", y(loss));
    const done =
      k === 0
        ? "Random start, nothing solved yet."
        : `Half-step ${k} of ${last}: ${solved} solved, ${solved === "users" ? "items" : "users"} fixed.`;
    const change = k === 0 ? `Loss ${loss.toFixed(3)}.` : `Loss ${steps[k - 1].loss.toFixed(3)} → ${loss.toFixed(3)}.`;
    say(`${done} ${change} Largest residual: ${users[worst[0]]} – ${items[worst[1]]}, ${worst[2].toFixed(2).replace("-", "−")}.`);
  };
  const time = player(model, root, () => last);
  controls.prepend(...time.nodes);
  for (const name of ["step", "steps"]) model.on(`change:${name}`, draw);
  draw();
  return () => {
    time.stop();
    for (const name of ["step", "steps"]) model.off(`change:${name}`, draw);
  };
}

export default { render };
