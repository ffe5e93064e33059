// Who looks at whom: weights of attention, with the causal mask and the mask of empty places on or off.
// State: names, empty (of L places), tables ([ahead][holes] → L rows of L weights), row, ahead, holes.

import { button, frame, h, roving, s } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const [names, empty, tables] = ["names", "empty", "tables"].map((x) => model.get(x));
  const { body, controls, say } = frame(el, {
    label: "Attention with masks",
    least: 250,
    help: "Press the place that looks, or choose its row with the arrow keys: bows are as wide as its attention. The buttons lift a mask and put it back.",
  });
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const cells = [];
  const heads = [];
  const table = h(
    "table",
    { class: "gr-ca-table" },
    h("tr", {}, h("td", {}), ...names.map((name) => h("th", { scope: "col" }, name))),
    ...names.map((name, t) => {
      const choose = button(`${t + 1} ${names[t]}`, () => put("row", t), { class: "gr-button gr-ca-place" });
      heads.push([choose]);
      cells.push(names.map(() => h("td", {})));
      return h("tr", { onclick: () => put("row", t) }, h("th", { scope: "row" }, choose), ...cells[t]);
    }),
  );
  roving(table, () => heads, heads[model.get("row")][0]);
  table.addEventListener("focusin", (event) => {
    const t = heads.findIndex(([x]) => x === event.target);
    if (t >= 0 && t !== model.get("row")) put("row", t);
  });
  // ---- the chosen row as bows from its place
  const [gap, line] = [64, 132];
  const [wide, tall] = [gap * names.length, 176];
  const at = (k) => gap * (k + 0.5);
  const bows = s("g", {});
  const places = names.map((name, k) => {
    const dot = s("circle", { cx: at(k), cy: line, r: 12, class: `gr-ca-dot${empty[k] ? " gr-ca-empty" : ""}` });
    return { dot, node: s("g", { class: "gr-ca-spot", onclick: () => put("row", k) },
      s("rect", { x: at(k) - gap / 2, y: line - 30, width: gap, height: 70, class: "gr-ca-touch" }), dot,
      s("text", { x: at(k), y: line + 5, "text-anchor": "middle", class: `gr-ca-number${empty[k] ? " gr-ca-none" : ""}` }, k + 1),
      s("text", { x: at(k), y: line + 34, "text-anchor": "middle" }, empty[k] ? "empty" : name)) };
  });
  const picture = s("svg", { viewBox: `0 0 ${wide} ${tall}`, width: wide, height: tall, role: "img" }, bows, ...places.map((x) => x.node));
  const bow = (from, to, w, kind) => {
    const [a, b] = [at(from), at(to)];
    const d = a === b
      ? `M${a - 8} ${line - 10}C${a - 34} ${line - 56} ${a + 34} ${line - 56} ${a + 8} ${line - 10}`
      : `M${a} ${line - 12}C${a} ${line - 34 - 0.3 * Math.abs(b - a)} ${b} ${line - 34 - 0.3 * Math.abs(b - a)} ${b} ${line - 12}`;
    const path = s("path", { d, class: `gr-ca-bow ${kind}` });
    path.style.strokeWidth = `${Math.max(1, 20 * w)}px`;
    return path;
  };
  const title = h("div", { class: "gr-title" });
  body.append(h("div", { class: "gr-ca-picture" }, title, picture), h("div", { class: "gr-ca-scroll" }, table));
  const ahead = button("Look ahead", () => put("ahead", !model.get("ahead")), { "aria-pressed": "false" });
  const holes = button("See empty places", () => put("holes", !model.get("holes")), { "aria-pressed": "false" });
  controls.prepend(ahead, holes);

  const draw = () => {
    const [row, a, o] = ["row", "ahead", "holes"].map((x) => model.get(x));
    const W = tables[Number(a)][Number(o)];
    cells.forEach((line, t) =>
      line.forEach((cell, k) => {
        const w = W[t][k];
        cell.textContent = w > 0 || ((a || k <= t) && (o || !empty[k])) ? w.toFixed(2) : "–"; // a dash is masked, 0.00 is seen and hardly counts
        cell.style.setProperty("--gr-ca-share", `${Math.round(70 * w)}%`);
        cell.className = w > 0 && (k > t || empty[k]) ? "gr-ca-leak" : "";
      }),
    );
    heads.forEach(([x], t) => {
      x.setAttribute("aria-pressed", String(t === row));
      x.closest("tr").classList.toggle("gr-ca-here", t === row);
      x.closest("tr").classList.toggle("gr-ca-back", empty[t] && t !== row);
    });
    title.textContent = `at whom place ${row + 1} looks (${empty[row] ? "empty" : names[row]})`;
    bows.replaceChildren(...W[row].flatMap((w, k) => (w > 0.004 ? [bow(row, k, w, empty[k] ? "gr-ca-hollow" : k > row ? "gr-ca-later" : "")] : [])));
    places.forEach(({ dot }, k) => dot.classList.toggle("gr-ca-chosen", k === row));
    picture.setAttribute("aria-label", W[row].flatMap((w, k) => (w > 0.004 ? [`place ${k + 1}, ${names[k]}: ${w.toFixed(2)}`] : [])).join("; ") || "nobody");
    ahead.setAttribute("aria-pressed", String(a));
    holes.setAttribute("aria-pressed", String(o));
    const sum = (which) => W[row].reduce((total, w, k) => total + (which(k) ? w : 0), 0);
    const [later, hollow, all] = [sum((k) => k > row && !empty[k]), sum((k) => empty[k]), sum(() => true)];
    const back = sum((k) => k <= row && !empty[k]).toFixed(2);
    const lone = names.every((_, k) => k >= row || empty[k]); // nobody stands before it
    const parts = [];
    if (all < 0.005) parts.push("sees nothing, and gets zeros");
    else if (lone && !empty[row]) parts.push(a || o ? `looks at itself with ${back} of its attention` : "has nobody before it, looks at itself");
    else parts.push(`looks back with ${back} of its attention${a || o ? "" : ", at nothing later and nothing empty"}`);
    if (later > 0.004) parts.push(`at what comes later with ${later.toFixed(2)}: a leak`);
    if (hollow > 0.004) parts.push(`at empty places with ${hollow.toFixed(2)}: at nothing`);
    // where a lifted mask changes nothing in this row: which row it does
    const most = (of) => names.map((_, t) => (empty[t] ? 0 : W[t].reduce((total, w, k) => total + (of(t, k) ? w : 0), 0)));
    const [leaks, wasted] = [most((t, k) => k > t && !empty[k]), most((_, k) => empty[k])];
    const hint = (sums, what) => {
      const t = sums.indexOf(Math.max(...sums));
      return sums[t] > 0.004 ? ` Place ${t + 1} ${what(sums[t].toFixed(2))}: press it.` : "";
    };
    const look = empty[row] ? ""
      : a && later <= 0.004 ? hint(leaks, (x) => `leaks ${x}`)
      : o && !a && hollow <= 0.004 && empty.some(Boolean)
        ? hint(wasted, (x) => `gives ${x} to empty places`) || (empty.slice(0, row).some(Boolean) ? "" : " Every empty place comes later: the causal mask hides it, too.")
      : "";
    say(`Place ${row + 1} (${empty[row] ? "empty" : names[row]}) ${parts.join(", ")}.${empty[row] ? " It is an empty place: nobody reads what it hears." : ""}${look}`);
  };
  const watched = ["row", "ahead", "holes", "tables"];
  for (const name of watched) model.on(`change:${name}`, draw);
  draw();
  return () => {
    for (const name of watched) model.off(`change:${name}`, draw);
  };
}

export default { render };
