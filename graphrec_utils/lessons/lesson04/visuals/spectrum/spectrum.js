// The eigenvalues of a small bipartite graph, what a filter makes of each of them, and the scores that
// come out. Solid: the odd part of the filter, the only one that reaches a score of a user and an item.
// State: users, items (names), likes, U, sigma, V (columns per pattern), filter ("cut", "mean" or
// "last"), cutoff, layers.

import { button, count, frame, h, moves, s, slider } from "../../../../plots/visuals/base/base.js";

const FILTERS = { cut: "cut-off (SVD)", mean: "mean of layers (LightGCN)", last: "last layer only" };
const FINE = 120; // points of a curve

function render({ model, el }) {
  const users = model.get("users");
  const items = model.get("items");
  const likes = model.get("likes");
  const [U, sigma, V] = ["U", "sigma", "V"].map((name) => model.get(name));
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const { root, body, controls, say } = frame(el, {
    label: "What a filter makes of the eigenvalues, and the scores that come out",
    help: "Choose a filter; a cut-off can also be pulled in the picture. Tap a stem: its pattern stands on the graph, in place of the scores.",
  });

  // ---- what a filter does to the scores: g of lambda, squared for filters of embeddings
  const response = (x) => {
    const [filter, layers] = [model.get("filter"), model.get("layers")];
    if (filter === "cut") return Math.abs(x) >= model.get("cutoff") - 1e-9 ? x : 0;
    if (filter === "last") return x ** (2 * layers);
    let g = 0;
    for (let k = 0; k <= layers; k += 1) g += x ** k / (layers + 1);
    return g * g;
  };
  const odd = (x) => (response(x) - response(-x)) / 2;

  // ---- the axis
  const [width, height, left, right, top, bottom] = [460, 296, 34, 12, 14, 44];
  const x = (value) => left + ((value + 1) / 2) * (width - left - right);
  const y = (value) => top + ((1 - value) / 2) * (height - top - bottom);
  const curve = (kind) => s("polyline", { class: `gr-spec-${kind}` });
  const curves = { whole: curve("whole"), odd: curve("odd") };
  const values = [...sigma.map((v) => -v), ...sigma].filter((v, k, all) => all.indexOf(v) === k).sort((a, b) => a - b);
  const stems = values.map((v) => ({
    v,
    line: s("line", { x1: x(v), x2: x(v), y1: y(0), class: "gr-spec-stem" }),
    dot: s("circle", { cx: x(v), r: 7, class: "gr-spec-dot" }),
  }));
  const handles = [-1, 1].map((sign) => ({
    sign,
    line: s("line", { y1: top, y2: height - bottom, class: "gr-spec-cut" }),
    grip: s("rect", { y: top - 8, width: 18, height: 18, class: "gr-spec-grip" }),
  }));
  const hint = s("text", { y: top + 6 }, "pull");
  const axisText = (v, text, more = {}) => s("text", { x: x(v), y: height - bottom + 18, "text-anchor": "middle", ...more }, text);
  const svg = s(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", class: "gr-spec" },
    s("line", { x1: x(-1), x2: x(1), y1: y(0), y2: y(0), class: "gr-spec-axis" }),
    s("line", { x1: x(0), x2: x(0), y1: y(-1), y2: y(1), class: "gr-spec-axis" }),
    axisText(-1, "−1"), axisText(0, "0"), axisText(1, "1"),
    axisText(0, "eigenvalue λ", { y: height - 5 }),
    s("text", { x: left - 8, y: y(1) + 5, "text-anchor": "end" }, "1"),
    s("text", { x: left - 8, y: y(-1) + 5, "text-anchor": "end" }, "−1"),
    curves.whole,
    curves.odd,
    ...stems.flatMap((stem) => [stem.line, stem.dot]),
    ...handles.flatMap((handle) => [handle.line, handle.grip]),
    hint,
  );
  const sample = (f) => {
    const points = [];
    for (let k = 0; k <= FINE; k += 1) {
      const v = -1 + (2 * k) / FINE;
      points.push(`${x(v).toFixed(1)},${y(f(v)).toFixed(1)}`);
    }
    return points.join(" ");
  };
  // dragging: one pointer moves both cuts, which are mirror images
  let dragging = false;
  let began = null; // a tap beside a stem pulls nothing: only what moves is a pull
  const moved = (event) => {
    const box = svg.getBoundingClientRect();
    const v = (((event.clientX - box.left) * width) / box.width - left) / (width - left - right);
    put("cutoff", Math.round(20 * Math.min(1, Math.abs(2 * v - 1))) / 20);
  };
  svg.addEventListener("pointerdown", (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const near = stems.find(({ v }) => Math.hypot(x(v) - at.x, y(odd(v)) - at.y) < 22);
    if (near) return pick(near.v);
    if (model.get("filter") !== "cut") return;
    dragging = true;
    began = event.clientX;
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointermove", (event) => {
    if (dragging && began !== null && Math.abs(event.clientX - began) > 4) began = null;
    if (dragging && began === null) moved(event);
  });
  for (const name of ["pointerup", "pointercancel"]) svg.addEventListener(name, () => (dragging = false));

  // ---- the pattern of one eigenvalue on the graph
  let shown = sigma.at(-1) < 1 ? sigma.at(-1) : (sigma[1] ?? sigma[0]);
  const signed = (z) => `${z < -5e-3 ? "−" : ""}${Math.abs(z).toFixed(2)}`;
  const [between, wide, tall] = [40, 236, 40 * Math.max(users.length, items.length)];
  const spot = (k, n) => (tall * (k + 0.5)) / n;
  const places = [...users.map((_, u) => [78, spot(u, users.length)]), ...items.map((_, i) => [158, spot(i, items.length)])];
  const lines = likes.flatMap((row, u) => row.flatMap((like, i) => (like ? [[u, users.length + i]] : [])));
  const nodes = [...users, ...items].map((name, v) => {
    const left_ = v < users.length;
    const shape = left_ ? s("circle", { cx: places[v][0], cy: places[v][1] }) : s("rect", {});
    const entry = s("text", { class: "gr-spec-small", x: places[v][0] + (left_ ? -20 : 20), y: places[v][1] + 12, "text-anchor": left_ ? "end" : "start" });
    const text = s("text", { class: "gr-spec-small", x: places[v][0] + (left_ ? -20 : 20), y: places[v][1] - 2, "text-anchor": left_ ? "end" : "start" }, name.length > 9 ? name.slice(0, 8) + "…" : name);
    return { shape, entry, text, left_ };
  });
  const graph = s("svg", { viewBox: `0 0 ${wide} ${tall}`, width: wide, height: tall, role: "img", class: "gr-spec-graph" },
    ...lines.map(([a, b]) => s("line", { class: "gr-spec-axis", x1: places[a][0], y1: places[a][1], x2: places[b][0], y2: places[b][1] })),
    ...nodes.flatMap((node) => [node.shape, node.text, node.entry]),
  );
  let view = "scores"; // or "pattern": what stands beside the filter
  const pick = (v) => {
    shown = v;
    view = "pattern";
    draw();
  };
  const views = ["scores", "pattern"].map((name) => [name, button(name === "scores" ? "the scores" : "a pattern", () => {
    view = name;
    draw();
  })]);
  const choose = values.map((v) => button(signed(v), () => pick(v)));
  const about = h("div", { class: "gr-title" });
  const kept = h("div", { class: "gr-spec-legend" });

  // ---- the scores
  const cells = users.map(() => items.map(() => h("td", {})));
  const table = h(
    "table",
    { class: "gr-spec-table", "aria-label": "scores; a like of the data is outlined" },
    h("tr", {}, h("td", {}), ...items.map((name) => h("th", { scope: "col" }, name))),
    ...users.map((name, u) => h("tr", {}, h("th", { scope: "row" }, name), ...cells[u])),
  );
  const legend = h(
    "div",
    { class: "gr-spec-legend" },
    h("span", { class: "gr-spec-key gr-spec-key-odd" }, "what reaches a score of a user and an item (the odd part)"),
    h("span", { class: "gr-spec-key gr-spec-key-whole" }, "the whole filter"),
  );
  const title = h("div", { class: "gr-title" });
  const pattern = h("div", {}, about, h("div", { class: "gr-controls", role: "group", "aria-label": "Pattern of the eigenvalue" }, ...choose), graph, kept);
  const matrix = h("div", {}, h("div", { class: "gr-title" }, "scores (outlined: liked)"), table);
  body.append(
    h("div", {}, title, svg, legend),
    h("div", { class: "gr-spec-side" }, h("div", { class: "gr-controls", role: "group", "aria-label": "Beside the filter" }, ...views.map(([, node]) => node)), pattern, matrix),
  );

  // ---- controls
  const choices = Object.entries(FILTERS).map(([name, text]) => [name, button(text, () => put("filter", name))]);
  const cutoff = slider("cut-off", { min: 0, max: 1, step: 0.05, value: model.get("cutoff") }, (v) => put("cutoff", v));
  const layers = slider("layers K", { min: 1, max: 8, value: model.get("layers") }, (k) => put("layers", k));
  controls.prepend(...choices.map(([, node]) => node), cutoff.node, layers.node);

  const draw = () => {
    views.forEach(([name, node]) => node.setAttribute("aria-pressed", String(name === view)));
    [pattern.hidden, matrix.hidden] = [view !== "pattern", view !== "scores"];
    const [filter, cut, K] = [model.get("filter"), model.get("cutoff"), model.get("layers")];
    const isCut = filter === "cut";
    choices.forEach(([name, node]) => node.setAttribute("aria-pressed", name === filter));
    cutoff.set(cut);
    layers.set(K);
    // a cut has no layers, and only the cut has a cut-off; of a cut the dashed line would lie under the solid one
    cutoff.node.style.display = isCut ? "" : "none";
    layers.node.style.display = isCut ? "none" : "";
    legend.lastChild.style.visibility = isCut ? "hidden" : "";
    curves.whole.setAttribute("points", sample(response));
    curves.odd.setAttribute("points", sample(odd));
    for (const { v, line, dot } of stems) {
      line.setAttribute("y2", y(odd(v)));
      dot.setAttribute("cy", y(odd(v)));
      dot.setAttribute("class", Math.abs(odd(v)) < 1e-9 ? "gr-spec-dot gr-spec-off" : "gr-spec-dot");
    }
    const j = sigma.findIndex((v) => Math.abs(v - Math.abs(shown)) < 1e-9);
    const gone = Math.abs(odd(shown)) < 1e-9;
    nodes.forEach(({ shape, entry, left_ }, v) => {
      // of −λ the items' entries have the other sign
      const z = left_ ? U[v][j] : Math.sign(shown) * V[v - users.length][j];
      const r = 3 + 13 * Math.sqrt(Math.abs(z));
      if (left_) shape.setAttribute("r", r);
      else for (const [name, at] of Object.entries({ x: places[v][0] - r, y: places[v][1] - r, width: 2 * r, height: 2 * r })) shape.setAttribute(name, at);
      shape.setAttribute("class", `gr-spec-node ${left_ ? "gr-user" : "gr-item"}${z < -5e-3 ? " gr-spec-minus" : ""}`);
      entry.textContent = signed(z);
    });
    choose.forEach((node, k) => node.setAttribute("aria-pressed", String(values[k] === shown)));
    stems.forEach(({ v, dot }) => dot.setAttribute("r", view === "pattern" && v === shown ? 11 : 7));
    about.textContent = `pattern of λ = ${signed(shown)} on the graph`;
    kept.textContent = "Filled: +, hollow: −.";
    graph.classList.toggle("gr-spec-gone", gone);
    graph.setAttribute("aria-label", [...users, ...items].map((name, v) => `${name} ${nodes[v].entry.textContent}`).join(", "));
    for (const { sign, line, grip } of handles) {
      for (const node of [line, grip]) node.setAttribute("visibility", isCut ? "visible" : "hidden");
      line.setAttribute("x1", x(sign * cut));
      line.setAttribute("x2", x(sign * cut));
      grip.setAttribute("x", x(sign * cut) - 9);
    }
    hint.setAttribute("visibility", isCut ? "visible" : "hidden");
    hint.setAttribute("x", x(cut) + (cut > 0.3 ? -15 : 15));
    hint.setAttribute("text-anchor", cut > 0.3 ? "end" : "start");
    const gain = sigma.map(odd);
    const scores = users.map((_, u) => items.map((_, i) => gain.reduce((sum, g, j) => sum + U[u][j] * g * V[i][j], 0)));
    const most = Math.max(...scores.flat().map(Math.abs), 1e-9);
    let best = null;
    users.forEach((_, u) =>
      items.forEach((_, i) => {
        const value = Math.abs(scores[u][i]) < 5e-7 ? 0 : scores[u][i];
        cells[u][i].textContent = value.toFixed(2).replace("-0.00", "0.00").replace("-", "−");
        cells[u][i].className = likes[u][i] ? "gr-spec-like" : "";
        const strength = (0.55 * Math.abs(value)) / most;
        cells[u][i].style.background = `rgb(${value < 0 ? "33 102 172" : "178 24 43"} / ${most < 1e-6 ? 0 : strength.toFixed(2)})`;
        if (!likes[u][i] && value > 5e-4 && (!best || value > best[2] + 1e-9)) best = [u, i, value];
      }),
    );
    title.textContent = isCut ? `cut-off at ${cut.toFixed(2)}` : `${FILTERS[filter]}, K = ${K}`;
    const many = sigma.filter((v) => Math.abs(odd(v)) > 1e-9).length;
    const what = isCut
      ? `The cut at ${cut.toFixed(2)} lets ${many} of ${count(sigma.length, "pair")} ±σ through${many < sigma.length ? "; the others’ patterns are gone from the scores" : ""}.`
      : `${title.textContent[0].toUpperCase()}${title.textContent.slice(1)}: ${many} of ${count(sigma.length, "pair")} ±σ reach a score.`;
    const news = isCut && many === sigma.length
      ? "Nothing is cut: the scores are the likes themselves, normalized, and nothing is guessed."
      : best
      ? `Largest score without a like: ${users[best[0]]} – ${items[best[1]]}, ${best[2].toFixed(2)}.`
      : many
        ? "No score without a like is positive."
        : `All scores of users and items are 0${filter === "last" ? ": the filter is even, +σ and −σ cancel" : ""}.`;
    svg.setAttribute("aria-label", `Filter response. ${what}`);
    const held = `λ = ${signed(shown)}: its pattern ${gone ? "reaches no score" : `enters the scores times ${signed(odd(shown))}`}.`;
    say(view === "pattern" ? `${held} ${what}` : `${what} ${news}`);
  };
  const watched = ["filter", "cutoff", "layers"];
  for (const name of watched) model.on(`change:${name}`, draw);
  root.classList.add("gr-spec-root");
  draw();
  moves(graph);
  return () => watched.forEach((name) => model.off(`change:${name}`, draw));
}

export default { render };
