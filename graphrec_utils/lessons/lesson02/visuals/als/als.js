// Alternating least squares, one half-step at a time: what the product leaves of R, large, between the factors it is
// made of, as bars; beside it the loss, on which one can pull from state to state. The side that is solved next can be
// pulled by hand first.
// State: users, items (names), R, steps ({ solved, user_emb, item_emb, loss }), alpha0, reg, step (a number).

import { frame, h, player, roving, s } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const [users, items, R, alpha0, reg] = ["users", "items", "R", "alpha0", "reg"].map((x) => model.get(x));
  const last = model.get("steps").length - 1;
  const dims = model.get("steps")[0].user_emb[0].map((_, f) => f);

  const { root, body, controls, say } = frame(el, {
    label: "Alternating least squares, step by step",
    help: "Pull a bar of the dashed side left or right (keys ↑ and ↓), then Step: does the half-step come lower? Green frames are likes. Pull the dot along the loss; arrow keys ← and → for a half-step, Home, End. Press a residual: how it comes about.",
  });
  const value = (z, digits = 2) => z.toFixed(digits).replace(/^-(0\.0*)$/, "$1").replace("-", "−");

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
  // a bar from the middle of its cell
  const bar = (cell, z) => {
    cell.textContent = value(z);
    const [from, to] = [0, Math.max(-1.5, Math.min(1.5, z))].sort((x, y) => x - y).map((x) => `${(50 + 32 * x).toFixed(1)}%`);
    cell.style.background = `linear-gradient(90deg, transparent ${from}, rgb(${z < 0 ? "60 130 200" : "215 60 70"} / .55) ${from} ${to}, transparent ${to})`;
    cell.setAttribute("aria-valuenow", z.toFixed(2));
  };
  const letters = dims.map((f) => `f${f + 1}`);
  const tables = {
    W: table("user vectors W", users, letters, "user"),
    H: table("item vectors H, transposed", letters, items, "item"),
    E: table("residual R − W Hᵀ", users, items),
  };
  const panel = (title, node, kind = "") => h("div", { class: kind }, h("div", { class: "gr-title" }, title), node);
  // a residual is a cell to press: its sum is told
  let told = null;
  tables.E.node.classList.add("gr-als-large");
  tables.E.cells.forEach((row, u) =>
    row.forEach((cell, i) => {
      if (R[u][i]) cell.classList.add("gr-als-like");
      const tell = () => {
        told = told && told[0] === u && told[1] === i ? null : [u, i];
        hand = null;
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
  const titles = ["W", "H"].map(() => h("span", {}));
  const side = (name, tail, node, kind) => h("div", { class: kind }, h("div", { class: "gr-title" }, name, tail), node);
  body.append(
    h(
      "div",
      { class: "gr-als-frame", style: `--gr-als-cell: ${items.length + dims.length > 6 ? 56 : 74}px` },
      side("Hᵀ: items", titles[1], tables.H.node, "gr-als-top"),
      side("W: users", titles[0], tables.W.node, "gr-als-left"),
      panel("residual R − W Hᵀ", tables.E.node, "gr-als-middle"),
    ),
  );

  // ---- the loss after every half-step: a line with a dot to pull
  const [width, height, edge] = [280, 264, 18];
  const x = (k) => edge + ((width - 2 * edge) * k) / last;
  const here = s("circle", { r: 10, class: "gr-als-here" });
  const byHand = s("path", { d: "M0 -9L9 0L0 9L-9 0z", class: "gr-als-hand" });
  const line = s("polyline", { class: "gr-als-curve" });
  const dots = model.get("steps").map((_, k) => s("circle", { cx: x(k), r: 4, class: "gr-als-dot" }));
  const mark = s("text", { class: "gr-als-mark" });
  const curve = s(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": "loss after each half-step", class: "gr-als-pull" },
    line,
    ...dots,
    ...model.get("steps").map((_, k) => s("text", { x: x(k), y: height - 2, "text-anchor": "middle" }, k)),
    here,
    byHand,
    mark,
  );
  body.append(panel("loss after each half-step, log axis", curve, "gr-als-loss"));

  // ---- the side that is solved next, by hand
  let hand = null; // { W, H, told }: what was pulled since the last half-step
  let beaten = null; // what the hand had come to before it
  const next = () => (Math.max(0, Math.min(last, model.get("step"))) % 2 ? "H" : "W");
  const lossOf = (W, H) => {
    const squares = (w) => w.reduce((sum, z) => sum + z * z, 0);
    let sum = 0;
    W.forEach((w, u) => {
      sum += reg * (R[u].filter(Boolean).length + alpha0 * items.length) * squares(w);
      H.forEach((v, i) => {
        const score = dims.reduce((sum, f) => sum + w[f] * v[f], 0);
        sum += alpha0 * score * score + (R[u][i] ? (score - 1) ** 2 : 0);
      });
    });
    H.forEach((v, i) => (sum += reg * (R.filter((row) => row[i]).length + alpha0 * users.length) * squares(v)));
    return sum;
  };
  const state = () => {
    const { user_emb: W, item_emb: H } = model.get("steps")[Math.max(0, Math.min(last, model.get("step")))];
    return hand ?? { W, H };
  };
  const set = (which, r, f, z) => {
    const { W, H } = structuredClone(state());
    const names = which === "W" ? users : items;
    const to = Math.round(100 * Math.max(-1.5, Math.min(1.5, z))) / 100;
    (which === "W" ? W : H)[r][f] = to;
    hand = { W, H, told: `${names[r]}'s f${f + 1} is ${value(to)}` };
    told = null;
    draw();
  };
  for (const which of ["W", "H"]) {
    const { cells, node } = tables[which];
    cells.forEach((row, a) => row.forEach((cell, b) => {
      const [r, f] = which === "W" ? [a, b] : [b, a];
      const z = () => state()[which][r][f];
      for (const [name, at] of Object.entries({ role: "spinbutton", "aria-valuemin": -1.5, "aria-valuemax": 1.5, "aria-label": `${(which === "W" ? users : items)[r]} f${f + 1}` })) cell.setAttribute(name, at);
      cell.addEventListener("keydown", (event) => {
        const by = { ArrowUp: 0.05, ArrowDown: -0.05 }[event.key];
        if (!by) return;
        event.preventDefault();
        event.stopPropagation();
        if (next() !== which) return fixed();
        set(which, r, f, z() + by);
      });
      const fixed = () => say(`The ${which === "W" ? "users" : "items"} are fixed now: the dashed side is pulled.`);
      let from = null;
      cell.addEventListener("pointerdown", (event) => {
        if (next() !== which) return fixed();
        from = [event.clientX, z(), cell.getBoundingClientRect().width];
        cell.setPointerCapture(event.pointerId);
      });
      cell.addEventListener("pointermove", (event) => {
        if (from && cell.hasPointerCapture(event.pointerId)) set(which, r, f, from[1] + (3 * (event.clientX - from[0])) / from[2]);
      });
      cell.addEventListener("pointerup", () => (from = null));
    }));
    roving(node, () => [cells.flat()]);
  }

  // ---- stepping
  const draw = () => {
    const k = Math.max(0, Math.min(last, model.get("step")));
    const steps = model.get("steps"); // a student's function may have made new ones
    const losses = steps.map((z) => Math.log(z.loss));
    const { solved, loss } = steps[k];
    const { W, H } = state();
    const now = hand ? lossOf(W, H) : loss;
    const [low, top] = [Math.min(...losses), Math.max(...losses, Math.log(now))];
    const y = (z) => height - 34 - ((height - 60) * (z - low)) / (top - low || 1);
    line.setAttribute("points", losses.map((z, j) => `${x(j)},${y(z)}`).join(" "));
    dots.forEach((dot, j) => dot.setAttribute("cy", y(losses[j])));
    let worst = [0, 0, 0];
    users.forEach((_, u) => {
      dims.forEach((f) => bar(tables.W.cells[u][f], W[u][f]));
      items.forEach((_, i) => {
        const left = R[u][i] - dims.reduce((sum, f) => sum + W[u][f] * H[i][f], 0);
        fill(tables.E.cells[u][i], left);
        if (Math.abs(left) > Math.abs(worst[2])) worst = [u, i, left];
      });
    });
    items.forEach((_, i) => dims.forEach((f) => bar(tables.H.cells[f][i], H[i][f])));
    tables.W.node.classList.toggle("gr-als-moved", solved === "users");
    tables.H.node.classList.toggle("gr-als-moved", solved === "items");
    ["W", "H"].forEach((which, j) => {
      tables[which].node.classList.toggle("gr-als-free", next() === which);
      titles[j].textContent = next() === which ? " · pull" : " · fixed";
    });
    here.setAttribute("cx", x(k));
    here.setAttribute("cy", y(losses[k]));
    byHand.setAttribute("transform", `translate(${x(Math.min(k + 0.5, last))} ${y(Math.log(now))})`);
    byHand.setAttribute("visibility", hand ? "visible" : "hidden");
    const right = k > 2 || k > last / 2;
    mark.setAttribute("x", x(k) + (right ? -4 : hand ? 34 : 16));
    mark.setAttribute("y", y(Math.log(now)) + (right ? -16 : 5));
    mark.setAttribute("text-anchor", right ? "middle" : "start");
    mark.textContent = now.toFixed(2);
    users.forEach((_, u) => items.forEach((_, i) => tables.E.cells[u][i].classList.toggle("gr-als-told", !!told && told[0] === u && told[1] === i)));
    if (hand) {
      const way = now < loss - 5e-4 ? "falls" : now > loss + 5e-4 ? "rises" : "stays";
      return say(`${hand.told}, by hand: the loss ${way} from ${loss.toFixed(3)} to ${now.toFixed(3)}. ${k < last ? `Pull on, then Step: it solves all ${next() === "W" ? "users" : "items"} at once.` : ""}`);
    }
    const done =
      k === 0
        ? "Random start, nothing solved yet."
        : `Half-step ${k} of ${last}: ${solved} solved, ${solved === "users" ? "items" : "users"} fixed.`;
    const change = k === 0 ? `Loss ${loss.toFixed(3)}.` : `Loss ${steps[k - 1].loss.toFixed(3)} → ${loss.toFixed(3)}${beaten ? `; your hand had come to ${beaten.toFixed(3)}` : ""}.`;
    const [u, i] = told ?? worst;
    const left = R[u][i] - dims.reduce((sum, f) => sum + W[u][f] * H[i][f], 0);
    const sum = dims.map((f) => `${value(W[u][f])} · ${value(H[i][f])}`).join(" + ").replaceAll("· −", "· −");
    const how = told ? `${users[u]} – ${items[i]}: ${R[u][i]} − (${sum}) = ${value(left)}.` : `Largest residual: ${users[u]} – ${items[i]}, ${value(left)}.`;
    say(`${done} ${change} ${how}`);
  };
  let at = model.get("step");
  const moved = () => {
    const k = model.get("step");
    beaten = hand && k === at + 1 ? lossOf(hand.W, hand.H) : null;
    [hand, at] = [null, k];
    draw();
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
  for (const name of ["step", "steps"]) model.on(`change:${name}`, moved);
  draw();
  return () => {
    time.stop();
    for (const name of ["step", "steps"]) model.off(`change:${name}`, moved);
  };
}

export default { render };
