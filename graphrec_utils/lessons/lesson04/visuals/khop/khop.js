// Walks of length k from one node: where they end, and how many there are. Beside the graph, the row of
// the start in A to the power k, for every k up to the one shown.
// State: users, items (names), likes (rows of 0 and 1), longest, start (a node), k; answers: what a student's
// function said, [start][k][node] with null where it says nothing, or null where there is none.

import { frame, h, list, moves, slider } from "../../../../plots/visuals/base/base.js";
import { graph } from "../../../../plots/visuals/base/graph.js";

function render({ model, el }) {
  const users = model.get("users");
  const titles = model.get("items").map((x) => x.replace(/ \(\d{4}\)$/, ""));
  const items = new Set(titles).size === titles.length ? titles : model.get("items");
  const many = users.length + items.length > 16;
  const longest = model.get("longest");
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const { root, body, controls, say } = frame(el, {
    label: "Walks of length k in a bipartite graph",
    help: `${many ? "Pull k" : "Pull k, or press a row"}; press a node, or reach it with the arrow keys and press Enter, to start there.`,
    least: 250,
  });
  const net = graph({
    users,
    items,
    likes: model.get("likes"),
    label: "Graph: press a node to start there",
    ...(many && matchMedia("(min-width: 700px)").matches ? { link: 300, letters: 22 } : {}),
    pick: (v) => put("start", v),
  });
  if (many) {
    // thin lines where there are many; those of the node under the hand are thick
    root.classList.add("gr-khop-many");
    net.node.querySelectorAll(".gr-pick").forEach((node, v) => {
      for (const [event, near] of [["pointerenter", true], ["pointerleave", false], ["focus", true], ["blur", false]])
        node.addEventListener(event, () => net.neighbors[v].forEach((w) => net.edge(v, w).classList.toggle("gr-khop-near", near)));
    });
  }

  // ---- the table: one row per k
  const cells = Array.from({ length: longest + 1 }, () => net.all.map(() => h("td", {})));
  const heads = cells.map((_, k) => h("th", { scope: "row" }, `k = ${k}`));
  const lines = cells.map((row, k) => h("tr", { onclick: () => put("k", k) }, heads[k], ...row));
  const dot = (v) => h("span", { class: `gr-dot gr-${net.isUser(v) ? "user" : "item"}` });
  const caption = h("div", { class: "gr-title" });
  const table = h(
    "table",
    { class: "gr-khop-table" },
    h("tr", {}, h("td", {}), ...net.all.map((name, v) => h("th", { scope: "col" }, dot(v), name))),
    ...lines,
  );
  const title = h("div", { class: "gr-title" });
  body.append(h("div", {}, title, net.node));
  if (!many) body.append(h("div", { class: "gr-khop-scroll" }, caption, table)); // of more, nobody reads a row

  const radius = slider("k", { min: 0, max: longest, value: model.get("k") }, (k) => put("k", k));
  controls.prepend(radius.node);

  const countsFrom = (start) => {
    const answers = model.get("answers");
    if (answers) return answers[start].slice(0, longest + 1);
    const rows = [net.all.map((_, v) => Number(v === start))];
    while (rows.length <= longest) {
      const before = rows.at(-1);
      rows.push(net.all.map((_, v) => net.neighbors[v].reduce((sum, w) => sum + before[w], 0)));
    }
    return rows;
  };

  let before = null; // what was shown: walkers set out only where one step was made
  const draw = () => {
    const start = model.get("start");
    const k = Math.max(0, Math.min(longest, model.get("k")));
    const rows = countsFrom(start);
    const first = net.all.map((_, v) => rows.findIndex((row) => row[v] > 0)); // -1: out of reach
    const here = rows[k];
    if (before && before.start === start && k === before.k + 1)
      net.walk(net.all.flatMap((_, v) => (rows[k - 1][v] ? net.neighbors[v].map((w) => [v, w]) : [])));
    before = { start, k };
    net.all.forEach((_, v) => {
      const kind = here[v] ? "gr-full" : first[v] >= 0 && first[v] < k ? "gr-passed" : "gr-hollow";
      net.mark(v, kind + (v === start ? " gr-start" : ""));
      net.names[v].setAttribute("class", here[v] ? "gr-strong" : "");
      net.notes[v].textContent = here[v] ? `${here[v]} walk${here[v] === 1 ? "" : "s"}` : "";
      net.neighbors[v].forEach((w) => {
        const used = k > 0 && (rows[k - 1][v] > 0 || rows[k - 1][w] > 0);
        net.edge(v, w).classList.toggle("gr-used", used);
      });
    });
    rows.forEach((row, r) => {
      lines[r].classList.toggle("gr-now", r === k);
      row.forEach((count, v) => {
        // rows of longer walks stay empty, so that the next one can be guessed
        cells[r][v].textContent = r > k ? "" : (count ?? "·");
        cells[r][v].className = count && r <= k ? "gr-some" : "gr-none";
      });
    });
    const name = net.all[start];
    title.textContent = `after k = ${k} step${k === 1 ? "" : "s"}: ${k % 2 ? "the other side" : "the own side"}`;
    caption.textContent = `row of ${name} in A to the power k`;
    table.setAttribute("aria-label", caption.textContent);
    radius.set(k);
    const ends = net.all.filter((_, v) => here[v]);
    const fresh = net.all.filter((_, v) => first[v] === k);
    const few = (names) => list(names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names);
    const parity = k % 2 ? "odd" : "even";
    const sides = net.isUser(start) === (k % 2 === 0) ? "users" : "items";
    const walks = here.reduce((sum, x) => sum + x, 0);
    if (!walks) return say(`${name} has no edge: there is no walk of length ${k}.`);
    say(
      `k = ${k}, ${parity}: ${walks === 1 ? `the only walk from ${name} ends` : `all ${walks} walks from ${name} end`} at ${sides} (${few(ends)}). ` +
        (fresh.length ? `Reached for the first time: ${few(fresh)}.` : "Nobody is reached for the first time."),
    );
  };
  const watched = ["start", "k", "answers"];
  for (const name of watched) model.on(`change:${name}`, draw);
  draw();
  moves(root);
  return () => watched.forEach((name) => model.off(`change:${name}`, draw));
}

export default { render };
