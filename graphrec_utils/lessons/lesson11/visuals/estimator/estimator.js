// The mean gradient of a sampled softmax over all draws, and what it learns. Outlines are the truth. The loss is composed
// in its formula: each piece of the correction is pressed in and out where it stands.
// State: items, q (how often each is drawn), p and full (true probabilities and gradient), sizes (numbers of
// negatives), variants (their names in order), columns (variant -> for each size its gradient and what is
// learned, or null), variant, size.

import { button, frame, h, s, slider } from "../../../../plots/visuals/base/base.js";

// What is switched on in each variant: log Q off the negatives, n beside it, log Q off the positive, hits out.
const COMPOSED = {
  none: [0, 0, 0, 0],
  "negatives only": [1, 0, 0, 0],
  "negatives only, hits out": [1, 0, 0, 1],
  nQ: [1, 1, 0, 0],
  "nQ, hits out": [1, 1, 0, 1],
  Yi: [1, 0, 1, 0],
  "Yi, hits out": [1, 0, 1, 1],
};
const SWITCHES = ["log Q off the negatives", "log n off the negatives, too", "log Q off the positive, too", "hits out"];
const TELLS = {
  none: "No correction: the bestseller is pushed for being drawn so often.",
  "negatives only": "log Q off the negatives, no n: right when draws are very many, and only if hits stay in.",
  "negatives only, hits out": "log Q off the negatives, hits out, no n. Too strong a pull, whatever n is.",
  nQ: "log nQ off the negatives, hits kept: the positive counts twice.",
  "nQ, hits out": "log nQ off the negatives, hits out.",
  Yi: "log Q off every column, the positive's too; hits kept.",
  "Yi, hits out": "log Q off every column, hits out: the scale is wrong again.",
  corrected: "The loss of 2025: draws that cannot be the positive, weight 1 − P.",
  yours: "Scores, log Q and hits go into your function. Bars: what its loss does.",
};

