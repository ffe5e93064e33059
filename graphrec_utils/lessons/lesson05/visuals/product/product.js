// The message e_i + c (e_i ⊙ e_u) of one item to several users; c is on a slider.
// State: item (numbers), users (name → numbers), name, strength (c).

import { frame, h, s, slider } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const item = model.get("item");
  const users = Object.entries(model.get("users"));
  const name = model.get("name");
  const d = item.length;

  const { body, controls, say } = frame(el, {
    label: "What the product term adds to a message",
    help: "Move the slider with the mouse or the arrow keys. At 0 everybody hears the same.",
  });

  const [bar, gapX, height, foot] = [24, 12, 110, 18];
  const width = d * (bar + gapX) + gapX;
  const largest = Math.max(...item.flatMap((x, k) => users.map(([, e]) => Math.abs(x) * (1 + 2 * Math.abs(e[k])))));
  const widest = Math.max(...users.flatMap(([, e]) => e.map(Math.abs)));
  const bars = (values, top, side, outline) => {
    const zero = height / 2;
    const scale = (zero - 14) / top;
    const box = (x, k, style) =>
      s("rect", {
        x: gapX + k * (bar + gapX),
        y: Math.min(zero, zero - x * scale),
        width: bar,
        height: Math.abs(x * scale),
        class: style,
      });
    // beyond the bar, and beyond its outline where that is longer
    const text = (x, k) => {
      const long = outline && x * outline[k] > 0 && Math.abs(outline[k]) > Math.abs(x);
      const y = zero - (long ? outline[k] : x) * scale + (x < 0 ? 13 : -4);
      const at = { x: gapX + k * (bar + gapX) + bar / 2, y, "text-anchor": "middle" };
      return s("text", { ...at, class: "gr-pro-number" }, x.toFixed(1).replace("-", "−"));
    };
    return [
      s("line", { x1: 0, x2: width, y1: zero, y2: zero, class: "gr-pro-axis" }),
      ...values.map((x, k) => box(x, k, `gr-${side}`)),
      ...(outline ?? []).map((x, k) => box(x, k, "gr-pro-outline")),
      ...values.map(text),
    ];
  };
  const chart = (label) =>
    s("svg", { viewBox: `0 0 ${width} ${height + foot}`, width, height: height + foot, role: "img", "aria-label": label });
  const before = chart(`vector of ${name}`);
  before.append(...bars(item, largest, "item"));
  body.append(h("div", {}, h("div", { class: "gr-title" }, `e of ${name}`), before));
  const charts = users.map(([who, vector]) => {
    const own = chart(`vector of ${who}`);
    own.append(...bars(vector, widest, "user"));
    const heard = chart(`message to ${who}`);
    body.append(h("div", {}, h("div", { class: "gr-title" }, `e of ${who}`), own, h("div", { class: "gr-title" }, `${name} tells ${who}`), heard));
    return heard;
  });

  const message = (vector, c) => item.map((x, k) => x * (1 + c * vector[k]));
  const cosine = (a, b) => {
    const dot = (p, q) => p.reduce((sum, x, k) => sum + x * q[k], 0);
    return dot(a, b) / (Math.sqrt(dot(a, a) * dot(b, b)) || 1);
  };
  const draw = () => {
    const c = model.get("strength");
    const heard = users.map(([, vector]) => message(vector, c));
    charts.forEach((node, k) => node.replaceChildren(...bars(heard[k], largest, "item", item)));
    const pair = `${users[0][0]} and ${users[1][0]}`;
    say(
      `Strength of the product ${c.toFixed(1).replace("-", "−")}. Cosine of what ${pair} hear: ` +
        `${cosine(heard[0], heard[1]).toFixed(2).replace("-", "−")}. Dashed outlines: the message without product.`,
    );
    control.set(c);
  };
  const control = slider("product", { min: -2, max: 2, step: 0.1, value: model.get("strength") }, (c) => {
    model.set("strength", c);
    model.save_changes();
  });
  controls.prepend(control.node);
  model.on("change:strength", draw);
  draw();
  return () => model.off("change:strength", draw);
}

export default { render };
