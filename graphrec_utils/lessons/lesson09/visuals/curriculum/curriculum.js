// A curriculum, epoch by epoch: histograms of cosines with the query.
// State: step (epoch − 1), steps ({ hard, share: kind -> shares, mean: kind -> number or null }), edges of the
// bins, shared (negatives of a batch).

import { count, frame, h, player, s } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const [steps, edges] = ["steps", "edges"].map((x) => model.get(x));
  const kinds = ["shared", "hard", "positive"];
  const { root, body, controls, say } = frame(el, {
    label: "The curriculum, epoch by epoch",
    help: "Buttons, or the arrow keys ← and → for an epoch, Home for the first, End for the last.",
  });
  const show = (x) => x.toFixed(2).replace("-", "−");

  // ---- above: what a query is compared with; each epoch a column, hard ones on top of the shared
  const [width, left] = [420, 30];
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
  const height = 190;
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
  const key = (kind, text) => h("div", {}, h("i", { class: `gr-cur-key gr-cur-key-${kind}` }), text);
  body.append(
    h("div", {}, h("div", { class: "gr-title" }, "epochs: shared below, hard ones on top"), timeline,
      h("div", { class: "gr-title" }, "cosine with the query"), chart),
    h("div", {}, key("positive", "positive"), key("shared", "shared negatives, the same for a whole batch"), key("hard", "hard negatives of the query")),
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
        `Mean cosines: ${told.join(", ")}.`,
    );
    chart.setAttribute("aria-label", `epoch ${k + 1}: mean cosines ${told.join(", ")}`);
  };
  model.on("change:step", draw);
  draw();
  return () => {
    play.stop();
    model.off("change:step", draw);
  };
}

export default { render };
