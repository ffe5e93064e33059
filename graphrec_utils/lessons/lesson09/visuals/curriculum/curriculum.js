// A curriculum, epoch by epoch: histograms of cosines with the query.
// State: step (epoch − 1), steps ({ hard, share: kind -> shares, mean: kind -> number or null }), edges of the
// bins, shared (negatives of a batch), ranks (null, or edges of ranks, the share of false negatives between each two, and
// drawn[a][b - a - 1]: the same where one is drawn for each query from the ranks between edges a and b), from and to
// (places in these edges).

import { count, frame, h, player, s, slider } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const [steps, edges] = ["steps", "edges"].map((x) => model.get(x));
  const kinds = ["shared", "hard", "positive"];
  const { root, body, controls, say } = frame(el, {
    label: "The curriculum, epoch by epoch",
    help: "Buttons, or the arrow keys ← and → for an epoch, Home for the first, End for the last.",
  });
  const show = (x) => x.toFixed(2).replace("-", "−");

  // ---- above: what a query is compared with; each epoch a column, hard ones on top of the shared
  const [width, left] = [370, 30];
  const columns = steps.map((step, k) => {
    const x = left + (k * (width - left)) / steps.length;
    const bar = (width - left) / steps.length - 6;
    const squares = Array.from({ length: step.hard }, (_, j) =>
      s("rect", { x: x + 2, y: 74 - 9 * (j + 1), width: bar - 4, height: 7, class: "gr-cur-fill-hard" }),
    );
    const frame_of = s("rect", { x, y: 2, width: bar, height: 108, class: "gr-cur-now", "aria-hidden": "true" });
    const base = s("rect", { x: x + 2, y: 76, width: bar - 4, height: 30, class: "gr-cur-fill-shared" });
    const text = s("text", { x: x + bar / 2, y: 126, "text-anchor": "middle" }, k + 1);
    return { frame: frame_of, nodes: [frame_of, base, ...squares, text] };
  });
  const timeline = s(
    "svg",
    { viewBox: `0 0 ${width} 132`, width, height: 132, role: "img", "aria-label": "negatives per query in each epoch" },
    ...columns.flatMap((x) => x.nodes),
  );

  // ---- below: the histogram
  const height = 170;
  const top = Math.max(...steps.flatMap((x) => kinds.flatMap((kind) => x.share[kind])));
  const px = (x) => left + ((width - left - 8) * (x + 1)) / 2;
  const py = (y) => height - 26 - ((height - 40) * y) / top;
  const lines = Object.fromEntries(kinds.map((kind) => [kind, s("path", { class: `gr-cur-line gr-cur-${kind}` })]));
  const chart = s(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "img" },
    s("line", { x1: left, x2: width - 8, y1: py(0), y2: py(0), class: "gr-cur-axis" }),
    ...[-1, -0.5, 0, 0.5, 1].map((x) => s("text", { x: px(x), y: height - 6, "text-anchor": "middle" }, String(x).replace("-", "−"))),
    ...Object.values(lines),
  );
  const key = (kind, text) => h("span", {}, h("i", { class: `gr-cur-key gr-cur-key-${kind}` }), text);
  const keys = h("div", { class: "gr-cur-keys" }, key("positive", "positive"), key("shared", "shared negatives"), key("hard", "hard ones"));

  // ---- beside: which ranks hard negatives come from, and how many of a hundred would be false
  const ranks = model.get("ranks");
  const range = (from, to) => {
    model.set("from", from);
    model.set("to", to);
    model.save_changes();
  };
  const [wide, tall] = [264, 140];
  const beside = h("div", { class: "gr-cur-ranks" });
  let mark = () => "";
  if (ranks) {
    const { edges: limits, share, drawn } = ranks;
    const qx = (rank) => 34 + ((wide - 42) * Math.log(rank / limits[0])) / Math.log(limits.at(-1) / limits[0]);
    const most = Math.max(0.1, ...share);
    const qy = (value) => tall - 24 - ((tall - 36) * value) / most;
    const bars = share.map((value, k) =>
      s("rect", { x: qx(limits[k]) + 0.5, y: qy(value), width: Math.max(1, qx(limits[k + 1]) - qx(limits[k]) - 1), height: qy(0) - qy(value) }),
    );
    const tens = limits.filter((x) => Number.isInteger(Math.log10(x)));
    const curve = s("svg", { viewBox: `0 0 ${wide} ${tall}`, width: wide, height: tall, role: "img" },
      s("line", { x1: 34, x2: wide - 8, y1: qy(0), y2: qy(0), class: "gr-cur-axis" }), ...bars,
      ...tens.map((x) => s("text", { x: qx(x), y: tall - 6, "text-anchor": "middle" }, x.toLocaleString("en-US"))),
      ...[0, most].map((x) => s("text", { x: 30, y: qy(x) + 5, "text-anchor": "end" }, x ? x.toFixed(1) : "0")));
    const dots = Array.from({ length: 100 }, (_, k) => s("rect", { x: 1 + 13 * (k % 20), y: 1 + 13 * Math.floor(k / 20), width: 10, height: 10 }));
    const hundred = s("svg", { viewBox: "0 0 264 66", width: 264, height: 66, role: "img" }, ...dots);
    const [first, last] = [
      slider("ranks from", { min: 0, max: share.length - 1, value: 0 }, (k) => range(k, Math.max(model.get("to"), k + 1))),
      slider("to", { min: 1, max: share.length, value: 1 }, (k) => range(Math.min(model.get("from"), k - 1), k)),
    ];
    // a slider counts places; what is read beside it, and aloud, is the value
    const valued = (one, place, value) => {
      one.set(place);
      one.node.querySelector("output").textContent = value;
      one.node.querySelector("input").setAttribute("aria-valuetext", value);
    };
    beside.append(
      h("div", { class: "gr-title" }, "share of false ones, by rank"), curve,
      h("div", { class: "gr-controls" }, first.node, last.node),
      h("div", { class: "gr-title" }, "of 100 hard negatives"), hundred,
    );
    mark = () => {
      const [a, b] = [model.get("from"), model.get("to")];
      valued(first, a, limits[a]);
      valued(last, b, limits[b]);
      const inside = share.map((_, k) => k >= a && k < b);
      bars.forEach((bar, k) => bar.setAttribute("class", inside[k] ? "gr-cur-false" : "gr-cur-out"));
      const wrong = Math.round(100 * drawn[a][b - a - 1]);
      dots.forEach((dot, k) => dot.setAttribute("class", k < wrong ? "gr-cur-false" : "gr-cur-fine"));
      const told = `Ranks ${limits[a].toLocaleString("en-US")} to ${limits[b].toLocaleString("en-US")}: ${wrong} of 100 hard negatives are false.`;
      for (const node of [curve, hundred]) node.setAttribute("aria-label", told);
      return ` ${told}`;
    };
  }
  body.append(
    h("div", { class: "gr-cur-epochs" }, h("div", { class: "gr-title" }, "epochs: shared below, hard ones on top"), timeline,
      h("div", { class: "gr-title" }, "cosine with the query"), chart, keys),
    ...(ranks ? [beside] : []),
  );

  const play = player(model, root, () => steps.length - 1, 1200);
  controls.prepend(...play.nodes);
  const draw = () => {
    const k = model.get("step");
    const { hard, share, mean } = steps[k];
    columns.forEach((x, j) => x.frame.classList.toggle("gr-cur-here", j === k));
    for (const kind of kinds) {
      const points = share[kind].flatMap((y, j) => [`${px(edges[j])} ${py(y)}`, `${px(edges[j + 1])} ${py(y)}`]);
      lines[kind].setAttribute("d", mean[kind] === null ? "" : `M ${points.join(" L ")}`);
    }
    const told = kinds.filter((kind) => mean[kind] !== null).map((kind) => `${kind} ${show(mean[kind])}`);
    say(
      `Epoch ${k + 1}: ${model.get("shared")} shared and ${count(hard, "hard negative")} for each query. ` +
        `Mean cosines: ${told.join(", ")}.${mark()}`,
    );
    chart.setAttribute("aria-label", `epoch ${k + 1}: mean cosines ${told.join(", ")}`);
  };
  const watched = ["step", "from", "to"];
  for (const name of watched) model.on(`change:${name}`, draw);
  draw();
  return () => {
    play.stop();
    for (const name of watched) model.off(`change:${name}`, draw);
  };
}

export default { render };
