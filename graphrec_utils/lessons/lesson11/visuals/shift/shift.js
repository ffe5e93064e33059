// One user's list, softmax of s + λ log Q, the best item first; outlines are Q.
// State: names, learned (s), log_q, amount (λ).

import { frame, s, slider } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const [names, learned, logQ] = ["names", "learned", "log_q"].map((x) => model.get(x));
  const { body, controls, say } = frame(el, {
    label: "A list between PMI and log p",
    help: "Move the slider with the mouse or the arrow keys: 0 is what was learned, 1 is log p.",
  });
  const [left, row, width] = [84, 30, 360];
  const long = (p) => (width - left - 48) * p;
  const rows = s("g", {});
  const height = names.length * row + 6;
  const chart = s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", style: "max-width:100%" }, rows);
  body.append(chart);

  const order = (amount) => {
    const z = learned.map((x, k) => x + amount * logQ[k]);
    const top = Math.max(...z);
    const sum = z.reduce((total, x) => total + Math.exp(x - top), 0);
    return z.map((x, k) => [Math.exp(x - top) / sum, k]).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  };
  const text = (x) => x.toFixed(2);
  const draw = () => {
    const amount = model.get("amount");
    const list = order(amount);
    rows.replaceChildren(
      ...list.flatMap(([p, k], place) => {
        const y = place * row + 4;
        const q = Math.exp(logQ[k]);
        return [
          s("text", { x: left - 8, y: y + 16, "text-anchor": "end" }, names[k]),
          s("rect", { class: "gr-item", x: left, y, width: long(p), height: row - 10 }),
          s("rect", { class: "gr-shi-outline", x: left, y, width: long(q), height: row - 10 }),
          s("text", { x: left + long(Math.max(p, q)) + 6, y: y + 16 }, text(p)),
        ];
      }),
    );
    const mean = list.reduce((sum, [p, k]) => sum + p * Math.exp(logQ[k]), 0);
    const told = list.map(([p, k]) => `${names[k]} ${text(p)}`).join(", ");
    chart.setAttribute("aria-label", told);
    say(`λ = ${amount.toFixed(1).replace("-", "−")}: ${told}. Share of the draws of what is shown, on average: ${text(mean)}.`);
    control.set(amount);
  };
  const control = slider("λ", { min: -0.5, max: 1.5, step: 0.1, value: model.get("amount") }, (x) => {
    model.set("amount", x);
    model.save_changes();
  });
  controls.prepend(control.node);
  model.on("change:amount", draw);
  draw();
  return () => model.off("change:amount", draw);
}

export default { render };
