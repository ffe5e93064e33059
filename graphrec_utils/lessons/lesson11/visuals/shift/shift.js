// One user's list, softmax of s + λ log Q, the best item first; outlines are Q.
// State: names, learned (s), log_q, amount (λ).

import { frame, h, s, slider } from "../../../../plots/visuals/base/base.js";
import { pull } from "../../../../plots/visuals/base/pull.js";

function render({ model, el }) {
  const [names, learned, logQ] = ["names", "learned", "log_q"].map((x) => model.get(x));
  const { body, controls, say } = frame(el, {
    label: "A list between PMI and log p",
    help: "Pull λ along its line, or use the slider (arrow keys work).",
  });
  const narrow = matchMedia("(max-width: 600px)").matches;
  const [left, row, width] = [84, 30, narrow ? 380 : 760];
  const long = (p) => (width - left - 48) * p;
  const rows = s("g", {});
  const height = names.length * row + 6;
  const chart = s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", style: "max-width:100%" }, rows);
  const [low, high, room] = [-0.5, 1.5, 58];
  const px = (x) => 24 + ((width - 48) * (x - low)) / (high - low);
  const put = (x) => {
    model.set("amount", x);
    model.save_changes();
  };
  const knob = s("circle", { cy: 20, r: 10, class: "gr-shi-knob" });
  const track = s("svg", { viewBox: `0 0 ${width} ${room}`, width, height: room, role: "img", "aria-label": "from what was learned, 0, to log p, 1" },
    s("line", { x1: px(low), x2: px(high), y1: 20, y2: 20, class: "gr-shi-track" }),
    ...[[0, "0: what was learned"], [1, "1: log p"]].flatMap(([x, word]) => [
      s("line", { x1: px(x), x2: px(x), y1: 10, y2: 30, class: "gr-shi-track" }),
      s("text", { x: px(x), y: 50, "text-anchor": "middle" }, word)]),
    knob);
  pull(track, (x) => put(Math.round(10 * Math.max(low, Math.min(high, low + ((high - low) * (x - 24)) / (width - 48)))) / 10));
  body.append(h("div", {}, track, h("div", { class: "gr-title" }, "her list, best first"), chart,
    h("div", { class: "gr-shi-key" }, h("i", { class: "gr-shi-solid" }), "softmax of s + λ log Q", h("i", { class: "gr-shi-dashed" }), "Q, how often a film is drawn for anybody")));

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
    const told = list.map(([p, k]) => `${names[k]} ${text(p)}`).join(", ");
    chart.setAttribute("aria-label", told);
    knob.setAttribute("cx", px(amount));
    const [first, usual, hers] = [list[0][1], order(0)[0][1], order(1)[0][1]];
    const share = (rows, k) => text(rows.find((x) => x[1] === k)[0]);
    const common = logQ.indexOf(Math.max(...logQ));
    const why =
      amount === 0 ? `${names[first]} is first: she takes it more often than others do.`
      : amount < 0 ? `what few take comes up, and ${names[common]}, drawn most for anybody, goes down.`
      : amount > 1 ? `past her own list: ${names[common]}, drawn most for anybody, gets ${share(list, common)}, in her own list ${share(order(1), common)}.`
      : amount === 1 ? `her own list. ${names[first]} is what she takes most${first === usual ? "" : `; ${names[usual]}, first at 0, she takes more often than others do`}.`
      : first !== usual ? `${names[first]} has passed ${names[usual]}${first === hers ? ": of all films she takes it most" : ""}.`
      : `${names[first]} is still first, but ${names[common]}, drawn most for anybody, comes up.`;
    say(`λ = ${amount.toFixed(1).replace("-", "−")}: ${why}`);
    control.set(amount);
    control.node.lastChild.textContent = amount.toFixed(1).replace("-", "−");
  };
  const control = slider("λ", { min: low, max: high, step: 0.1, value: model.get("amount") }, put);
  controls.prepend(control.node);
  model.on("change:amount", draw);
  draw();
  return () => model.off("change:amount", draw);
}

export default { render };
