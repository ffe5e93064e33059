// What one node reaches over the relations that are switched on: ring k holds what is k edges away.
// State: names, kinds (types of nodes), kind (of each node, a place in kinds), relations, facts (head, relation,
// tail), on (per relation), center (a node), goal (a type, or ""), hops (how many rings).

import { button, count, frame, h, list, moves, roving, s } from "../base/base.js";

function render({ model, el }) {
  const [names, kinds, kind, relations, facts, goal, hops] = [
    "names", "kinds", "kind", "relations", "facts", "goal", "hops",
  ].map((x) => model.get(x));
  const first = [model.get("on"), model.get("center")];
  const { root, body, controls, say } = frame(el, {
    label: "What a node reaches over chosen relations",
    help: "Switch relations on and off. Choose a node (arrow keys, Enter) to put it into the middle.",
  });
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const [width, height, step] = [400, 400, 55];
  const [cx, cy] = [width / 2, 190];
  const tones = ["user", "item", "positive", "negative", "context"];
  const figures = [
    () => s("circle", { r: 8 }),
    () => s("rect", { x: -7, y: -7, width: 14, height: 14 }),
    () => s("path", { d: "M0 -9L9 7H-9z" }),
    () => s("path", { d: "M0 -9L9 0L0 9L-9 0z" }),
    () => s("path", { d: "M-9 -3H-3V-9H3V-3H9V3H3V9H-3V3H-9z" }),
  ];
  const colored = (node, k) => {
    node.setAttribute("style", `fill: var(--gr-${tones[k]})`);
    return node;
  };

  // ---- nodes, edges, rings
  const nodes = names.map((name, v) =>
    s(
      "g",
      {
        class: "gr-tg-node",
        role: "button",
        tabindex: -1,
        "aria-label": `${name}, ${kinds[kind[v]]}, into the middle`,
        onclick: () => put("center", v),
        onkeydown: (event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          put("center", v);
        },
      },
      s("circle", { r: 14, class: "gr-tg-around" }),
      colored(figures[kind[v]](), kind[v]),
      s("text", { y: -14, "text-anchor": "middle" }, name.length > 14 ? name.slice(0, 13) + "…" : name),
    ),
  );
  const edges = facts.map(([, r]) => s("line", { class: `gr-tg-edge gr-tg-${r % 4}` }));
  const circles = Array.from({ length: hops }, (_, k) => s("circle", { class: "gr-tg-ring", cx, cy, r: (k + 1) * step }));
  const svg = s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "group" }, ...circles, ...edges, ...nodes);
  const drawing = h("div", {}, svg);

  // ---- relations with a bar each: how much of the goal the first relation and this one reach together
  const boxes = relations.map((name, r) => {
    const input = h("input", { type: "checkbox", onchange: () => put("on", model.get("on").map((x, k) => (k === r ? input.checked : x))) });
    return { input, bar: h("span", { class: "gr-tg-bar" }), text: h("span"), node: h("label", {}, input, " " + name) };
  });
  const side = h("div", { class: "gr-tg-list" }, ...boxes.flatMap((x) => [x.node, h("span", {}, x.bar, x.text)]));
  const keys = h("div", { class: "gr-tg-keys" }, ...kinds.map((name, k) =>
    h("span", {}, s("svg", { viewBox: "-10 -10 20 20", width: 14, height: 14, "aria-hidden": "true" }, colored(figures[k](), k)), name),
  ));
  const what = goal || "node";
  body.append(drawing, h("div", { style: "flex: 1 1 14em" }, h("div", { class: "gr-title" }, `${what}s that ${relations[0]} and this relation reach`), side, keys));

  const ringsOf = (on, center) => {
    const ring = names.map(() => -1);
    ring[center] = 0;
    let front = [center];
    for (let k = 1; k <= hops; k++) {
      const next = new Set();
      for (const [a, r, b] of facts)
        if (on[r])
          for (const [x, y] of [[a, b], [b, a]]) if (front.includes(x) && ring[y] < 0) next.add(y);
      front = [...next];
      for (const v of front) ring[v] = k;
    }
    return ring;
  };
  const wanted = (center) => names.map((_, v) => v).filter((v) => v !== center && (!goal || kinds[kind[v]] === goal));

  let rows = [];
  const draw = () => {
    const [on, center] = [model.get("on"), model.get("center")];
    const ring = ringsOf(on, center);
    const place = names.map(() => [cx, cy]);
    rows = [[nodes[center]]];
    for (let k = 1; k <= hops; k++) {
      const own = ring.flatMap((x, v) => (x === k ? [v] : []));
      own.forEach((v, j) => {
        const angle = (2 * Math.PI * (j + 0.5 * (k % 2))) / own.length + Math.PI / 2 + 0.3 * k;
        place[v] = [cx + k * step * Math.cos(angle), cy - k * step * Math.sin(angle)];
      });
      if (own.length) rows.push(own.map((v) => nodes[v]));
    }
    const away = ring.flatMap((x, v) => (x < 0 ? [v] : []));
    away.forEach((v, j) => (place[v] = [((j + 1) * width) / (away.length + 1), height - 14 - 20 * (j % 2)]));
    if (away.length) rows.push(away.map((v) => nodes[v]));
    nodes.forEach((node, v) => {
      node.style.transform = `translate(${place[v][0]}px, ${place[v][1]}px)`;
      node.setAttribute("class", `gr-tg-node${v === center ? " gr-tg-center" : ""}${ring[v] < 0 ? " gr-tg-away" : ""}`);
    });
    facts.forEach(([a, r, b], k) => {
      const shown = on[r] && ring[a] >= 0 && ring[b] >= 0;
      const ends = { x1: place[a][0], y1: place[a][1], x2: place[b][0], y2: place[b][1], opacity: shown ? 1 : 0 };
      for (const [name, value] of Object.entries(ends)) edges[k].setAttribute(name, value);
    });
    const goals = wanted(center);
    boxes.forEach(({ input, bar, text }, r) => {
      input.checked = on[r];
      const both = ringsOf(relations.map((_, k) => k === r || k === 0), center);
      const found = goals.filter((v) => both[v] >= 0).length;
      bar.style.width = `${Math.max(2, (110 * found) / Math.max(1, goals.length))}px`;
      text.textContent = `${found} of ${goals.length}`;
    });
    const found = goals.filter((v) => ring[v] >= 0);
    const lost = goals.filter((v) => ring[v] < 0).map((v) => names[v]);
    svg.setAttribute("aria-label", `${names[center]} reaches ${found.map((v) => names[v]).join(", ") || "nothing"}`);
    say(
      `${names[center]} reaches ${found.length} of ${count(goals.length, what)} within ${count(hops, "edge")}` +
        (lost.length ? `; out of reach: ${list(lost)}.` : "."),
    );
  };
  roving(drawing, () => rows, nodes[first[1]]);
  controls.prepend(
    button("All relations", () => put("on", relations.map(() => true))),
    button(`${relations[0]} alone`, () => put("on", relations.map((_, r) => r === 0))),
    button("Reset", () => {
      put("on", first[0]);
      put("center", first[1]);
    }),
  );
  for (const name of ["on", "center"]) model.on(`change:${name}`, draw);
  draw();
  moves(root);
  return () => {
    for (const name of ["on", "center"]) model.off(`change:${name}`, draw);
  };
}

export default { render };
