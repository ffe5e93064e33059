// One data set, two views: the matrix R and the bipartite graph. What is pointed at or focused in
// one is marked in the other; a press adds or removes a like in both.
// State: users, items (names), likes (rows of 0 and 1); answers is null, or {cells of a matrix, row by row:
// the item that a student's function puts first for each user}, of the matrices that it was asked about.

import { button, count, frame, h, list, roving, s } from "../../../../plots/visuals/base/base.js";

const ROW = 40; // px between neighboring nodes
const LONGEST = 14; // letters of a name in the graph

function render({ model, el }) {
  const users = model.get("users");
  const items = model.get("items");
  const atStart = model.get("likes");
  const liked = (u, i) => Boolean(model.get("likes")[u][i]);
  const likesOf = (u) => items.filter((_, i) => liked(u, i));
  const likersOf = (i) => users.filter((_, u) => liked(u, i));
  const put = (likes) => {
    model.set("likes", likes);
    model.save_changes();
  };
  const asked = () => model.get("answers")?.[model.get("likes").flat().join("")];
  // a function's answers before the last switch, and who was switched
  let before = null;
  const toggle = (u, i) => {
    before = { firsts: asked(), u, i };
    put(model.get("likes").map((row, v) => row.map((x, j) => (v === u && j === i ? 1 - x : x))));
  };
  // those whose film is another one since
  const changed = () => {
    const firsts = asked();
    return before?.firsts && firsts ? users.map((_, u) => u).filter((u) => firsts[u] !== before.firsts[u]) : null;
  };

  const { body, controls, say } = frame(el, {
    label: "The matrix and the graph of the same likes",
    help: "Point at a cell or an edge, or use the arrow keys. Click, Enter or Space switches a like.",
    least: 230,
  });

  const named = (names) => count(names.length, "like") + (names.length ? ` (${list(names)})` : "");

  // ---- marking: u or i may be null, then a whole column or row is meant
  let marked = null;
  const sentence = () => {
    const edges = users.reduce((sum, _, u) => sum + likesOf(u).length, 0);
    const cells = users.length * items.length;
    const share = Math.round((1000 * edges) / cells) / 10;
    const total = `${count(edges, "edge")} of ${cells} possible, density ${share} %.`;
    const firsts = asked();
    const first = (u) => `${items[firsts[u]]} to ${users[u]}` + (liked(u, firsts[u]) ? ", who likes it already" : "");
    const silent = model.get("answers") ? " So far from the start your recommend was not asked: Reset." : "";
    const yours = (all) => (firsts ? ` Yours recommends (dotted) ${all.map(first).join("; ")}.` : silent);
    if (!marked) return [total, yours(users.map((_, u) => u))];
    const [u, i] = marked;
    const news = before && before.u === u && before.i === i ? changed() : null;
    if (news) {
      const of = (v) => `${users[v]}’s (${items[before.firsts[v]]} → ${items[firsts[v]]})`;
      const others = news.filter((v) => v !== u);
      const whose = !news.length ? "Nobody’s film changes." : `Ringed, the films that change: ${list(news.map(of))}${!others.length ? ", and nobody else’s" : others.length === news.length ? `; ${users[u]}’s own stays` : ""}.`;
      return [`${users[u]} – ${items[i]} is ${liked(u, i) ? "liked" : "not liked"} now. `, whose];
    }
    if (i === null) return [`${users[u]}: ${named(likesOf(u))}. ${total}`, yours([u])];
    if (u === null) return [`${items[i]}: ${named(likersOf(i))}. ${total}`];
    return [
      `${users[u]} – ${items[i]}: ${liked(u, i) ? "liked" : "not liked"}. ` +
      `${users[u]} has ${count(likesOf(u).length, "like")}, ` +
      `${items[i]} has ${likersOf(i).length}. ${total}`,
      yours([u]),
    ];
  };
  const mark = (u, i) => {
    marked = u === null && i === null ? null : [u, i];
    draw();
  };
  const hovering = (u, i) => ({ onpointerenter: () => mark(u, i) });
  let kept = [null, null]; // what has the focus stays marked when the pointer leaves
  const keep = (u, i) => {
    kept = [u, i];
    mark(u, i);
  };
  const pointing = (u, i) => ({ ...hovering(u, i), onfocus: () => keep(u, i) });

  // ---- the matrix
  const dot = (side) => h("span", { class: `gr-dot gr-${side}` });
  const heads = {
    user: users.map((name, u) =>
      h("div", { role: "rowheader", title: name, ...pointing(u, null) }, dot("user"), name),
    ),
    item: items.map((name, i) =>
      h("div", { role: "columnheader", title: name, ...pointing(null, i) }, dot("item"), name),
    ),
  };
  const cells = users.map((user, u) =>
    items.map((item, i) =>
      h("button", {
        type: "button",
        class: "gr-cell",
        "aria-label": `${user} likes ${item}`,
        onclick: () => toggle(u, i),
        ...pointing(u, i),
      }),
    ),
  );
  const sums = {
    user: users.map(() => h("div", { role: "gridcell", class: "gr-sum" })),
    item: items.map(() => h("div", { role: "gridcell", class: "gr-sum" })),
  };
  const row = (...children) => h("div", { role: "row" }, ...children);
  const gridcell = (child) => h("div", { role: "gridcell" }, child);
  const tall = items.length > 6 || Math.max(...items.map((name) => name.length)) > 10;
  const grid = h(
    "div",
    { class: tall ? "gr-grid gr-tall" : "gr-grid", role: "grid", style: `--columns: ${items.length}` },
    row(
      h("div", { role: "gridcell" }),
      ...heads.item,
      h("div", { role: "columnheader" }, "degree"),
    ),
    ...users.map((_, u) => row(heads.user[u], ...cells[u].map(gridcell), sums.user[u])),
    row(h("div", { role: "rowheader" }, "degree"), ...sums.item, h("div", { role: "gridcell" })),
  );
  roving(
    grid,
    () => [[null, ...heads.item], ...cells.map((line, u) => [heads.user[u], ...line])],
    cells[0][0],
  );

  // ---- the graph
  const short = (name) => (name.length > LONGEST ? name.slice(0, LONGEST - 1) + "…" : name);
  const room = (names) => 24 + 8.5 * Math.max(...names.map((name) => short(name).length));
  const left = room(users);
  const right = left + 160;
  const width = right + room(items);
  const height = ROW * Math.max(users.length, items.length);
  const y = (k, n) => (n === 1 ? height / 2 : ROW / 2 + (k * (height - ROW)) / (n - 1));
  const edges = users.map((user, u) =>
    items.map((item, i) => {
      const [from, to] = [y(u, users.length), y(i, items.length)];
      const ends = { x1: left, y1: from, x2: right, y2: to };
      // easier to hit than the line, and not of height 0 where the line is level
      const hit = `${left},${from - 6} ${right},${to - 6} ${right},${to + 6} ${left},${from + 6}`;
      return s(
        "g",
        {
          role: "button",
          "aria-label": `Edge ${user} – ${item}, press to remove it`,
          onclick: () => toggle(u, i),
          onkeydown: (event) => {
            if (event.key !== "Enter" && event.key !== " ") return;
            event.preventDefault();
            mark(u, i);
            toggle(u, i); // an edge that is taken away keeps the focus: the next Enter brings it back
          },
          ...pointing(u, i),
        },
        s("polygon", { class: "gr-hit", points: hit }),
        s("line", { class: "gr-halo", ...ends }),
        s("line", { class: "gr-line", ...ends }),
      );
    }),
  );
  const present = (edge) => !edge.classList.contains("gr-absent") || edge.matches(":focus");
  const nodes = { user: [], item: [] };
  const names = { user: [], item: [] };
  const place = (side, all, x) =>
    all.map((name, k) => {
      const at = y(k, all.length);
      const hover = side === "user" ? hovering(k, null) : hovering(null, k);
      const mark = { class: `gr-node gr-${side}`, ...hover };
      nodes[side][k] =
        side === "user"
          ? s("circle", { cx: x, cy: at, r: 10, ...mark })
          : s("rect", { x: x - 9, y: at - 9, width: 18, height: 18, ...mark });
      const away = side === "user" ? { x: x - 17, "text-anchor": "end" } : { x: x + 17 };
      names[side][k] = s("text", { ...away, y: at + 5, ...hover }, s("title", {}, name), short(name));
      return [nodes[side][k], names[side][k]];
    });
  const svg = s(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": "Graph" },
    ...edges.flat(),
    ...place("user", users, left).flat(),
    ...place("item", items, right).flat(),
  );
  // not on the svg itself: an svg that listens to the focus takes part in the Tab order
  const graph = h("div", {}, svg);
  const settle = roving(graph, () =>
    edges.map((line) => line.filter(present)).filter((line) => line.length),
  );

  // ---- both
  const titles = [h("div", { class: "gr-title" }), h("div", { class: "gr-title" })];
  const scroll = h("div", { class: "gr-scroll" }, grid);
  body.append(
    h("div", { class: "gr-panel" }, titles[0], scroll),
    h("div", { class: "gr-panel" }, titles[1], graph),
  );
  controls.append(button("Reset", () => {
    before = null;
    put(atStart);
  }));
  body.addEventListener("pointerleave", () => mark(...kept));
  body.addEventListener("focusout", (event) => {
    if (!body.contains(event.relatedTarget)) keep(null, null);
  });

  function draw() {
    const [mu, mi] = marked ?? [];
    const isOn = (u, i) => Boolean(marked) && (mu ?? u) === u && (mi ?? i) === i;
    const onUser = (u) => Boolean(marked) && (mu === u || (mu === null && liked(u, mi)));
    const onItem = (i) => Boolean(marked) && (mi === i || (mi === null && liked(mu, i)));
    const whole = Boolean(marked) && (mu === null || mi === null);
    users.forEach((_, u) =>
      items.forEach((_, i) => {
        const like = liked(u, i);
        const cell = cells[u][i];
        cell.textContent = like ? "1" : "0";
        cell.setAttribute("aria-pressed", like);
        cell.classList.toggle("gr-on", isOn(u, i));
        // a whole row marks its edges, not the edges that are not there
        const edge = edges[u][i];
        edge.setAttribute(
          "class",
          "gr-edge" + (like ? "" : " gr-absent") + (isOn(u, i) && (like || !whole) ? " gr-on" : ""),
        );
        const empty = !like && edge.matches(":focus");
        edge.setAttribute("aria-label", `Edge ${users[u]} – ${items[i]}, press to ${empty ? "add" : "remove"} it`);
        if (like || empty) edge.removeAttribute("aria-hidden");
        else edge.setAttribute("aria-hidden", "true");
      }),
    );
    const each = { user: [onUser, (u) => likesOf(u).length], item: [onItem, (i) => likersOf(i).length] };
    for (const [side, [on, deg]] of Object.entries(each))
      nodes[side].forEach((node, k) => {
        node.setAttribute("class", `gr-node gr-${side}` + (on(k) ? " gr-on" : ""));
        names[side][k].setAttribute("class", "gr-name" + (on(k) ? " gr-on" : ""));
        heads[side][k].classList.toggle("gr-on", on(k));
        sums[side][k].textContent = deg(k);
      });
    const firsts = asked();
    cells.forEach((line, u) => line.forEach((cell, i) => cell.classList.toggle("gr-first", firsts?.[u] === i)));
    const news = changed() ?? [];
    cells.forEach((line, u) => line.forEach((cell, i) => cell.classList.toggle("gr-news", news.includes(u) && asked()[u] === i)));
    const total = users.reduce((sum, _, u) => sum + likesOf(u).length, 0);
    titles[0].textContent = `matrix R: ${users.length} × ${items.length}, ${count(total, "one")}`;
    titles[1].textContent = `graph: ${users.length + items.length} nodes, ${count(total, "edge")}`;
    svg.setAttribute("aria-label", `Graph with ${count(total, "edge")}`);
    grid.setAttribute("aria-label", `Matrix of likes, ${users.length} users by ${items.length} items`);
    // exactly one present edge is in the Tab order
    const inside = edges.flat().filter(present);
    for (const edge of edges.flat()) if (!present(edge)) edge.tabIndex = -1;
    if (!inside.some((edge) => edge.tabIndex === 0) && inside.length) settle(inside[0]);
    say(...sentence());
  }
  model.on("change:likes", draw);
  model.on("change:answers", draw);
  draw();
  return () => {
    model.off("change:likes", draw);
    model.off("change:answers", draw);
  };
}

export default { render };
