// Attention weights: a row for each pin, a column for each place of its list; empty places can be let in.
// State: pins (names), empty (B rows of T booleans), weights and heard (B rows of T numbers or null: with the
// mask, and without), row, masked.

import { button, frame, h, roving, s } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const [pins, empty] = ["pins", "empty"].map((x) => model.get(x));
  const places = empty[0].length;
  const { body, controls, say } = frame(el, {
    label: "Attention over a list of neighbors",
    help: "Choose a pin by mouse or with the arrow keys; the button lets the empty places be heard.",
  });
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const write = (x) => (x == null ? "NaN" : x.toFixed(2));

  const cells = [];
  const heads = [];
  const table = h(
    "table",
    { class: "gr-att-table" },
    h("tr", {}, h("td", {}), ...empty[0].map((_, t) => h("th", { scope: "col" }, String(t + 1)))),
    ...pins.map((name, b) => {
      const choose = button(name, () => put("row", b), { class: "gr-button gr-att-pin" });
      heads.push([choose]);
      cells.push(empty[b].map(() => h("td", {})));
      return h("tr", { onclick: () => put("row", b) }, h("th", { scope: "row" }, choose), ...cells[b]);
    }),
  );
  roving(table, () => heads, heads[0][0]);
  table.addEventListener("focusin", (event) => {
    const b = heads.findIndex(([x]) => x === event.target);
    if (b >= 0 && b !== model.get("row")) put("row", b);
  });

  const [step, zero, long] = [26, 30, 150];
  const bars = empty[0].map((_, t) => ({
    bar: s("rect", { x: zero, y: t * step + 4, height: 17 }),
    text: s("text", { y: t * step + 18 }),
    name: s("text", { x: zero - 8, y: t * step + 18, "text-anchor": "end" }, t + 1),
  }));
  const chart = s(
    "svg",
    { viewBox: `0 0 290 ${places * step}`, width: 290, height: places * step, role: "img" },
    ...bars.flatMap((x) => [x.bar, x.text, x.name]),
  );
  const title = h("div", { class: "gr-title" });
  body.append(h("div", { class: "gr-att-scroll" }, table), h("div", {}, title, chart));
  const mask = button("Let empty places be heard", () => put("masked", !model.get("masked")));
  controls.prepend(mask);

  const draw = () => {
    const [row, masked] = ["row", "masked"].map((x) => model.get(x));
    const W = model.get(masked ? "weights" : "heard");
    cells.forEach((line, b) =>
      line.forEach((cell, t) => {
        const x = W[b][t];
        cell.textContent = empty[b][t] && x === 0 ? "–" : write(x);
        cell.className = empty[b][t] ? "gr-att-empty" : "";
        cell.style.setProperty("--gr-att-share", `${Math.round(70 * Math.max(0, Math.min(1, x ?? 0)))}%`);
      }),
    );
    heads.forEach(([x], b) => {
      x.setAttribute("aria-pressed", String(b === row));
    });
    bars.forEach(({ bar, text }, t) => {
      const x = W[row][t];
      bar.setAttribute("width", Math.max(1, long * Math.max(0, Math.min(1, x ?? 0))));
      bar.setAttribute("class", empty[row][t] ? "gr-att-lost" : "gr-item");
      text.setAttribute("x", zero + 8 + long * Math.max(0, Math.min(1, x ?? 0)));
      text.textContent = empty[row][t] ? `nobody${x === 0 ? "" : `, ${write(x)}`}` : write(x);
    });
    title.textContent = `${pins[row]} looks at`;
    mask.setAttribute("aria-pressed", String(!masked));
    mask.textContent = masked ? "Let empty places be heard" : "Mask empty places";
    const lost = W[row].reduce((sum, x, t) => sum + (empty[row][t] ? (x ?? NaN) : 0), 0);
    const total = W[row].reduce((sum, x) => sum + (x ?? NaN), 0);
    const count = empty[row].filter((x) => !x).length;
    chart.setAttribute("aria-label", `${pins[row]}: ` + W[row].map((x, t) => `place ${t + 1} ${write(x)}`).join(", "));
    say(
      Number.isNaN(total)
        ? `${pins[row]}: NaN. A softmax of nothing but −∞ has no value, and whoever hears it has none either.`
        : `${pins[row]} has ${count} neighbor${count === 1 ? "" : "s"} in ${places} places; the weights sum to ${write(total)}. ` +
            (masked ? (count ? "Empty places get nothing." : "It hears nobody: zeros.") : `Empty places take ${write(lost)} of it.`),
    );
  };
  const names = ["row", "masked", "weights", "heard"];
  for (const name of names) model.on(`change:${name}`, draw);
  draw();
  return () => {
    for (const name of names) model.off(`change:${name}`, draw);
  };
}

export default { render };
