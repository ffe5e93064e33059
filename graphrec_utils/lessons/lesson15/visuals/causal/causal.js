// Who looks at whom: weights of attention, with the causal mask and the mask of empty places on or off.
// State: names, empty (of L places), tables ([ahead][holes] → L rows of L weights), row, ahead, holes.

import { button, frame, h, roving } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const [names, empty, tables] = ["names", "empty", "tables"].map((x) => model.get(x));
  const { body, controls, say } = frame(el, {
    label: "Attention with masks",
    help: "Choose the place that looks by mouse or with the arrow keys; the buttons lift a mask and put it back.",
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
      const choose = button(name, () => put("row", t), { class: "gr-button gr-ca-place" });
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
  body.append(h("div", { class: "gr-ca-scroll" }, table));
  const ahead = button("", () => put("ahead", !model.get("ahead")), { "aria-pressed": "false" });
  const holes = button("", () => put("holes", !model.get("holes")), { "aria-pressed": "false" });
  controls.prepend(ahead, holes);

  const draw = () => {
    const [row, a, o] = ["row", "ahead", "holes"].map((x) => model.get(x));
    const W = tables[Number(a)][Number(o)];
    cells.forEach((line, t) =>
      line.forEach((cell, k) => {
        const w = W[t][k];
        cell.textContent = w > 0 ? w.toFixed(2) : "–";
        cell.style.setProperty("--gr-ca-share", `${Math.round(70 * w)}%`);
        cell.className = w > 0 && (k > t || empty[k]) ? "gr-ca-leak" : "";
      }),
    );
    heads.forEach(([x], t) => {
      x.setAttribute("aria-pressed", String(t === row));
    });
    ahead.setAttribute("aria-pressed", String(a));
    holes.setAttribute("aria-pressed", String(o));
    ahead.textContent = a ? "Look back only" : "Look ahead";
    holes.textContent = o ? "Hide empty places" : "See empty places";
    const sum = (which) => W[row].reduce((total, w, k) => total + (which(k) ? w : 0), 0);
    const [later, hollow, all] = [sum((k) => k > row && !empty[k]), sum((k) => empty[k]), sum(() => true)];
    const parts = [];
    if (all < 0.005) parts.push("sees nothing, and gets zeros");
    else parts.push(`looks back with ${sum((k) => k <= row && !empty[k]).toFixed(2)} of its attention`);
    if (later > 0.004) parts.push(`at what comes later with ${later.toFixed(2)}: a leak`);
    if (hollow > 0.004) parts.push(`at empty places with ${hollow.toFixed(2)}: at nothing`);
    say(`${names[row]} ${parts.join(", ")}.`);
  };
  const watched = ["row", "ahead", "holes", "tables"];
  for (const name of watched) model.on(`change:${name}`, draw);
  draw();
  return () => {
    for (const name of watched) model.off(`change:${name}`, draw);
  };
}

export default { render };
