// The BPR loss −log σ(x) over the score difference x, its gradient, and the twin with the sign
// turned. A step of gradient descent moves x by −rate · gradient.
// State: difference (a number), rate (a number), turned (true: the wrong sign); answers: what a student's loss
// and its gradient are at 121 places, with the right sign and the other, or null.

import { button, frame, h, s, slider } from "../../../../plots/visuals/base/base.js";
import { pull } from "../../../../plots/visuals/base/pull.js";

function render({ model, el }) {
  const reach = 6;
  const start = model.get("difference");
  const { body, controls, say } = frame(el, {
    label: "BPR loss over the score difference, with both signs",
    help: "Pull the point along the curve, or use the slider (arrow keys work); take steps, turn the sign. The ring is where one step leads.",
    least: 280,
  });

  const signOf = () => (model.get("turned") ? -1 : 1);
  const asked = (what, x, sign) => {
    const values = model.get("answers")?.[what][sign > 0 ? 0 : 1];
    if (!values) return undefined;
    const place = ((x + reach) * (values.length - 1)) / (2 * reach);
    const k = Math.min(values.length - 2, Math.floor(place));
    return values[k] + (place - k) * (values[k + 1] - values[k]);
  };
  const lossAt = (x, sign) => asked("loss", x, sign) ?? Math.log1p(Math.exp(-sign * x));
  const slopeAt = (x, sign) => asked("slope", x, sign) ?? -sign / (1 + Math.exp(sign * x));
  const show = (x, digits = 2) => {
    const text = x.toFixed(digits);
    return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
  };

  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const clip = (x) => Math.max(-reach, Math.min(reach, x));

  // ---- one panel: axes, the two curves, a marker
  const [width, height, left, edge] = [396, 220, 34, 26];
  const px = (x) => left + ((width - left - 8) * (x + reach)) / (2 * reach);
  const panel = (title, label, value, low, high, ticks) => {
    const py = (y) => height - edge - ((height - edge - 10) * (y - low)) / (high - low);
    const points = (sign) =>
      Array.from({ length: 121 }, (_, k) => -reach + k / 10).map((x) => `${px(x)},${py(Math.max(low, Math.min(high, value(x, sign))))}`).join(" ");
    const right = s("polyline", { class: "gr-bpr-right" });
    const wrong = s("polyline", { class: "gr-bpr-wrong" });
    const dot = s("circle", { r: 8, class: "gr-bpr-dot" });
    const [ring, way] = [s("circle", { r: 8, class: "gr-bpr-ring" }), s("path", { class: "gr-bpr-way" })];
    const line = (attributes) => s("line", { class: "gr-bpr-axis", ...attributes });
    const svg = s(
      "svg",
      { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label },
      line({ x1: left, x2: width - 8, y1: py(low), y2: py(low) }),
      low < 0 ? line({ x1: left, x2: width - 8, y1: py(0), y2: py(0) }) : "",
      line({ x1: px(0), x2: px(0), y1: py(low), y2: py(high) }),
      ...ticks.map((y) => s("text", { x: left - 6, y: py(y) + 5, "text-anchor": "end" }, show(y, 0))),
      ...[-6, -3, 0, 3, 6].map((x) => s("text", { x: px(x), y: height - 6, "text-anchor": "middle" }, show(x, 0))),
      right,
      wrong,
      way,
      ring,
      dot,
    );
    pull(svg, (x) => put("difference", clip(Math.round(10 * ((2 * reach * (x - left)) / (width - left - 8) - reach)) / 10)));
    body.append(h("div", {}, h("div", { class: "gr-title" }, title), svg));
    return (x, sign) => {
      right.setAttribute("points", points(1));
      wrong.setAttribute("points", points(-1));
      dot.setAttribute("cx", px(x));
      const at = (z) => [px(z), py(Math.max(low, Math.min(high, value(z, sign))))];
      dot.setAttribute("cy", at(x)[1]);
      // the way of one step, along the curve
      const to = clip(x - model.get("rate") * slopeAt(x, sign));
      ring.setAttribute("cx", at(to)[0]);
      ring.setAttribute("cy", at(to)[1]);
      const along = Array.from({ length: 21 }, (_, k) => at(x + (k / 20) * (to - x)).join(" "));
      way.setAttribute("d", `M${along.join("L")}`);
      right.classList.toggle("gr-bpr-off", sign < 0);
      wrong.classList.toggle("gr-bpr-off", sign > 0);
      svg.setAttribute("aria-label", `${label}: ${show(value(x, sign))} at ${show(x, 1)}`);
    };
  };
  const mark = [
    panel("loss over x = pos − neg", "loss", lossAt, 0, 6, [0, 2, 4, 6]),
    panel("gradient over x", "gradient", slopeAt, -1, 1, [-1, 0, 1]),
  ];
  body.append(
    h(
      "div",
      { class: "gr-bpr-legend gr-whole" },
      h("span", {}, h("i", { class: "gr-bpr-key gr-bpr-solid" }), "solid: −log σ(x), BPR"),
      h("span", {}, h("i", { class: "gr-bpr-key gr-bpr-dashed" }), "dashed: sign turned"),
    ),
  );

  // ---- controls
  const range = slider("x", { min: -reach, max: reach, step: 0.1, value: start }, (x) => put("difference", x));
  const turn = button("Turn the sign", () => put("turned", !model.get("turned")), { "aria-pressed": "false" });
  const step = button("One step of training", () => {
    const x = model.get("difference");
    const sign = signOf();
    put("difference", clip(x - model.get("rate") * slopeAt(x, sign)));
  });
  const reset = button("Reset", () => {
    put("turned", false);
    put("difference", start);
  });
  controls.prepend(range.node, step, turn, reset);

  const draw = () => {
    const x = model.get("difference");
    const sign = signOf();
    const slope = slopeAt(x, sign);
    for (const place of mark) place(x, sign);
    range.set(x.toFixed(1));
    range.node.querySelector("output").textContent = show(x, 1);
    turn.setAttribute("aria-pressed", String(sign < 0));
    turn.textContent = sign < 0 ? "Turn the sign back" : "Turn the sign";
    const winner = x > 0 ? "The positive is ahead" : x < 0 ? "The negative is ahead" : "A tie";
    const size = Math.abs(slope) < 0.05 ? "hardly moves x" : sign > 0 ? "raises x, as it should" : x > 0 ? "lowers x: the positive loses its lead" : "lowers x: the negative wins by more";
    say(
      `${sign > 0 ? "BPR" : "Sign turned"}. x = ${show(x, 1)}: ${winner}. ` +
        `Loss ${show(lossAt(x, sign))}, gradient ${show(slope)}. A step ${size}.`,
    );
  };
  const watched = ["difference", "turned", "answers"];
  for (const name of watched) model.on(`change:${name}`, draw);
  draw();
  return () => {
    for (const name of watched) model.off(`change:${name}`, draw);
  };
}

export default { render };
