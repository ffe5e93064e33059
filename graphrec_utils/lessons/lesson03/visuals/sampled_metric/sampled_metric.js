// The chance that a test item hits the top, over its rank among all n items: ranked against all of
// them, and against S negatives drawn without replacement. Fewer than `top` of the rank − 1 better
// items may be drawn, a hypergeometric probability.
// State: num_items, num_negatives, top, rank, asked (numbers; a button leads to the rank `asked`).

import { button, frame, h, s, slider } from "../../../../plots/visuals/base/base.js";
import { nearest, pull } from "../../../../plots/visuals/base/pull.js";

function render({ model, el }) {
  const n = model.get("num_items");
  const { body, controls, say } = frame(el, {
    label: "Chance of a hit over the rank, among all items and among sampled negatives",
    help: "Pull the mark to other ranks, or use the sliders; each works with the mouse and with the arrow keys.",
  });

  // ---- the probability, by logarithms of factorials
  const logs = new Float64Array(n + 1);
  for (let k = 2; k <= n; k++) logs[k] = logs[k - 1] + Math.log(k);
  const choose = (a, b) => logs[a] - logs[b] - logs[a - b];
  const chance = (rank, S, top) => {
    const better = rank - 1;
    let total = 0;
    for (let k = 0; k < top; k++) {
      if (k > better || k > S || S - k > n - 1 - better) continue;
      total += Math.exp(choose(better, k) + choose(n - 1 - better, S - k) - choose(n - 1, S));
    }
    return Math.min(1, total);
  };

  // ---- sliders run over places on a logarithmic scale
  const scale = (last, ...found) => {
    for (let k = 0; k <= 90; k++) found.push(Math.round(last ** (k / 90)));
    return [...new Set(found)].sort((a, b) => a - b);
  };
  const asked = model.get("asked");
  const ranks = scale(n, model.get("rank"), asked);
  let reached = 1; // both curves are drawn up to here: what follows is what one is asked about
  const sizes = scale(n - 1, model.get("num_negatives"));

  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };

  // ---- the picture
  const [width, height, left, edge] = [matchMedia("(max-width: 600px)").matches ? 400 : 740, 250, 40, 40];
  const px = (rank) => left + ((width - left - 14) * Math.log(rank)) / Math.log(n);
  const py = (y) => height - edge - (height - edge - 14) * y;
  const unknown = s("rect", { y: py(1), height: py(0) - py(1), class: "gr-sampled-unknown" });
  const question = s("text", { y: py(0.5), "text-anchor": "middle" }, "still a hit? Pull the mark.");
  const full = s("polyline", { class: "gr-sampled-full" });
  const curve = s("polyline", { class: "gr-sampled-curve" });
  const stick = s("line", { class: "gr-sampled-stick", y1: py(0), y2: py(1) });
  const dotFull = s("rect", { width: 11, height: 11, class: "gr-sampled-dot gr-sampled-dot-full" });
  const dot = s("circle", { r: 7, class: "gr-sampled-dot gr-sampled-dot-curve" });
  const decades = [1, 10, 100, 1000, 10000].filter((x) => x <= n);
  const axis = (attributes) => s("line", { class: "gr-sampled-axis", ...attributes });
  const svg = s(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", class: "gr-sampled-plot" },
    axis({ x1: left, x2: width - 14, y1: py(0), y2: py(0) }),
    axis({ x1: left, x2: left, y1: py(0), y2: py(1) }),
    ...decades.map((x) => s("text", { x: px(x), y: height - 22, "text-anchor": "middle" }, x.toLocaleString("en"))),
    ...[0, 0.5, 1].map((y) => s("text", { x: left - 6, y: py(y) + 5, "text-anchor": "end" }, String(y))),
    s("text", { x: (width + left) / 2, y: height - 4, "text-anchor": "middle" }, `rank among all ${n.toLocaleString("en")} items`),
    unknown,
    question,
    stick,
    full,
    curve,
    dotFull,
    dot,
  );
  body.append(
    h("div", {}, h("div", { class: "gr-title" }, "chance of a hit"), svg),
    h(
      "div",
      { class: "gr-sampled-legend" },
      h("span", {}, h("i", { class: "gr-sampled-key gr-sampled-solid" }), "solid, square: all items"),
      h("span", {}, h("i", { class: "gr-sampled-key gr-sampled-dashed" }), "dashed, circle: sampled negatives"),
    ),
  );

  pull(svg, (x) => put("rank", ranks[nearest(ranks.map(px), x)]));

  // ---- controls; a slider shows the value that its place stands for
  const over = (text, name, values) => {
    const one = slider(text, { min: 0, max: values.length - 1, value: 0 }, (k) => put(name, values[k]));
    const input = one.node.querySelector("input");
    return {
      node: one.node,
      set(value) {
        let place = values.findIndex((v) => v >= value);
        if (place < 0) place = values.length - 1;
        one.set(place);
        one.node.querySelector("output").textContent = value.toLocaleString("en");
        input.setAttribute("aria-valuetext", String(value));
      },
    };
  };
  const sliders = {
    rank: over("rank", "rank", ranks),
    num_negatives: over("negatives", "num_negatives", sizes),
    top: over("top", "top", Array.from({ length: 20 }, (_, k) => k + 1)),
  };
  controls.prepend(...Object.values(sliders).map((x) => x.node), button(`Rank ${asked.toLocaleString("en")}`, () => put("rank", asked)));

  const draw = () => {
    const [rank, S, top] = ["rank", "num_negatives", "top"].map((name) => model.get(name));
    for (const [name, one] of Object.entries(sliders)) one.set(model.get(name));
    const mine = chance(rank, S, top);
    const all = rank <= top ? 1 : 0;
    const cut = px(Math.min(n, top + 0.5));
    reached = Math.max(reached, rank);
    const fall = reached > top ? ` ${cut},${py(1)} ${cut},${py(0)} ${px(reached)},${py(0)}` : ` ${px(reached)},${py(1)}`;
    full.setAttribute("points", `${px(1)},${py(1)}${fall}`);
    curve.setAttribute("points", ranks.filter((r) => r <= reached).map((r) => `${px(r)},${py(chance(r, S, top))}`).join(" "));
    unknown.setAttribute("x", px(reached));
    unknown.setAttribute("width", px(n) - px(reached));
    question.setAttribute("x", (px(reached) + px(n)) / 2);
    question.setAttribute("visibility", reached < asked ? "visible" : "hidden");
    stick.setAttribute("x1", px(rank));
    stick.setAttribute("x2", px(rank));
    dot.setAttribute("cx", px(rank));
    dot.setAttribute("cy", py(mine));
    dotFull.setAttribute("x", px(rank) - 5.5);
    dotFull.setAttribute("y", py(all) - 5.5);
    svg.setAttribute("aria-label", `At rank ${rank} the chance is ${all} among all items, ${mine.toFixed(3)} among ${S} negatives`);
    say(
      `Rank ${rank.toLocaleString("en")} of ${n.toLocaleString("en")}, top ${top}: ` +
        `full ranking ${all ? "hits" : "misses"}. Against ${S.toLocaleString("en")} sampled negatives ` +
        `the chance of a hit is ${mine.toFixed(3)}.` +
        (S >= n - 1 ? " All are drawn: the two are one." : !all && mine > 0.5 ? " The sample calls a miss a hit." : ""),
    );
  };
  const names = ["rank", "num_negatives", "top"];
  for (const name of names) model.on(`change:${name}`, draw);
  draw();
  return () => {
    for (const name of names) model.off(`change:${name}`, draw);
  };
}

export default { render };
