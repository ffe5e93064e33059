// Facts as translations in the plane. Points and the tips of arrows can be moved by pointer and by keys.
// State: scenes (name -> entities, points, relations, vectors, facts), order (their names), scene (a name), points, vectors (of the
// scene, as moved), norm (1 or 2), move (how often something was moved), mine ({move, values}: what the student's
// function says of that move, or null).

import { button, count, frame, h, list, s } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const scenes = model.get("scenes");
  const { body, controls, say } = frame(el, {
    label: "Facts as translations in the plane",
    help: "Drag points and arrow tips, or focus one and use the arrow keys. A dashed line is the gap: what a fact misses.",
  });
  const [size, reach] = [340, 2.3]; // a little more than the scenes need
  const px = (x) => (size / 2) * (1 + x / reach);
  const py = (y) => (size / 2) * (1 - y / reach);
  const now = () => scenes[model.get("scene")];
  const tidy = (x, most = reach) => Math.round(Math.max(-most, Math.min(most, x)) * 100) / 100;
  const far = (x) => tidy(x, 2 * reach); // an arrow may lead from one end of the plane to the other
  const put = (values) => {
    model.set("move", model.get("move") + 1); // first: what was said of the last move is not said of this one
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const replaced = (rows, k, row) => rows.map((x, j) => (j === k ? row : x));

  const plane = s("svg", { viewBox: `0 0 ${size} ${size}`, width: size, height: size, role: "group" });
  const table = h("table", { class: "gr-tr-table" });
  body.append(h("div", {}, plane), h("div", { style: "flex: 1 1 15em" }, table));

  // ---- what can be moved: the entities, and the tip of each relation's first arrow
  let handles = [];
  const home = (r) => now().facts.find((f) => f[1] === r)[0];
  const place = (what, k) => {
    const points = model.get("points");
    if (what === "points") return points[k];
    const [x, y] = model.get("vectors")[k];
    const [a, b] = points[home(k)];
    return [a + x, b + y];
  };
  const moveTo = (what, k, x, y) => {
    if (what === "points") return put({ points: replaced(model.get("points"), k, [tidy(x), tidy(y)]) });
    const [a, b] = model.get("points")[home(k)];
    put({ vectors: replaced(model.get("vectors"), k, [far(x - a), far(y - b)]) });
  };
  const handle = (what, k, name) => {
    const tip = what === "vectors";
    const mark = s("circle", { r: tip ? 5 : 7 });
    const text = s("text", { "text-anchor": "middle", y: -12, "font-size": 13 }, tip ? "" : name);
    const node = s(
      "g",
      { class: `gr-tr-node${tip ? " gr-tr-tip" : ""}`, tabindex: 0, role: "button", "aria-label": tip ? `arrow of ${name}` : name },
      s("circle", { r: 16, class: "gr-tr-reach" }),
      mark,
      text,
    );
    const at = (event) => {
      const box = plane.getBoundingClientRect();
      const unit = (2 * reach) / box.width;
      return [(event.clientX - box.left) * unit - reach, reach - (event.clientY - box.top) * unit];
    };
    let held = false;
    node.addEventListener("pointerdown", (event) => {
      held = true;
      node.setPointerCapture(event.pointerId);
    });
    node.addEventListener("pointermove", (event) => held && moveTo(what, k, ...at(event)));
    for (const end of ["pointerup", "pointercancel"]) node.addEventListener(end, () => (held = false));
    node.addEventListener("keydown", (event) => {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!way || event.altKey || event.metaKey || event.ctrlKey) return;
      event.preventDefault();
      const [x, y] = place(what, k);
      moveTo(what, k, x + 0.1 * way[0], y + 0.1 * way[1]);
    });
    return { what, k, node, name };
  };

  // ---- one picture per scene, moved afterwards
  let lines = [];
  let rows = [];
  const squares = h("td", { colspan: 2 });
  const build = () => {
    const { entities, relations, facts } = now();
    lines = facts.map(([, r]) => ({
      arrow: s("path", { class: `gr-tr-arrow gr-tr-${r}` }),
      gap: s("line", { class: "gr-tr-gap" }),
    }));
    handles = [
      ...relations.map((name, k) => handle("vectors", k, name)),
      ...entities.map((name, k) => handle("points", k, name)),
    ];
    plane.replaceChildren(
      s("rect", { class: "gr-tr-plane", x: 0.5, y: 0.5, width: size - 1, height: size - 1 }),
      s("line", { class: "gr-tr-axis", x1: 0, x2: size, y1: size / 2, y2: size / 2 }),
      s("line", { class: "gr-tr-axis", x1: size / 2, x2: size / 2, y1: 0, y2: size }),
      ...lines.flatMap((x) => [x.gap, x.arrow]),
      ...handles.map((x) => x.node),
    );
    rows = facts.map(() => ({ ours: h("td"), mine: h("td", { class: "gr-yours" }) }));
    table.replaceChildren(
      h("thead", {}, h("tr", {}, h("th", {}, "fact"), h("th", {}, "distance"), h("th", { class: "gr-yours" }, "yours"))),
      h("tfoot", {}, h("tr", {}, h("th", { scope: "row" }, "sum of gaps²"), squares)),
      h("tbody", {}, ...facts.map(([a, r, b], k) =>
        h("tr", {}, h("th", { scope: "row" }, `${entities[a]} ${relations[r]} ${entities[b]}`), rows[k].ours, rows[k].mine),
      )),
    );
  };

  const length = (x, y) => (model.get("norm") === 1 ? Math.abs(x) + Math.abs(y) : Math.hypot(x, y));
  const draw = () => {
    const { entities, facts, relations } = now();
    const [points, vectors, mine] = [model.get("points"), model.get("vectors"), model.get("mine")];
    const fresh = mine && mine.move === model.get("move") && mine.values.length === facts.length;
    table.classList.toggle("gr-tr-alone", !fresh); // nobody can be asked again: no column of blanks
    let squared = 0;
    const gaps = facts.map(([a, r, b], k) => {
      const [x, y] = [points[a][0] + vectors[r][0], points[a][1] + vectors[r][1]];
      const [p, q] = [px(x), py(y)];
      const turn = Math.atan2(py(y) - py(points[a][1]), px(x) - px(points[a][0]));
      const wing = (d) => `M${p} ${q}L${p - 11 * Math.cos(turn + d)} ${q - 11 * Math.sin(turn + d)}`;
      const seen = Math.hypot(...vectors[r]) > 0.05;
      lines[k].arrow.setAttribute("d", seen ? `M${px(points[a][0])} ${py(points[a][1])}L${p} ${q}${wing(0.45)}${wing(-0.45)}` : "");
      const ends = { x1: p, y1: q, x2: px(points[b][0]), y2: py(points[b][1]) };
      for (const [name, value] of Object.entries(ends)) lines[k].gap.setAttribute(name, value);
      const gap = length(x - points[b][0], y - points[b][1]);
      squared += (x - points[b][0]) ** 2 + (y - points[b][1]) ** 2;
      rows[k].ours.textContent = gap.toFixed(2);
      rows[k].mine.textContent = fresh ? mine.values[k].toFixed(2) : "";
      return gap;
    });
    for (const { what, k, node } of handles) {
      const [x, y] = place(what, k);
      node.setAttribute("transform", `translate(${px(x)} ${py(y)})`);
      const on = what === "points" && points.some((p, j) => j < k && Math.hypot(p[0] - x, p[1] - y) < 0.3);
      node.lastChild.setAttribute("y", on ? 24 : -12);
    }
    for (const x of choices) x.node.setAttribute("aria-pressed", x.name === model.get("scene"));
    measure.textContent = `Distance: L${model.get("norm")}`;
    const best = bestArrows();
    const least = facts.reduce((sum, [a, k, b]) => sum + [0, 1].reduce((x, c) => x + (points[a][c] + best[k][c] - points[b][c]) ** 2, 0), 0);
    const done = squared < least + 0.005; // up to the rounding of arrows
    squares.textContent = `${squared.toFixed(2)}, ${done ? "the least" : `least ${least.toFixed(2)}`}`;
    const total = gaps.reduce((a, b) => a + b, 0);
    const zero = vectors.every((v) => Math.hypot(...v) < 0.05);
    for (const x of handles) if (x.what === "vectors") x.node.classList.toggle("gr-tr-zero", Math.hypot(...vectors[x.k]) < 0.05);
    plane.setAttribute("aria-label", `${count(facts.length, "fact")}, distances ${gaps.map((x) => x.toFixed(2)).join(", ")}`);
    const named = ([a, r, b]) => `${entities[a]} ${relations[r]} ${entities[b]}`;
    const worst = gaps.indexOf(Math.max(...gaps));
    const misses = `${named(facts[worst])} misses most, by ${gaps[worst].toFixed(2)}.`;
    const told = {
      "one to one": done ? "No one arrow serves the three better; moving a country does." : "One arrow has to serve all three.",
      "both directions": zero
        ? `The best arrow is zero: there and back both miss by the whole way, ${gaps[0].toFixed(2)}.`
        : `What the arrow gives there it takes on the way back: the facts miss by ${list(gaps.map((x) => x.toFixed(2)))}.`,
      "one to many": done ? "The tip stands in the middle of the three: the least squares." : "One tip for three countries.",
      "one after another": done ? "Each relation has its own arrow." : "Two arrows in a row should be the third.",
    }[model.get("scene")];
    say(
      total < 0.05
        ? zero
          ? "Nothing is missing, and nothing is said: the arrow is zero, and all points that it joins are one."
          : `Every fact is an exact translation${facts.length === 3 && relations.length === 3 ? ": two arrows in a row are the third" : ""}.`
        : model.get("scene") === "both directions" ? told : `${told} ${misses}`,
    );
  };

  // ---- controls
  const open = (name) => put({ scene: name, points: scenes[name].points, vectors: scenes[name].vectors });
  const choices = model.get("order").map((name) => ({ name, node: button(name, () => open(name)) }));
  const bestArrows = () => {
    const points = model.get("points");
    return model.get("vectors").map((_, r) => {
      const own = now().facts.filter((f) => f[1] === r);
      const mean = (c) => own.reduce((sum, [a, , b]) => sum + points[b][c] - points[a][c], 0) / own.length;
      return [far(mean(0)), far(mean(1))];
    });
  };
  const pulled = () => {
    let [points, vectors] = [model.get("points"), model.get("vectors")].map((rows) => rows.map((x) => [...x]));
    for (let step = 0; step < 5; step++)
      for (const [a, r, b] of now().facts)
        for (const c of [0, 1]) {
          const gap = 0.15 * (points[a][c] + vectors[r][c] - points[b][c]);
          points[a][c] -= gap;
          vectors[r][c] -= gap;
          points[b][c] += gap;
        }
    const near = (rows, round) => rows.map((row) => row.map((x) => round(x)));
    put({ points: near(points, tidy), vectors: near(vectors, far) });
  };
  const measure = button("", () => put({ norm: 3 - model.get("norm") }));
  controls.before(h("div", { class: "gr-controls", role: "group", "aria-label": "Scene" }, "Scene:", ...choices.map((x) => x.node)));
  controls.prepend(
    button("Best arrows", () => put({ vectors: bestArrows() })),
    button("Pull together", pulled),
    measure,
    button("Reset", () => open(model.get("scene"))),
  );
  let built = null;
  const show = () => {
    if (built !== model.get("scene")) build();
    built = model.get("scene");
    if (model.get("points").length === now().entities.length && model.get("vectors").length === now().relations.length) draw();
  };
  const names = ["scene", "points", "vectors", "norm", "move", "mine"];
  for (const name of names) model.on(`change:${name}`, show);
  show();
  return () => {
    for (const name of names) model.off(`change:${name}`, show);
  };
}

export default { render };
