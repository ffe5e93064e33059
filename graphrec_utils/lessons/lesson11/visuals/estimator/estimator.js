// The mean gradient of a sampled softmax over all draws, and what it learns. Outlines are the truth. Switches compose
// the loss, and the formula shows what each of them adds.
// State: items, q (how often each is drawn), p and full (true probabilities and gradient), sizes (numbers of
// negatives), variants (their names in order), columns (variant -> for each size its gradient and what is
// learned, or null), variant, size.

import { button, frame, h, s } from "../../../../plots/visuals/base/base.js";

// What is switched on in each variant: log Q off the negatives, n beside it, log Q off the positive, hits out.
const COMPOSED = {
  none: [0, 0, 0, 0],
  slide: [1, 0, 0, 0],
  "slide, masked": [1, 0, 0, 1],
  nQ: [1, 1, 0, 0],
  "nQ, masked": [1, 1, 0, 1],
  Yi: [1, 0, 1, 0],
  "Yi, masked": [1, 0, 1, 1],
};
const SWITCHES = ["log Q off the negatives", "with n", "off the positive, too", "hits out"];
const TELLS = {
  none: "No correction: the bestseller is pushed for being drawn so often.",
  slide: "log Q off the negatives, no n: right when draws are very many, and only if hits stay in.",
  "slide, masked": "log Q off the negatives, hits out, no n: the usual code. Too strong a pull, whatever n is.",
  nQ: "log nQ off the negatives, hits kept: the positive counts twice.",
  "nQ, masked": "log nQ off the negatives, hits out.",
  Yi: "log Q off every column, the positive's too; hits kept.",
  "Yi, masked": "log Q off every column, hits out: the scale is wrong again.",
  corrected: "The loss of 2025: draws that cannot be the positive, weight 1 − P.",
  yours: "What your function gives.",
};

