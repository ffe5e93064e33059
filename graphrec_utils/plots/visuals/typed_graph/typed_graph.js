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
    help: "Take a node and drop it in the middle, or choose it (click; arrow keys, Enter). Point at one: its way lights up. Switch relations on and off.",
  });
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const [width, height, step] = [460, 456, 54];
  const [cx, cy, shelf] = [width / 2, 190, 386];
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
  const short = names.map((name) => (name.length > 14 ? name.slice(0, 13) + "…" : name));
  const labels = short.map((name) => s("text", { "text-anchor": "middle" }, name));
  let [pointed, place] = [-1, []];
  const point = (v) => {
    if (pointed === v) return;
    pointed = v;
    tell();
  };
  const here = (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return [at.x, at.y];
  };
  const nodes = names.map((name, v) => {
    let held = null; // where the pointer went down
    let carried = false;
    const node = s(
      "g",
      {
        role: "button",
        tabindex: -1,
        "aria-label": `${name}, ${kinds[kind[v]]}, into the middle`,
        onpointerenter: () => point(v),
        onpointerleave: () => held || point(-1),
        onfocus: () => point(v),
        onblur: () => point(-1),
        onpointerdown: (event) => {
          held = here(event);
          carried = false;
          node.setPointerCapture(event.pointerId);
        },
        onpointermove: (event) => {
          if (!held) return;
          const [x, y] = here(event);
          carried ||= Math.hypot(x - held[0], y - held[1]) > 6;
          if (!carried) return;
          svg.classList.add("gr-tg-carry");
          node.style.transform = `translate(${x}px, ${y}px)`;
        },
        onpointerup: (event) => {
          const [x, y] = here(event);
          held = null;
          svg.classList.remove("gr-tg-carry");
          if (!carried || Math.hypot(x - cx, y - cy) < step) put("center", v);
          draw();
        },
        onpointercancel: () => {
          held = null;
          svg.classList.remove("gr-tg-carry");
          draw();
        },
        onclick: (event) => event.detail || put("center", v), // one that no pointer made
        onkeydown: (event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          put("center", v);
        },
      },
      s("circle", { r: 16, class: "gr-tg-around" }),
      colored(figures[kind[v]](), kind[v]),
      labels[v],
    );
    return node;
  });
  const dash = (r) => `gr-tg-edge gr-tg-${r % 4}`;
  const edges = facts.map(([, r]) => s("line", { class: dash(r) }));
  const circles = Array.from({ length: hops }, (_, k) => s("circle", { class: "gr-tg-ring", cx, cy, r: (k + 1) * step }));
  const far = circles.map((_, k) => s("text", { class: "gr-tg-far", "text-anchor": "middle", "aria-hidden": "true" }, k ? `${k + 1}` : "1 edge"));
  const tray = s("g", { "aria-hidden": "true" },
    s("rect", { class: "gr-tg-tray", x: 2, y: shelf - 18, width: width - 4, height: height - shelf + 16, rx: 6 }),
    s("text", { class: "gr-tg-far", x: 10, y: shelf - 5 }),
  );
  const target = s("circle", { class: "gr-tg-target", cx, cy, r: 30 });
  const svg = s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "group" }, ...circles, tray, target, ...edges, ...far, ...nodes);
  const drawing = h("div", {}, svg);

  // ---- relations with a bar each: how much of the goal the first relation and this one reach together
  const boxes = relations.map((name, r) => {
    const input = h("input", { type: "checkbox", onchange: () => put("on", model.get("on").map((x, k) => (k === r ? input.checked : x))) });
    const sample = s("svg", { viewBox: "0 0 34 8", width: 34, height: 8, "aria-hidden": "true" }, s("line", { class: dash(r), x1: 1, x2: 33, y1: 4, y2: 4 }));
    return { input, bar: h("span", { class: "gr-tg-bar" }), text: h("span"), node: h("label", {}, input, sample, name) };
  });
  const side = h("div", { class: "gr-tg-list" }, ...boxes.flatMap((x) => [x.node, h("span", {}, x.bar, x.text)]));
  const keys = h("div", { class: "gr-tg-keys" }, ...kinds.map((name, k) =>
    h("span", {}, s("svg", { viewBox: "-10 -10 20 20", width: 14, height: 14, "aria-hidden": "true" }, colored(figures[k](), k)), name),
  ));
  const what = goal || "node";
  body.append(drawing, h("div", { style: "flex: 1 1 12em" }, h("div", { class: "gr-title" }, `${what}s that ${relations[0]} and this relation reach`), side, keys));

  // how far each node is, and from where and by which fact it is reached first
  const reach = (on, center, most = hops) => {
    const [ring, from] = [names.map(() => -1), names.map(() => null)];
    ring[center] = 0;
    let front = [center];
    for (let k = 1; k <= most; k++) {
      const next = [];
      facts.forEach(([a, r, b], j) => {
        for (const [x, y] of [[a, b], [b, a]]) {
          if (!on[r] || !front.includes(x) || ring[y] >= 0) continue;
          [ring[y], from[y]] = [k, [x, j]];
          next.push(y);
        }
      });
      front = next;
    }
    return { ring, from };
  };
  const wanted = (center) => names.map((_, v) => v).filter((v) => v !== center && (!goal || kinds[kind[v]] === goal));

  // a tree around the middle: who is reached through a node stands behind it; turned ring by ring until few lines
  // cross and none passes a node by
  const spread = ({ ring, from }, center, shown) => {
    const behind = names.map((_, v) => names.map((_, w) => w).filter((w) => from[w]?.[0] === v));
    const leaves = names.map(() => 0);
    const countLeaves = (v) => (leaves[v] = behind[v].length ? behind[v].reduce((sum, w) => sum + countLeaves(w), 0) : 1);
    countLeaves(center);
    const angles = names.map(() => 0);
    const share = (v, low, high) => {
      const wide = Math.min(high - low, ring[v] ? 2.4 : 9);
      let at = (low + high - wide) / 2;
      for (const w of behind[v]) {
        const own = (wide * leaves[w]) / leaves[v];
        angles[w] = at + own / 2;
        share(w, at, at + own);
        at += own;
      }
    };
    share(center, -Math.PI, Math.PI);
    const away = ring.flatMap((x, v) => (x < 0 ? [v] : []));
    const lines = away.length > 6 ? 2 : 1;
    const at = (turn) => {
      const out = names.map((_, v) => {
        const angle = angles[v] + 0.2 + turn * (ring[v] - 1);
        return [cx + ring[v] * step * Math.cos(angle), cy + ring[v] * step * Math.sin(angle)];
      });
      away.forEach((v, j) => (out[v] = [((j + 0.5) * width) / away.length, shelf + 8 + (lines - 1) * 29 * (j % 2)]));
      return out;
    };
    const side = ([ax, ay], [bx, by], [px, py]) => (bx - ax) * (py - ay) - (by - ay) * (px - ax);
    const tangled = (out) => {
      let sum = 0;
      shown.forEach(([a, b], j) => {
        const [p, q] = [out[a], out[b]];
        const long = Math.hypot(q[0] - p[0], q[1] - p[1]);
        names.forEach((_, v) => {
          if (v === a || v === b || ring[v] < 0) return;
          const along = ((out[v][0] - p[0]) * (q[0] - p[0]) + (out[v][1] - p[1]) * (q[1] - p[1])) / long;
          if (along > 0 && along < long && Math.abs(side(p, q, out[v])) / long < 20) sum += 3;
        });
        for (const [c, d] of shown.slice(0, j))
          if (side(p, q, out[c]) * side(p, q, out[d]) < 0 && side(out[c], out[d], p) * side(out[c], out[d], q) < 0) sum += 1;
      });
      return sum;
    };
    const turns = Array.from({ length: 21 }, (_, k) => 0.08 * (k % 2 ? (k + 1) / 2 : -k / 2)).map(at);
    const knots = turns.map(tangled);
    return turns[knots.indexOf(Math.min(...knots))];
  };
  // a label stands where it covers the least: outwards if it can
  const label = (ring, shown) => {
    const taken = place.map(([x, y]) => [x - 12, y - 12, x + 12, y + 12]);
    const dots = shown.flatMap(([a, b]) => Array.from({ length: 17 }, (_, k) => [0, 1].map((c) => place[a][c] + (k / 16) * (place[b][c] - place[a][c]))));
    const inside = ([l, t, r, b], [x, y]) => x > l && x < r && y > t && y < b;
    const find = (x, y, size, own, ways) => {
      let best = null;
      ways.forEach(([dx, dy, extra]) => {
        const [mx, my] = [x + dx * (16 + size / 2), y + dy * 21];
        const box = [mx - size / 2 - 2, my - 9, mx + size / 2 + 2, my + 7];
        let cost = extra + (box[0] < 0 || box[2] > width || box[1] < 0 || (y < shelf - 20 && box[3] > shelf - 20) ? 60 : 0);
        taken.forEach((z, w) => (cost += w !== own && box[0] < z[2] && z[0] < box[2] && box[1] < z[3] && z[1] < box[3] ? 20 : 0));
        for (const dot of dots) cost += inside(box, dot) ? 2 : 0;
        if (!best || cost < best[0]) best = [cost, mx, my, box];
      });
      taken.push(best[3]);
      return [best[1] - x, best[2] - y + 4];
    };
    names.forEach((_, v) => {
      const [x, y] = place[v];
      const out = ring[v] > 0 ? Math.atan2(y - cy, x - cx) : Math.PI / 2;
      const ways = [[1, 0], [-1, 0], [0, 1], [0, -1], [0.6, 0.9], [-0.6, 0.9], [0.6, -0.9], [-0.6, -0.9]].map(([a, b]) => [
        a, b, ring[v] < 0 ? (b === 1 ? -99 : 0) : ring[v] ? 1.5 * (1 - a * Math.cos(out) - b * Math.sin(out)) : 0,
      ]);
      const [dx, dy] = find(x, y, 7.2 * short[v].length, v, ways);
      labels[v].setAttribute("x", dx);
      labels[v].setAttribute("y", dy);
    });
    far.forEach((text, k) => {
      const r = (k + 1) * step;
      const [dx, dy] = find(cx, cy, k ? 10 : 40, -1, Array.from({ length: 24 }, (_, j) => {
        const angle = Math.PI / 4 + (j * Math.PI) / 12;
        return [(r * Math.cos(angle)) / (16 + (k ? 5 : 20)), (r * Math.sin(angle)) / 21, 0.1 * j];
      }));
      text.setAttribute("x", cx + dx);
      text.setAttribute("y", cy + dy);
    });
  };

  let rows = [];
  let [found, whole] = [null, []]; // what `reach` says now, and the distances without a bound
  const seen = new Set([0]); // relations that have been on: their bars are known
  let [past, turned] = [null, null]; // what was shown before; the relation that was switched alone, and what was reached before
  const draw = () => {
    const [on, center] = [model.get("on"), model.get("center")];
    found = reach(on, center);
    const { ring } = found;
    const there = facts.map(([a, r, b]) => on[r] && ring[a] >= 0 && ring[b] >= 0);
    const shown = facts.flatMap(([a, , b], k) => (there[k] ? [[a, b]] : []));
    place = spread(found, center, shown);
    rows = [[nodes[center]]];
    for (let k = 1; k <= hops; k++) {
      const own = ring.flatMap((x, v) => (x === k ? [nodes[v]] : []));
      if (own.length) rows.push(own);
    }
    const away = ring.flatMap((x, v) => (x < 0 ? [nodes[v]] : []));
    if (away.length) rows.push(away);
    whole = reach(on, center, names.length).ring;
    const cut = whole.filter((x) => x < 0).length;
    const beyond = `farther than ${count(hops, "edge")}`;
    tray.lastChild.textContent = !away.length ? `${beyond}: none` : !cut ? beyond : cut < away.length ? `${beyond}, or no way` : "no way";
    nodes.forEach((node, v) => (node.style.transform = `translate(${place[v][0]}px, ${place[v][1]}px)`));
    facts.forEach(([a, , b], k) => {
      const ends = { x1: place[a][0], y1: place[a][1], x2: place[b][0], y2: place[b][1], opacity: there[k] ? 1 : model.get("on")[facts[k][1]] ? 0.3 : 0 };
      for (const [name, value] of Object.entries(ends)) edges[k].setAttribute(name, value);
    });
    label(ring, shown);
    const goals = wanted(center);
    const flips = past?.center === center ? on.flatMap((x, r) => (x === past.on[r] ? [] : [r])) : [];
    turned = flips.length === 1 ? [flips[0], past.got] : null;
    past = { on, center, got: goals.filter((v) => ring[v] >= 0).length };
    on.forEach((x, r) => x && seen.add(r));
    boxes.forEach(({ input, bar, text }, r) => {
      input.checked = on[r];
      bar.style.width = 0;
      text.textContent = "?";
      if (!seen.has(r)) return;
      const both = reach(relations.map((_, k) => k === r || k === 0), center).ring;
      const n = goals.filter((v) => both[v] >= 0).length;
      bar.style.width = `${Math.max(2, (110 * n) / Math.max(1, goals.length))}px`;
      text.textContent = `${n} of ${goals.length}`;
    });
    tell();
  };
  // what is said, and the way to the node that is pointed at
  const tell = () => {
    const [on, center] = [model.get("on"), model.get("center")];
    const { ring, from } = found;
    const way = [];
    for (let v = pointed; v >= 0 && from[v]; v = from[v][0]) way.unshift([...from[v], v]);
    const lit = new Set([center, ...way.map(([, , v]) => v)]);
    nodes.forEach((node, v) =>
      node.setAttribute("class", `gr-tg-node${v === center ? " gr-tg-center" : ""}${ring[v] < 0 ? " gr-tg-away" : ""}${way.length && lit.has(v) ? " gr-tg-lit" : ""}`),
    );
    edges.forEach((edge, k) => edge.setAttribute("class", `${dash(facts[k][1])}${way.some(([, j]) => j === k) ? " gr-tg-lit" : ""}`));
    svg.classList.toggle("gr-tg-way", way.length > 0);
    const goals = wanted(center);
    const got = goals.filter((v) => ring[v] >= 0);
    const lost = (farther) => goals.filter((v) => ring[v] < 0 && (whole[v] > 0) === farther).map((v) => names[v]);
    const missed = [["farther", lost(true)], ["no way to", lost(false)]].filter(([, who]) => who.length);
    svg.setAttribute("aria-label", `${names[center]} reaches ${got.map((v) => names[v]).join(", ") || "nothing"}`);
    const alone = ring.every((x, v) => v === center || x < 0);
    const active = relations.filter((_, r) => on[r]);
    const none = alone && active.length ? ` No edge “${list(active)}” is at ${names[center]}.` : "";
    const ask = seen.size < 2 && relations.length > 1 && got.length < goals.length ? " Which relation brings more? Switch one on." : "";
    const told = way.length ? ` The way: ${names[center]}${way.map(([, j, v]) => ` – ${relations[facts[j][1]]} – ${names[v]}`).join("")}.` : none + ask;
    say(
      (turned ? `${on[turned[0]] ? "With" : "Without"} “${relations[turned[0]]}” ` : "") + `${names[center]} ${turned?.[1] === got.length ? "still " : ""}reaches ${got.length} of ${count(goals.length, what)} within ${count(hops, "edge")}` +
        (turned && turned[1] !== got.length ? ` (before: ${turned[1]})` : "") + missed.map(([how, who]) => `; ${how}: ${list(who)}`).join("") + "." + told,
    );
  };
  roving(drawing, () => rows, nodes[first[1]]);
  controls.prepend(
    button("All relations", () => put("on", relations.map(() => true))),
    button(`${relations[0]} alone`, () => put("on", relations.map((_, r) => r === 0))),
    button("Reset", () => {
      seen.clear();
      seen.add(0);
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
