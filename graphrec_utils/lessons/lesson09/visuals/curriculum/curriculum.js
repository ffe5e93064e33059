// A curriculum, epoch by epoch: histograms of cosines with the query.
// State: step (epoch − 1), steps ({ hard, share: kind -> shares, mean: kind -> number or null }), edges of the
// bins, shared (negatives of a batch), ranks (null, or edges of ranks, the share of false negatives between each two, and
// drawn[a][b - a - 1]: the same where one is drawn for each query from the ranks between edges a and b), from and to
// (places in these edges).

import { count, frame, h, player, s, slider } from "../../../../plots/visuals/base/base.js";
import { nearest, pull } from "../../../../plots/visuals/base/pull.js";

function render({ model, el }) {
  const [steps, edges] = ["steps", "edges"].map((x) => model.get(x));
  const kinds = ["positive", "hard", "shared"];
  const { root, body, controls, say } = frame(el, {
    label: "The curriculum, epoch by epoch",
    help: "Pull the two handles, or use the sliders: which ranks do hard negatives come from? Buttons or ← and → go from epoch to epoch.",
    least: 270,
  });
  const show = (x) => x.toFixed(2).replace("-", "−");

  // ---- left: a row for each kind, so that none lies on another
  const [width, left, tall, axis] = [370, 12, 62, 22];
  const height = kinds.length * tall + axis;
  const px = (x) => left + ((width - 2 * left) * (x + 1)) / 2;
  const floor = (r) => (r + 1) * tall - 4;
  const rows = kinds.map((kind, r) => ({
    kind,
    top: Math.max(0.01, ...steps.flatMap((x) => x.share[kind])), // each row has its own height: shares of its kind
    area: s("path", { class: `gr-cur-area gr-cur-${kind}` }),
    mean: s("line", { y1: floor(r) - tall + 14, y2: floor(r), class: "gr-cur-mean" }),
    text: s("text", { x: left, y: floor(r) - tall + 24 }),
    r,
  }));
  const chart = s(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "img" },
    ...rows.flatMap(({ r, area, mean, text }) => [area, s("line", { x1: left, x2: width - left, y1: floor(r), y2: floor(r), class: "gr-cur-axis" }), mean, text]),
    ...[-1, -0.5, 0, 0.5, 1].map((x) => s("text", { x: px(x), y: height - 6, "text-anchor": "middle" }, String(x).replace("-", "−"))),
  );

  // ---- beside: which ranks hard negatives come from, and how many of a hundred would be false
  const ranks = model.get("ranks");
  const range = (from, to) => {
    model.set("from", from);
    model.set("to", to);
    model.save_changes();
  };
  const [wide, deep] = [420, 172];
  const beside = h("div", { class: "gr-cur-ranks" });
  let mark = () => "";
  const trained = [model.get("from"), model.get("to")]; // where training took them from
  const usual = () => Math.round(100 * ranks.drawn[trained[0]][trained[1] - trained[0] - 1]); // false ones of a hundred
  if (ranks) {
    const { edges: limits, share, drawn } = ranks;
    const [begin, end] = [34, wide - 14];
    const qx = (rank) => begin + ((end - begin) * Math.log(rank / limits[0])) / Math.log(limits.at(-1) / limits[0]);
    const most = Math.max(0.1, ...share);
    const qy = (value) => deep - 24 - ((deep - 52) * value) / most;
    const bars = share.map((value, k) =>
      s("rect", { x: qx(limits[k]) + 0.5, y: qy(value), width: Math.max(1, qx(limits[k + 1]) - qx(limits[k]) - 1), height: qy(0) - qy(value) }),
    );
    const handles = ["start", "end"].map((anchor) => ({
      line: s("line", { y1: 18, y2: qy(0), class: "gr-cur-handle" }),
      knob: s("circle", { cy: qy(0), r: 8, class: "gr-cur-knob" }),
      text: s("text", { y: 13, "text-anchor": anchor === "start" ? "end" : "start" }),
    }));
    const tens = limits.filter((x) => Number.isInteger(Math.log10(x)));
    const curve = s("svg", { viewBox: `0 0 ${wide} ${deep}`, width: wide, height: deep, role: "img" },
      s("line", { x1: begin, x2: end, y1: qy(0), y2: qy(0), class: "gr-cur-axis" }), ...bars,
      s("line", { x1: qx(limits[trained[0]]), x2: qx(limits[trained[1]]), y1: qy(0) + 3, y2: qy(0) + 3, class: "gr-cur-trained" }),
      ...tens.map((x) => s("text", { x: qx(x), y: deep - 4, "text-anchor": "middle" }, x.toLocaleString("en-US"))),
      ...[0, most].map((x) => s("text", { x: begin - 4, y: qy(x) + 5, "text-anchor": "end" }, x ? x.toFixed(1) : "0")),
      ...handles.flatMap((x) => [x.line, x.knob, x.text]));
    const dots = Array.from({ length: 100 }, (_, k) => s("rect", { x: 1 + 16.6 * (k % 25), y: 1 + 16.6 * Math.floor(k / 25), width: 12.5, height: 12.5 }));
    const hundred = s("svg", { viewBox: "0 0 420 67", width: 420, height: 67, role: "img" }, ...dots);
    const [first, last] = [
      slider("ranks from", { min: 0, max: share.length - 1, value: 0 }, (k) => range(k, Math.max(model.get("to"), k + 1))),
      slider("to", { min: 1, max: share.length, value: 1 }, (k) => range(Math.min(model.get("from"), k - 1), k)),
    ];
    const sentence = h("div", { class: "gr-title", "aria-live": "polite" });
    let held = 0; // the handle in the hand
    pull(curve, (x, _, started) => {
      const [a, b] = [model.get("from"), model.get("to")];
      const k = nearest(limits.map(qx), x);
      if (started) held = Math.abs(qx(limits[a]) - x) <= Math.abs(qx(limits[b]) - x) ? 0 : 1;
      const [from, to] = held ? [a, Math.max(k, a + 1)] : [Math.min(k, b - 1), b];
      if (from !== a || to !== b) range(from, to);
    });
    // a slider counts places; what is read beside it, and aloud, is the value
    const valued = (one, place, value) => {
      one.set(place);
      one.node.querySelector("output").textContent = value;
      one.node.querySelector("input").setAttribute("aria-valuetext", value);
    };
    beside.append(
      h("div", { class: "gr-title" }, "false negatives at each rank; thick: as trained"), curve,
      h("div", { class: "gr-controls" }, first.node, last.node),
      sentence, hundred,
    );
    mark = () => {
      const [a, b] = [model.get("from"), model.get("to")];
      const told = [a, b].map((k) => limits[k].toLocaleString("en-US"));
      valued(first, a, told[0]);
      valued(last, b, told[1]);
      const inside = share.map((_, k) => k >= a && k < b);
      bars.forEach((bar, k) => bar.setAttribute("class", inside[k] ? "gr-cur-false" : "gr-cur-out"));
      // the number of the second handle ends in the picture, that of the first before it
      const second = Math.min(wide - 2 - 8 * told[1].length, qx(limits[b]) + 3);
      const stand = [Math.max(26, Math.min(second - 4, qx(limits[a]) - 3)), second];
      handles.forEach(({ line, knob, text }, j) => {
        const rank = limits[[a, b][j]];
        for (const name of ["x1", "x2"]) line.setAttribute(name, qx(rank));
        knob.setAttribute("cx", qx(rank));
        text.textContent = told[j];
        text.setAttribute("x", stand[j]);
      });
      const wrong = Math.round(100 * drawn[a][b - a - 1]);
      dots.forEach((dot, k) => dot.setAttribute("class", k < wrong ? "gr-cur-false" : "gr-cur-fine"));
      const words = `Ranks ${told[0]} to ${told[1]}: ${wrong} of 100 negatives are false.`;
      for (const node of [curve, hundred]) node.setAttribute("aria-label", words);
      sentence.textContent = words;
      const more = wrong - usual();
      return `Ranks ${told[0]} to ${told[1]}: ${wrong} of 100 are false, ${more ? `${Math.abs(more)} ${more < 0 ? "fewer" : "more"} than` : "as many as"} as trained.`;
    };
  }
  const title = h("div", { class: "gr-title" });
  body.append(h("div", { class: "gr-cur-epochs" }, title, chart, h("div", { class: "gr-cur-small" }, "line: the mean of a row")), ...(ranks ? [beside] : []));

  const play = player(model, root, () => steps.length - 1, 1200);
  controls.prepend(...play.nodes);
  let [before, act] = [{}, "epoch"]; // what was shown
  const draw = () => {
    const k = model.get("step");
    const { hard, share, mean } = steps[k];
    title.textContent = `epoch ${k + 1}: cosine with the query`;
    for (const { kind, top, area, mean: line, text, r } of rows) {
      const y = (value) => floor(r) - ((tall - 16) * value) / top;
      const points = share[kind].flatMap((value, j) => [`${px(edges[j])} ${y(value)}`, `${px(edges[j + 1])} ${y(value)}`]);
      const none = mean[kind] === null;
      area.setAttribute("d", none ? "" : `M ${px(edges[0])} ${y(0)} L ${points.join(" L ")} L ${px(edges.at(-1))} ${y(0)} Z`);
      line.setAttribute("visibility", none ? "hidden" : "visible");
      for (const name of ["x1", "x2"]) line.setAttribute(name, px(mean[kind] ?? 0));
      const from = ranks ? `, of ranks ${trained.map((x) => ranks.edges[x].toLocaleString("en-US")).join(" to ")}` : "";
      const many = kind === "hard" ? ` × ${hard}${from}` : kind === "shared" ? ` × ${model.get("shared")}` : "";
      text.textContent = none ? `${kind}: none yet` : `${kind}${many}: ${show(mean[kind])}`;
    }
    const told = kinds.filter((kind) => mean[kind] !== null).map((kind) => `${kind} ${show(mean[kind])}`);
    // the act is answered: handles that were pulled, or the epoch
    const pulled = mark();
    const now = { step: k, ranks: `${model.get("from")} ${model.get("to")}` };
    if (now.step !== before.step) act = "epoch";
    else if (now.ranks !== before.ranks) act = "ranks";
    const below = (kind) => show(Math.abs(mean.positive - mean[kind])) + (mean.positive < mean[kind] ? " above" : " below");
    const wrong = ranks && hard ? `; ${usual()} of 100 of them are false (ranks ${trained.map((x) => ranks.edges[x].toLocaleString("en-US")).join(" to ")})` : "";
    say(
      act === "ranks"
        ? pulled
        : `Epoch ${k + 1}: ${model.get("shared")} shared and ${count(hard, "hard negative")} for each query. ` +
          (mean.positive === null || mean.shared === null ? `Mean cosines: ${told.join(", ")}.`
            : `In the mean the shared lie ${below("shared")} the positives${mean.hard === null ? "" : `, the hard ${below("hard")}${wrong}`}.`),
    );
    before = now;
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