function render({ model, el }) {
  const [items, q, p, full, sizes, columns] = ["items", "q", "p", "full", "sizes", "columns"].map((x) => model.get(x));
  const { body, controls, say } = frame(el, {
    label: "Mean gradient and optimum of the variants of a sampled softmax",
    help: "Switches add to the loss what is bold in the formula. An n on every column would cancel: it goes with the negatives alone. Outlines: the full softmax.",
  });
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };

  // ---- two charts of bars: [low, high] is what fits
  const [row, zero, long] = [34, 92, 160];
  const panel = (title, low, high, truth) => {
    const x = (v) => zero + (long * (v - low)) / (high - low);
    const span = (v) => ({ x: Math.min(x(0), x(v)), width: Math.max(1, Math.abs(x(v) - x(0))) });
    const rows = items.map((name, k) => {
      const y = k * row + 6;
      return {
        bar: s("rect", { y: y + 4, height: 14 }),
        text: s("text", { x: zero + long + 6, y: y + 16 }),
        rest: [
          s("rect", { ...span(truth[k]), y, height: 22, class: "gr-est-true" }),
          s("text", { x: zero - 8, y: y + 16, "text-anchor": "end" }, name),
        ],
      };
    });
    const height = items.length * row + 4;
    const svg = s(
      "svg",
      { viewBox: `0 0 ${zero + long + 54} ${height}`, width: zero + long + 54, height, role: "img" },
      s("line", { x1: x(0), x2: x(0), y1: 0, y2: height, class: "gr-est-zero" }),
      ...rows.flatMap((r) => [r.bar, r.text, ...r.rest]),
    );
    const set = (values, mine) => {
      rows.forEach(({ bar, text }, k) => {
        const value = values ? Math.max(low, Math.min(high, values[k])) : 0;
        for (const [name, at] of Object.entries(span(value))) bar.setAttribute(name, at);
        bar.setAttribute("class", mine ? "gr-est-mine" : "gr-est-bar");
        text.textContent = values ? values[k].toFixed(3) : "—";
      });
      svg.setAttribute("aria-label", items.map((name, k) => `${name} ${values ? values[k].toFixed(3) : "nothing finite"}, true ${truth[k].toFixed(3)}`).join("; "));
    };
    return { node: h("div", {}, h("div", { class: "gr-title" }, title), svg), set };
  };
  const pull = panel("mean gradient", -1, 0.6, full);
  const learned = panel("what is learned: probabilities", 0, 1, p);

  // ---- the loss
  const formula = h("div", { class: "gr-est-loss" });
  const told = h("div", {});
  const bold = (text, on) => (on ? h("b", { class: "gr-est-added" }, text) : "");
  const power = (...parts) => h("span", {}, "e", h("sup", {}, ...parts));
  const over = (above, below) => h("span", { class: "gr-est-over" }, h("span", {}, ...above), h("span", {}, ...below));
  const sum = (not, ...parts) => ["Σ", h("sub", {}, "drawn j", bold(" ≠ +", not)), " ", power("s", h("sub", {}, "j"), ...parts)];
  const compose = (name) => {
    if (!COMPOSED[name]) {
      const late = ["(1 − P) · ( − log ", over([power("s₊")], sum(true, bold(" − log Q′", true), h("sub", {}, "j"))), " )"];
      return formula.replaceChildren("loss = ", ...(name === "corrected" ? late : [TELLS[name]]));
    }
    const [off, n, positive, out] = COMPOSED[name];
    const mine = () => power("s₊", bold(" − log Q₊", positive));
    const theirs = off ? [bold(` − log ${n ? "n " : ""}Q`, true), h("sub", {}, "j")] : [];
    formula.replaceChildren("loss = − log ", over([mine()], [mine(), " + ", ...sum(out, ...theirs)]));
  };
  body.append(h("div", { class: "gr-est-top" }, formula, told), pull.node, learned.node);

  const draw = () => {
    const [name, at] = [model.get("variant"), model.get("size")];
    const column = columns[name][at];
    pull.set(column.gradient, name === "yours");
    learned.set(column.learned, name === "yours");
    for (const choice of choices) choice.node.setAttribute("aria-pressed", choice.name === name);
    compose(name);
    const on = COMPOSED[name] ?? [0, 0, 0, 0];
    const [base, n, positive] = on;
    boxes.forEach((box, k) => {
      box.checked = Boolean(on[k]);
      box.disabled = (k > 0 && !base) || (k === 1 && Boolean(positive)) || (k === 2 && Boolean(n));
    });
    numbers.forEach((node, k) => node.setAttribute("aria-pressed", k === at));
    told.textContent = TELLS[name];
    const off = column.gradient.reduce((sum, x, k) => sum + Math.abs(x - full[k]), 0);
    const wrong = column.learned ? Math.max(...column.learned.map((x, k) => Math.abs(x - p[k]))) : null;
    say(
      `${name}, ${sizes[at]} negative${sizes[at] === 1 ? "" : "s"}: the gradient is off by ${off.toFixed(3)}, ` +
        (wrong === null ? "and no finite logits are learned." : `a probability by ${wrong.toFixed(3)} at most.`),
    );
  };

  const boxes = SWITCHES.map(() => {
    const box = h("input", { type: "checkbox" });
    box.addEventListener("change", () => {
      const wanted = boxes.map((x) => Number(boxes[0].checked && x.checked));
      put("variant", Object.keys(COMPOSED).find((name) => COMPOSED[name].join() === wanted.join()));
    });
    return box;
  });
  const switches = SWITCHES.map((text, k) => h("label", { class: "gr-slider" }, boxes[k], ` ${text}`));
  const others = model.get("variants").filter((name) => !COMPOSED[name]);
  const choices = others.map((name) => ({ name, node: button(name, () => put("variant", name), { class: name === "yours" ? "gr-button gr-yours" : "gr-button" }) }));
  const numbers = sizes.map((n, k) => button(String(n), () => put("size", k)));
  const group = (label, nodes) => h("div", { class: "gr-controls", role: "group", "aria-label": label }, `${label}:`, ...nodes);
  controls.replaceWith(group("Loss", switches), group("Or", choices.map((x) => x.node)), group("Negatives", numbers));
  for (const name of ["variant", "size"]) model.on(`change:${name}`, draw);
  draw();
  return () => {
    for (const name of ["variant", "size"]) model.off(`change:${name}`, draw);
  };
}

export default { render };
