// A matrix with a row and a column per node beside the graph: a row is what one node hears from all.
// State: users, items (names), likes (rows of 0 and 1), forms ([name, title] pairs), longest, form, k (power),
// row (a node), column (a node, or -1 if only a row is picked).

import { button, frame, h, list, moves, roving, slider } from "../../../../plots/visuals/base/base.js";
import { graph } from "../../../../plots/visuals/base/graph.js";

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸";

function render({ model, el }) {
  const users = model.get("users");
  const forms = Object.fromEntries(model.get("forms"));
  const longest = model.get("longest");
  const put = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const { root, body, controls, say } = frame(el, {
    label: "The adjacency matrix and its graph",
    help: "Point at a cell or an edge, or press it; press a node. Arrow keys move among them, Enter picks a node. Bars: the sums.",
    least: 250,
  });
  const net = graph({
    users,
    items: model.get("items"),
    likes: model.get("likes"),
    label: "Graph: press a node to see its row",
    verb: "show its row",
    pick: (v) => put({ row: v, column: -1 }),
  });
  const all = net.all;
  // an edge answers as its cell does
  users.forEach((_, u) => net.neighbors[u].forEach((w) => {
    const hit = net.edge(u, w).cloneNode();
    hit.setAttribute("class", "gr-adj-hit");
    hit.addEventListener("click", () => put({ row: u, column: w }));
    hit.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && put({ row: u, column: w }));
    net.node.querySelector(".gr-pick").before(hit);
  }));
  const degree = net.neighbors.map((x) => x.length);

  // ---- the matrices
  const entry = {
    A: () => 1,
    row: (v) => 1 / degree[v],
    column: (v, w) => 1 / degree[w],
    symmetric: (v, w) => 1 / Math.sqrt(degree[v] * degree[w]),
  };
  const power = (form, k) => {
    const first = all.map((_, v) => all.map((_, w) => (net.neighbors[v].includes(w) ? entry[form](v, w) : 0)));
    let M = all.map((_, v) => all.map((_, w) => Number(v === w)));
    for (let step = 0; step < k; step += 1)
      M = M.map((row) => all.map((_, w) => row.reduce((sum, x, z) => sum + x * first[z][w], 0)));
    return M;
  };
  const total = (numbers) => numbers.reduce((a, b) => a + b, 0);
  const text = (x) => (model.get("form") === "A" ? String(Math.round(x)) : x < 5e-4 ? "0" : x.toFixed(2).replace(/^0/, ""));

  // ---- the table; a line separates users from items
  const m = users.length;
  const border = (v) => (v === m ? " gr-adj-border" : "");
  const cells = all.map((_, v) => all.map((_, w) => h("td", { onclick: () => put({ row: v, column: w }),
    onpointerenter: (event) => event.pointerType === "mouse" && put({ row: v, column: w }) })));
  const rowSums = all.map(() => h("td", { class: "gr-adj-sum gr-adj-across" }));
  const columnSums = all.map(() => h("td", { class: "gr-adj-sum gr-adj-down" }));
  const short = (name) => (name.length > 9 ? name.slice(0, 8) + "…" : name);
  const lines = all.map((name, v) =>
    h("tr", {}, h("th", { scope: "row", title: name }, short(name)), ...cells[v], rowSums[v]),
  );
  const table = h(
    "table",
    { class: all.length > 16 ? "gr-adj-table gr-adj-many" : "gr-adj-table", role: "grid" },
    h("tr", {}, h("td", {}), ...all.map((name, w) => h("th", { scope: "col", title: name, class: border(w) }, name.slice(0, 2))), h("th", { scope: "col" }, "sum")),
    ...lines,
    h("tr", {}, h("th", { scope: "row" }, "sum"), ...columnSums, h("td", {})),
  );
  cells.forEach((row, v) =>
    row.forEach((cell, w) => cell.addEventListener("focus", () => put({ row: v, column: w }))),
  );
  const heading = h("div", { class: "gr-title" });
  const place = h("div", { class: "gr-title" });
  const verdict = h("div", { class: "gr-adj-verdict" });
  body.append(h("div", { class: "gr-adj-scroll" }, heading, table, verdict), h("div", {}, place, net.node));
  roving(table, () => cells);

  const choices = Object.entries(forms).map(([form, title]) => [form, button(title, () => put({ form }))]);
  const radius = slider("power k", { min: 1, max: longest, value: model.get("k") }, (k) => put({ k }));
  controls.prepend(...(choices.length > 1 ? choices.map(([, node]) => node) : []), ...(longest > 1 ? [radius.node] : []));

  const reason = (form, v, w) => {
    if (form === "row") return `1 / deg(${all[v]}) = 1/${degree[v]}`;
    if (form === "column") return `1 / deg(${all[w]}) = 1/${degree[w]}`;
    if (form === "symmetric") return `1 / √(deg(${all[v]}) · deg(${all[w]})) = 1/√(${degree[v]} · ${degree[w]})`;
    return "there is an edge; the mirrored cell is the same edge";
  };

  const draw = () => {
    const [form, k, row, column] = ["form", "k", "row", "column"].map((name) => model.get(name));
    const M = power(form, k);
    const before = power(form, k - 1);
    const name = forms[form].split(",")[0];
    const what = k === 1 ? forms[form] : (name.length > 1 && form !== "symmetric" ? `(${name})` : name) + SUPERSCRIPTS[k];
    const sides = k % 2 ? "user–item blocks only" : "user–user and item–item blocks only";
    heading.textContent = longest > 1 ? `${what}: ${sides}` : what;
    table.setAttribute("aria-label", heading.textContent);
    choices.forEach(([other, node]) => node.setAttribute("aria-pressed", other === form));
    radius.set(k);
    const largest = Math.max(...M.flat());
    const sums = [M.map(total), all.map((_, w) => total(M.map((x) => x[w])))];
    const most = Math.max(...sums.flat());
    const one = sums.map((side) => side.every((x, v) => !degree[v] || Math.abs(x - 1) < 1e-9));
    const mirrored = M.every((x, v) => x.every((y, w) => Math.abs(y - M[w][v]) < 1e-9));
    verdict.textContent = one[0]
      ? "Every row sums to 1: what a node hears is a mean."
      : one[1]
        ? "Every column sums to 1: each node shares out what it has, and nothing is lost."
        : mirrored
          ? form === "A" && k === 1 ? "It is its own mirror image, and each sum is a degree." : "No sum has to be 1, but it is its own mirror image: v weighs w as w weighs v."
          : "";
    all.forEach((_, v) => {
      lines[v].className = (v === row ? "gr-adj-now" : "") + border(v);
      [rowSums, columnSums].forEach((cells_of, side) => {
        cells_of[v].textContent = text(sums[side][v]);
        cells_of[v].style.setProperty("--gr-sum", `${most ? Math.round((100 * sums[side][v]) / most) : 0}%`);
        cells_of[v].classList.toggle("gr-adj-one", one[side]);
      });
      all.forEach((_, w) => {
        const kind = M[v][w] ? "gr-adj-some" : "gr-adj-none";
        const picked = v === row && w === column ? " gr-adj-picked" : v === column && w === row ? " gr-adj-mirror" : "";
        cells[v][w].className = `gr-adj-cell ${kind}${picked}${border(w)}`;
        // shaded by value, so that a pattern is seen before a number is read; the number stays readable
        cells[v][w].style.setProperty("--gr-share", largest ? (M[v][w] / largest).toFixed(3) : "0");
        cells[v][w].textContent = text(M[v][w]);
        cells[v][w].setAttribute("aria-label", `row ${all[v]}, column ${all[w]}: ${text(M[v][w])}`);
      });
    });
    all.forEach((_, v) => {
      const here = column < 0 ? M[row][v] : v === column && M[row][v];
      net.mark(v, (here ? "gr-full" : v === row ? "gr-passed" : "gr-hollow") + (v === row ? " gr-start" : ""));
      net.names[v].setAttribute("class", here ? "gr-strong" : "");
      net.notes[v].textContent = here ? text(M[row][v]) : "";
      net.neighbors[v].forEach((w) => {
        const last = before[row][v] && (column < 0 || w === column) && M[row][w];
        const back = before[row][w] && (column < 0 || v === column) && M[row][v];
        const used = Boolean(last || back);
        net.edge(v, w).classList.toggle("gr-used", used);
        // as thick as the entry it stands for: two messages of one row need not be equally loud
        net.edge(v, w).style.strokeWidth = used && k === 1 && form !== "A" ? 1.5 + (8 * M[row][last ? w : v]) / largest : "";
      });
    });
    place.textContent = `row of ${all[row]}`;
    if (column < 0) {
      const heard = all.map((x, w) => [x, M[row][w]]).filter(([, x]) => x);
      // of a rule: who is louder in this row, and why
      const order = heard.map(([x, value]) => ({ x, value, w: all.indexOf(x) })).sort((a, b) => b.value - a.value);
      const [loud, soft] = [order[0], order.at(-1)];
      const few = (w) => `${degree[w]} ${net.isUser(w) ? "like" : "fan"}${degree[w] === 1 ? "" : "s"}`;
      const louder = k > 1 || form === "A" || !loud || loud.value - soft.value < 1e-9 ? "" : ` ${loud.x} is loude${heard.length > 2 ? "st" : "r"}: ${few(loud.w)}, ${soft.x} has ${degree[soft.w]}.`;
      const tail = form === "A" && k === 1 ? "the degree" : "the sum of the row";
      return say(
        heard.length
          ? `Row of ${all[row]} in ${what}: ${list(heard.map(([x, value]) => `${x} ${text(value)}`))}; ${tail} is ${text(total(M[row]))}.${louder}`
          : `Row of ${all[row]} in ${what}: zeros, since ${all[row]} has no edge.`,
      );
    }
    const value = `Row ${all[row]}, column ${all[column]}: ${text(M[row][column])}`;
    if (!M[row][column]) {
      const cause = k > 1 ? `no walk of length ${k}` : "no edge";
      return say(`${value}, ${cause} between the two.`);
    }
    if (k === 1) return say(`${value}, for ${reason(form, row, column)}.`);
    if (form === "A") {
      const walks = Math.round(M[row][column]);
      return say(`${value}, since ${walks === 1 ? "one walk" : `${walks} walks`} of length ${k} ${walks === 1 ? "leads" : "lead"} there.`);
    }
    return say(`${value}, the sum over all walks of length ${k} of the product of their weights.`);
  };
  const watched = ["form", "k", "row", "column"];
  for (const name of watched) model.on(`change:${name}`, draw);
  draw();
  moves(root);
  return () => watched.forEach((name) => model.off(`change:${name}`, draw));
}

export default { render };