function render({ model, el }) {
  const [items, q, p, full, sizes, columns] = ["items", "q", "p", "full", "sizes", "columns"].map((x) => model.get(x));
  const { body, controls, say } = frame(el, {
    label: "Mean gradient and optimum of the variants of a sampled softmax",
    help: "Press the framed pieces of the formula in and out, pull the number of negatives. An n on every column would cancel: it goes with the negatives alone. Outlines: the full softmax.",
  });
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };

  // ---- two charts of bars: [low, high] is what fits
  const [row, zero, long] = [38, 84, 240];
  const panel = (title, low, high, truth) => {
    const x = (v) => zero + (long * (v - low)) / (high - low);
    const span = (v) => ({ x: Math.min(x(0), x(v)), width: Math.max(1, Math.abs(x(v) - x(0))) });
    const rows = items.map((name, k) => {
      const y = k * row + 6;
      return {
        bar: s("rect", { y: y + 5, height: 18 }),
        text: s("text", { x: zero + long + 6, y: y + 19 }),
        rest: [
          s("rect", { ...span(truth[k]), y, height: 28, class: "gr-est-true" }),
          s("text", { x: zero - 6, y: y + 19, "text-anchor": "end" }, name),
        ],
      };
    });
    const height = items.length * row + 4;
    const svg = s(
      "svg",
      { viewBox: `0 0 ${zero + long + 62} ${height}`, width: zero + long + 62, height, role: "img" },
      s("line", { x1: x(0), x2: x(0), y1: 0, y2: height, class: "gr-est-zero" }),
      ...rows.flatMap((r) => [r.bar, r.text, ...r.rest]),
    );
    const set = (values, mine) => {
      rows.forEach(({ bar, text }, k) => {
        const value = values ? Math.max(low, Math.min(high, values[k])) : 0;
        for (const [name, at] of Object.entries(span(value))) bar.setAttribute(name, at);
        bar.setAttribute("class", mine ? "gr-est-mine" : "gr-est-bar");
        text.textContent = values ? values[k].toFixed(3).replace("-", "−") : "—";
      });
      svg.setAttribute("aria-label", items.map((name, k) => `${name} ${values ? values[k].toFixed(3) : "nothing finite"}, true ${truth[k].toFixed(3)}`).join("; "));
    };
    const head = h("div", { class: "gr-title" }, title);
    return { node: h("div", {}, head, svg), head, set };
  };
  const pull = panel("mean gradient", -1, 0.6, full);
  const learned = panel("what is learned: probabilities", 0, 1, p);

  // ---- the loss: a piece that is out is pale and framed, and is pressed in there
  const formula = h("div", { class: "gr-est-loss" });
  const told = h("div", {});
  const on = () => COMPOSED[model.get("variant")] ?? [0, 0, 0, 0];
  const flip = (k) => {
    const wanted = on().map((x, j) => (j === k ? 1 - x : x));
    if (k && wanted[k]) wanted[0] = 1; // n, the positive and the hits belong to a correction
    if (k === 1 && wanted[1]) wanted[2] = 0;
    if (k === 2 && wanted[2]) wanted[1] = 0;
    const name = Object.keys(COMPOSED).find((x) => COMPOSED[x].join() === (wanted[0] ? wanted : [0, 0, 0, 0]).join());
    put("variant", name);
  };
  const sub = (text) => h("sub", {}, text);
  const piece = (k, ...parts) => {
    const node = h("button", { type: "button", role: "checkbox", class: "gr-est-piece", "aria-label": SWITCHES[k], onclick: () => flip(k) }, ...parts);
    return { k, node };
  };
  const pieces = [piece(0, "− log Q", sub("j")), piece(1, "− log n"), piece(2, "− log Q", sub("+")), piece(3, "j ≠ +")];
  const again = h("span", { class: "gr-est-piece", "aria-hidden": "true", onclick: () => flip(2) }, "− log Q", sub("+"));
  const over = (above, below) => h("span", { class: "gr-est-over" }, h("span", {}, ...above), h("span", {}, ...below));
  const [base, times, positive, hits] = pieces.map((x) => x.node);
  const composed = [
    "loss = − log ",
    over(["exp( s", sub("+"), " ", positive, " )"], ["exp( s", sub("+"), " ", again, " ) + Σ", sub("drawn j"), " ", hits, " exp( s", sub("j"), " ", base, " ", times, " )"]),
  ];
  const late = ["loss = ", h("b", {}, "(1 − P) · "), "( − log ", over(["exp( s", sub("+"), " )"], ["Σ", sub("drawn j ≠ +"), " exp( s", sub("j"), " ", h("b", {}, "− log Q′", sub("j")), " )"]), " )"];
  const mine = [h("span", {}, "loss = ", h("b", {}, "your function"), "( s", sub("+"), ", s", sub("j"), ", log Q, hits )")];
  const compose = (name) => {
    const parts = COMPOSED[name] ? composed : name === "corrected" ? late : mine;
    if (formula.firstChild !== parts[0] || formula.childNodes.length !== parts.length) {
      if (formula.textContent !== parts.map((x) => x.textContent ?? x).join("")) formula.replaceChildren(...parts);
    }
    for (const { k, node } of pieces) node.setAttribute("aria-checked", String(Boolean(on()[k])));
    again.setAttribute("aria-checked", String(Boolean(on()[2])));
  };
  body.append(h("div", { class: "gr-est-top" }, formula, told), pull.node, learned.node);

  const draw = () => {
    const [name, at] = [model.get("variant"), model.get("size")];
    const column = columns[name][at];
    pull.set(column.gradient, name === "yours");
    learned.set(column.learned, name === "yours");
    for (const choice of choices) choice.node.setAttribute("aria-pressed", choice.name === (COMPOSED[name] ? "composed" : name));
    compose(name);
    amount.set(at);
    amount.node.querySelector("output").textContent = sizes[at];
    amount.node.querySelector("input").setAttribute("aria-valuetext", sizes[at]);
    told.textContent = TELLS[name];
    const off = column.gradient.reduce((sum, x, k) => sum + Math.abs(x - full[k]), 0);
    const errors = column.learned?.map((x, k) => Math.abs(x - p[k]));
    const worst = errors?.indexOf(Math.max(...errors));
    const learns = !errors
      ? "no finite logits are learned."
      : errors[worst] < 1e-3
        ? "every probability is learned, to three decimals."
        : `the ${items[worst]} is learned as ${column.learned[worst].toFixed(3)} instead of ${p[worst].toFixed(3)}.`;
    say(`${name}, ${sizes[at]} negative${sizes[at] === 1 ? "" : "s"}: ${learns}`);
    pull.head.textContent = `mean gradient, off by ${off.toFixed(3)}`;
  };

  const others = model.get("variants").filter((name) => !COMPOSED[name]);
  const title = { corrected: "corrected, 2025" };
  const choices = [
    { name: "composed", node: button("composed", () => COMPOSED[model.get("variant")] || put("variant", "negatives only")) },
    ...others.map((name) => ({ name, node: button(title[name] ?? name, () => put("variant", name), { class: name === "yours" ? "gr-button gr-yours" : "gr-button" }) })),
  ];
  const amount = slider("negatives", { min: 0, max: sizes.length - 1, value: model.get("size") }, (k) => put("size", k));
  controls.append(...choices.map((x) => x.node), amount.node);
  for (const name of ["variant", "size"]) model.on(`change:${name}`, draw);
  draw();
  return () => {
    for (const name of ["variant", "size"]) model.off(`change:${name}`, draw);
  };
}

export default { render };
