// A reliability diagram: what is said against what happens, for σ(a z + b), with RCE and AUC.
// State: said (of each group) and rce (by stretch, then shift), happened (of each group), auc, share (of ones), stretches, shifts (their values),
// stretch, shift (places in them).

import { button, frame, h, s, slider } from "../../../../plots/visuals/base/base.js";
import { nearest, pull } from "../../../../plots/visuals/base/pull.js";

function render({ model, el }) {
  const [happened, rce, auc, share] = ["happened", "rce", "auc", "share"].map((x) => model.get(x));
  const curves = model.get("said").map((row) => row.map((said) => said.map((x, k) => [x, happened[k]])));
  const [stretches, shifts] = [model.get("stretches"), model.get("shifts")];
  const { body, controls, say } = frame(el, {
    label: "Reliability of predictions, stretched and shifted",
    help: "Pull the line sideways to shift it, an end of it to stretch it, or move the sliders (arrow keys work). Thin: how far what is said lies from what happens.",
  });
  const [size, left, edge] = [320, 44, 34];
  const px = (x) => left + (size - left - 12) * x;
  const py = (y) => size - edge - (size - edge - 12) * y;
  const line = s("polyline", { class: "gr-cal-line" });
  const dots = s("g", {});
  const gaps = s("path", { class: "gr-cal-gap" });
  const ticks = [0, 0.5, 1];
  const chart = s(
    "svg",
    { viewBox: `0 0 ${size} ${size}`, width: size, height: size, role: "img" },
    s("line", { class: "gr-cal-axis", x1: px(0), x2: px(1), y1: py(0), y2: py(0) }),
    s("line", { class: "gr-cal-axis", x1: px(0), x2: px(0), y1: py(0), y2: py(1) }),
    s("line", { class: "gr-cal-equal", x1: px(0), x2: px(1), y1: py(0), y2: py(1) }),
    ...ticks.map((x) => s("text", { x: px(x), y: size - 16, "text-anchor": "middle" }, String(x))),
    ...ticks.map((y) => s("text", { x: left - 6, y: py(y) + 5, "text-anchor": "end" }, String(y))),
    s("text", { x: px(0.5), y: size - 2, "text-anchor": "middle" }, "said"),
    s("text", { x: 12, y: py(0.5), "text-anchor": "middle", transform: `rotate(-90 12 ${py(0.5)})` }, "happened"),
    gaps,
    line,
    dots,
  );
  const rows = ["stretch a", "shift b", "RCE", "AUC"].map((name) => [name, h("td", {})]);
  const table = h("table", { class: "gr-cal-table" }, ...rows.map(([name, cell]) => h("tr", {}, h("th", { scope: "row" }, name), cell)));
  body.append(chart, h("div", { style: "flex: 1 1 12em" }, table));

  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  // the hand holds the line, or one of its ends, and goes sideways: what is held goes as far
  let held = null; // which end, or all; from where; and where the hand took it
  const mid = (i, j) => curves[i][j].reduce((sum, [x]) => sum + px(x), 0) / curves[i][j].length;
  pull(chart, (x, y, started) => {
    const [i, j] = [model.get("stretch"), model.get("shift")];
    const end = (e, k) => px(curves[k][j].at(e)[0]);
    if (started) {
      const e = [0, -1].find((z) => Math.hypot(end(z, i) - x, py(curves[i][j].at(z)[1]) - y) < 26);
      held = { e, x, from: e === undefined ? mid(i, j) : end(e, i) };
      return;
    }
    const to = held.from + x - held.x;
    if (held.e === undefined) {
      const k = nearest(shifts.map((_, m) => mid(i, m)), to);
      if (k !== j) put("shift", k);
    } else {
      const k = nearest(stretches.map((_, m) => end(held.e, m)), to);
      if (k !== i) put("stretch", k);
    }
  }, { free: true });
  const first = slider("stretch a", { min: 0, max: stretches.length - 1, value: model.get("stretch") }, (x) => put("stretch", x));
  const second = slider("shift b", { min: 0, max: shifts.length - 1, value: model.get("shift") }, (x) => put("shift", x));
  const start = [model.get("stretch"), model.get("shift")];
  const begun = start.join();
  const back = button("Reset", () => {
    put("stretch", start[0]);
    put("shift", start[1]);
  });
  controls.prepend(first.node, second.node, back);

  const draw = () => {
    const [i, j] = [model.get("stretch"), model.get("shift")];
    const curve = curves[i][j];
    line.setAttribute("points", curve.map(([x, y]) => `${px(x)},${py(y)}`).join(" "));
    dots.replaceChildren(...curve.map(([x, y], k) => {
      const r = k && k < curve.length - 1 ? 4 : 7; // the ends can be taken
      return s("rect", { class: "gr-item", x: px(x) - r, y: py(y) - r, width: 2 * r, height: 2 * r });
    }));
    gaps.setAttribute("d", curve.map(([x, y]) => `M${px(x)} ${py(y)}V${py(x)}`).join(""));
    chart.setAttribute("aria-label", curve.map(([x, y]) => `${x} said, ${y} happened`).join("; "));
    const shown = [stretches[i], shifts[j], rce[i][j].toFixed(1), auc.toFixed(3)];
    rows.forEach(([, cell], k) => (cell.textContent = String(shown[k]).replace("-", "−")));
    // the sliders count places; what is read beside them, and aloud, are the values
    for (const [one, place, value] of [[first, i, stretches[i]], [second, j, shifts[j]]]) {
      one.set(place);
      one.node.querySelector("output").textContent = String(value).replace("-", "−");
      one.node.querySelector("input").setAttribute("aria-valuetext", value);
    }
    const mean = curve.reduce((sum, [x]) => sum + x, 0) / curve.length;
    const much = mean - share;
    const where = Math.abs(much) < 0.03 ? "about as much as happens" : much > 0 ? "too much on average" : "too little on average";
    // both ends off by more than points scatter: a stretch, whatever the mean says
    const [below, above] = [curve[0], curve.at(-1)].map(([x, y]) => x - y);
    const sure = below < -0.03 && above > 0.03 ? "is too sure: it says low ones too low, high ones too high"
      : below > 0.03 && above < -0.03 ? "is not sure enough: it says low ones too high, high ones too low" : `says ${where}`;
    const worse = rce[i][j] < 0 ? " The constant would do better." : "";
    say(`a = ${shown[0]}, b = ${shown[1]}: RCE ${shown[2]}, AUC ${shown[3]}. It ${sure}.${worse}${[i, j].join() === begun ? "" : " AUC stays: the order is the same."}`.replaceAll("-", "−"));
  };
  for (const name of ["stretch", "shift"]) model.on(`change:${name}`, draw);
  draw();
  return () => {
    for (const name of ["stretch", "shift"]) model.off(`change:${name}`, draw);
  };
}

export default { render };
