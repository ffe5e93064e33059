// The logits of a batch: choose a row and see its softmax, move the temperature, let hits back in.
// State: users and items (names of the rows), temperatures, at (a place in them), row, logits (for each
// temperature B rows of B numbers, null for what is left out), plain (the same without a mask), masked.

import { button, frame, h, roving, s, slider } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const [users, items, temperatures] = ["users", "items", "temperatures"].map((x) => model.get(x));
  const B = users.length;
  const { body, controls, say } = frame(el, {
    label: "Logits of a batch",
    help: "Press any cell, or choose a row with the arrow keys; the slider sets the temperature. A hit is a column that holds the row’s own film once more (dashed).",
  });
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const write = (x, digits = 2) => x.toFixed(digits).replace("-", "−");

  // ---- table
  let asked = null; // a column that was pressed
  const cells = [];
  const heads = [];
  const table = h(
    "table",
    { class: "gr-bm-table" },
    h("tr", {}, h("td", {}), ...items.map((name) => h("th", { scope: "col" }, name))),
    ...users.map((name, a) => {
      const choose = button(name, () => put("row", a), { class: "gr-button gr-bm-user" });
      heads.push([choose]);
      cells.push(items.map((_, b) => h("td", { onclick: () => {
        asked = b;
        put("row", a);
      } })));
      return h("tr", { onclick: () => a !== model.get("row") && put("row", a) }, h("th", { scope: "row" }, choose), ...cells[a]);
    }),
  );
  roving(table, () => heads, heads[0][0]);
  table.addEventListener("focusin", (event) => {
    const a = heads.findIndex(([x]) => x === event.target);
    if (a >= 0 && a !== model.get("row")) put("row", a);
  });

  // ---- softmax of the row
  const [step, zero, long] = [34, 112, 180];
  const bars = items.map((name, b) => ({
    bar: s("rect", { x: zero, y: b * step + 6, height: 20 }),
    text: s("text", { y: b * step + 21 }),
    name: s("text", { x: zero - 8, y: b * step + 21, "text-anchor": "end" }, name.length > 15 ? name.slice(0, 14) + "…" : name),
  }));
  const chart = s(
    "svg",
    { viewBox: `0 0 364 ${B * step}`, width: 364, height: B * step, role: "img" },
    ...bars.flatMap((x) => [x.bar, x.text, x.name]),
  );
  const title = h("div", { class: "gr-title" });
  body.append(h("div", { class: "gr-bm-scroll" }, table), h("div", {}, title, chart));

  // ---- controls
  const range = slider("temperature", { min: 0, max: temperatures.length - 1, value: model.get("at") }, (x) => put("at", x));
  const mask = button("Let hits in", () => put("masked", !model.get("masked")), { "aria-pressed": "false" });
  controls.prepend(range.node, mask);

  const draw = () => {
    const [row, at, masked] = ["row", "at", "masked"].map((x) => model.get(x));
    const S = model.get(masked ? "logits" : "plain")[at];
    const all = S.flat().filter((x) => x != null);
    const [low, high] = [Math.min(...all), Math.max(...all)];
    cells.forEach((line, a) =>
      line.forEach((cell, b) => {
        const x = S[a][b];
        const hit = model.get("logits")[at][a][b] == null;
        cell.replaceChildren(x == null ? h("span", { class: "gr-bm-out" }, "same film") : write(x, 1));
        cell.className = `${a === b ? "gr-bm-own" : hit ? "gr-bm-hit" : ""}${a === row && b === asked ? " gr-bm-asked" : ""}`;
        cell.style.setProperty("--gr-bm-share", x == null || high === low ? "0%" : `${Math.round((55 * (x - low)) / (high - low))}%`);
      }),
    );
    heads.forEach(([x], a) => {
      x.setAttribute("aria-pressed", String(a === row));
    });
    const line = S[row].map((x) => x ?? -Infinity);
    const top = Math.max(...line);
    const e = line.map((x) => Math.exp(x - top));
    const Z = e.reduce((a, b) => a + b, 0);
    bars.forEach(({ bar, text }, b) => {
      const p = e[b] / Z;
      bar.setAttribute("width", Math.max(1, long * p));
      bar.setAttribute("class", b === row ? "gr-bm-mine" : "gr-item");
      text.setAttribute("x", zero + long * p + 8);
      text.textContent = line[b] === -Infinity ? "left out" : write(p);
    });
    title.textContent = `softmax of ${users[row]}'s row`;
    chart.setAttribute("aria-label", `${users[row]}: ` + items.map((x, b) => `${x} ${write(e[b] / Z)}`).join(", "));
    range.set(at);
    range.node.querySelector("output").textContent = String(temperatures[at]);
    mask.setAttribute("aria-pressed", String(!masked));
    if (asked !== null) {
      const b = asked;
      asked = null;
      const p = write(e[b] / Z);
      return say(
        line[b] === -Infinity ? `${items[b]} is ${users[row]}'s own film in another column: left out, it is pushed nowhere.`
        : b === row ? `${users[row]} and ${items[b]} belong together: probability ${p}, so a step pulls them together with 1 − ${p}.`
        : `${users[row]} and ${items[b]}: logit ${write(line[b], 1)}, probability ${p}; a step pushes them apart by as much.` + (items[b] === items[row] ? " And it is a film that was liked!" : ""),
      );
    }
    const hits = S[row].filter((x, b) => b !== row && model.get("logits")[at][row][b] == null).length;
    say(
      `${users[row]}, whose film is ${items[row]}: probability ${write(e[row] / Z)}, loss ${write(-Math.log(e[row] / Z))}. ` +
        (hits === 0 ? "No other column holds the same film." : masked ? `${hits} other column${hits > 1 ? "s" : ""} with the same film left out.` : "The same film stands in another column and counts against itself."),
    );
  };
  const names = ["row", "at", "masked", "logits"];
  for (const name of names) model.on(`change:${name}`, draw);
  draw();
  return () => {
    for (const name of names) model.off(`change:${name}`, draw);
  };
}

export default { render };
