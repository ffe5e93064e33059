// Alternating least squares, one half-step at a time: what the product leaves of R, large, between the factors it is
// made of; below it the loss, on which one can pull from state to state.
// State: users, items (names), R, steps ({ solved, user_emb, item_emb, loss }), step (a number).

import { frame, h, player, roving, s } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const users = model.get("users");
  const items = model.get("items");
  const R = model.get("R");
  const last = model.get("steps").length - 1;
  const dims = model.get("steps")[0].user_emb[0].map((_, f) => f);

  const { root, body, controls, say } = frame(el, {
    label: "Alternating least squares, step by step",
    help: "Pull the dot along the loss, or use the buttons; arrow keys ← and → for a half-step, Home for the start, End for the end. Press a residual: how it comes about.",
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
  const panel = (title, node, kind = "") => h("div", { class: kind }, h("div", { class: "gr-title" }, title), node);
  // a residual is a cell to press: its sum is told
  let told = null;
  tables.E.node.classList.add("gr-als-large");
  tables.E.cells.forEach((row, u) =>
    row.forEach((cell, i) => {
      if (R[u][i]) cell.classList.add("gr-als-like");
      const tell = () => {
        told = told && told[0] === u && told[1] === i ? null : [u, i];
        draw();
      };
      cell.addEventListener("click", tell);
      cell.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        tell();
      });
    }),
  );
  roving(tables.E.node, () => tables.E.cells);
  body.append(
    h(
      "div",
      { class: "gr-als-frame" },
      panel("Hᵀ: items", tables.H.node, "gr-als-top"),
      panel("W: users", tables.W.node, "gr-als-left"),
      panel("residual R − W Hᵀ", tables.E.node, "gr-als-middle"),
    ),
    h("div", { class: "gr-als-side" }, panel("R", tables.R.node), panel("scores W Hᵀ", tables.Y.node)),
  );

  // ---- the loss after every half-step: a line with a dot to pull
  const [width, height, edge] = [640, 96, 16];
  const x = (k) => edge + ((width - 2 * edge - 50) * k) / last;
  const here = s("circle", { r: 10, class: "gr-als-here" });
  const line = s("polyline", { class: "gr-als-curve" });
  const dots = model.get("steps").map((_, k) => s("circle", { cx: x(k), r: 4, class: "gr-als-dot" }));
  const mark = s("text", { class: "gr-als-mark" });
  const curve = s(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": "loss after each half-step", class: "gr-als-pull" },
    line,
    ...dots,
    here,
    mark,
  );
  body.append(panel("loss after each half-step", curve, "gr-als-loss"));

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
    mark.setAttribute("x", x(k) + 16);
    mark.setAttribute("y", y(loss) + (k === last ? -6 : 5));
    mark.textContent = loss.toFixed(2);
    users.forEach((_, u) => items.forEach((_, i) => tables.E.cells[u][i].classList.toggle("gr-als-told", !!told && told[0] === u && told[1] === i)));
    const done =
      k === 0
        ? "Random start, nothing solved yet."
        : `Half-step ${k} of ${last}: ${solved} solved, ${solved === "users" ? "items" : "users"} fixed.`;
    const change = k === 0 ? `Loss ${loss.toFixed(3)}.` : `Loss ${steps[k - 1].loss.toFixed(3)} → ${loss.toFixed(3)}.`;
    const [u, i] = told ?? worst;
    const value = (z) => z.toFixed(2).replace(/^-0.00$/, "0.00").replace("-", "−");
    const left = R[u][i] - dims.reduce((sum, f) => sum + W[u][f] * H[i][f], 0);
    const sum = dims.map((f) => `${value(W[u][f])} · ${value(H[i][f])}`).join(" + ").replaceAll("· −", "· −");
    const how = told ? `${users[u]} – ${items[i]}: ${R[u][i]} − (${sum}) = ${value(left)}.` : `Largest residual: ${users[u]} – ${items[i]}, ${value(left)}.`;
    say(`${done} ${change} ${how}`);
  };
  const time = player(model, root, () => last);
  controls.prepend(...time.nodes);
  const pull = (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(curve.getScreenCTM().inverse()).x;
    const k = Math.round((Math.max(0, Math.min(1, (at - x(0)) / (x(last) - x(0))))) * last);
    if (k !== model.get("step")) time.jump(k);
  };
  curve.addEventListener("pointerdown", (event) => {
    curve.setPointerCapture(event.pointerId);
    pull(event);
  });
  curve.addEventListener("pointermove", (event) => curve.hasPointerCapture(event.pointerId) && pull(event));
  for (const name of ["step", "steps"]) model.on(`change:${name}`, draw);
  draw();
  return () => {
    time.stop();
    for (const name of ["step", "steps"]) model.off(`change:${name}`, draw);
  };
}

export default { render };
