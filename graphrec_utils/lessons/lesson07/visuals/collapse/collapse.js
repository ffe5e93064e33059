// Vectors on a circle while they are trained, by one of several losses.
// State: step, steps (name -> [{ angle: degrees of each node, cosine: mean of two nodes }]), names, name (the
// loss on show), groups (each node's shape), every (training steps between two that are shown).

import { button, frame, h, player, s, slider } from "../../../../plots/visuals/base/base.js";
import { nearest, pull } from "../../../../plots/visuals/base/pull.js";

const COLLAPSE_SHAPES = ["M -5 -5 H 5 V 5 H -5 Z", "M -5.5 0 A 5.5 5.5 0 1 0 5.5 0 A 5.5 5.5 0 1 0 -5.5 0 Z", "M 0 -6 L 6 5 H -6 Z", "M 0 -7 L 7 0 L 0 7 L -7 0 Z"];

function render({ model, el }) {
  const [steps, names, groups, every] = ["steps", "names", "groups", "every"].map((x) => model.get(x));
  const { root, body, controls, say } = frame(el, {
    label: "Vectors in training",
    least: 260,
    help: "Choose a loss; pull the point along its steps, or use the slider, the buttons or the arrow keys ← and → (Home and End jump).",
  });
  const last = steps[names[0]].length - 1;
  const show = (x) => x.toFixed(2).replace("-", "−");
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };

  // ---- left: the circle
  const [radius, middle] = [118, 136];
  const dots = groups.map((group) => s("path", { class: `gr-col-dot gr-col-${group % 3}`, d: COLLAPSE_SHAPES[group] }));
  const circle = s(
    "svg",
    { viewBox: "0 0 272 272", width: 272, height: 272, role: "img" },
    s("circle", { class: "gr-col-circle", cx: middle, cy: middle, r: radius }),
    ...dots,
  );

  // ---- right: the mean cosine over the steps
  const [width, height, left] = [470, 200, 34];
  const px = (k) => left + ((width - left - 10) * k) / Math.max(1, last);
  const py = (y) => 12 + ((height - 44) * (1 - y)) / 2;
  const lines = Object.fromEntries(
    names.map((name) => [
      name,
      s("polyline", { class: "gr-col-line" }),
    ]),
  );
  const tags = Object.fromEntries(names.map((name) => [name, s("text", { class: "gr-col-tag", "text-anchor": "end" }, name)]));
  const now = s("circle", { r: 6, class: "gr-col-now" });
  const chart = s(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "img" },
    s("line", { class: "gr-col-axis", x1: left, x2: width - 10, y1: py(0), y2: py(0) }),
    ...[-1, 0, 1].map((y) => s("text", { x: left - 6, y: py(y) + 5, "text-anchor": "end" }, String(y).replace("-", "−"))),
    ...[0, last].map((k) => s("text", { x: px(k), y: height - 6, "text-anchor": k ? "end" : "start" }, `step ${k * every}`)),
    ...Object.values(lines),
    ...Object.values(tags),
    now,
  );
  body.append(
    h("div", {}, h("div", { class: "gr-title" }, "all vectors"), circle),
    h("div", {}, h("div", { class: "gr-title" }, "mean cosine of two nodes"), chart),
  );

  // ---- controls
  const play = player(model, root, () => last, 500);
  const place = slider("step", { min: 0, max: last, value: model.get("step") }, (k) => play.jump(k));
  pull(chart, (x) => play.jump(nearest(steps[names[0]].map((_, k) => px(k)), x)));
  const rules = names.map((name) => ({ name, node: button(name, () => put("name", name)) }));
  controls.before(h("div", { class: "gr-controls", role: "group", "aria-label": "Loss" }, "Loss:", ...rules.map((x) => x.node)));
  controls.prepend(...play.nodes, place.node);

  // the shortest arc that holds all of these angles
  const arcOf = (angles) => {
    const order = angles.map((x) => ((x % 360) + 360) % 360).sort((a, b) => a - b);
    return 360 - Math.max(...order.map((x, k) => (order[k + 1] ?? order[0] + 360) - x));
  };

  const draw = () => {
    const [k, name] = [model.get("step"), model.get("name")];
    const { angle, cosine } = steps[name][k];
    dots.forEach((dot, n) => {
      const [x, y] = [middle + radius * Math.cos((angle[n] * Math.PI) / 180), middle - radius * Math.sin((angle[n] * Math.PI) / 180)];
      dot.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
    });
    for (const other of names) {
      lines[other].classList.toggle("gr-col-on", other === name);
      // no further than the step: the rest is what one is asked about
      // the loss that is not on show is named where its curve ends now
      tags[other].setAttribute("visibility", other === name || px(k) < 200 ? "hidden" : "visible");
      tags[other].setAttribute("x", px(k));
      tags[other].setAttribute("y", py(steps[other][k].cosine) + (steps[other][k].cosine > 0.8 ? 18 : -8));
      lines[other].setAttribute("points", steps[other].slice(0, k + 1).map((x, j) => `${px(j)},${py(x.cosine)}`).join(" "));
    }
    now.setAttribute("cx", px(k));
    now.setAttribute("cy", py(cosine));
    place.set(k);
    place.node.querySelector("output").textContent = k * every;
    place.node.querySelector("input").setAttribute("aria-valuetext", `step ${k * every}`);
    for (const rule of rules) rule.node.setAttribute("aria-pressed", rule.name === name);
    const arc = arcOf(angle);
    const round = angle.map((x, n) => [((x % 360) + 360) % 360, groups[n]]).sort((a, b) => a[0] - b[0]);
    const changes = round.filter(([, group], n) => group !== round[(n + 1) % round.length][1]).length;
    const kinds = new Set(groups).size;
    const what =
      arc < 10 ? "All vectors have become one point."
      : arc < 120 ? `All stand on an arc of ${Math.round(arc)}°.`
      : kinds > 1 && changes === kinds ? "The shapes stand apart, each in its own part of the circle."
      : kinds > 1 && changes <= 3 * kinds ? `Equal shapes gather: once around, the shape changes ${changes} times; ${kinds} would be the least.`
      : cosine < 0.3 ? "They are spread." : "They come together.";
    say(`${name}, step ${k * every}: mean cosine ${show(cosine)}. ${what}`);
    circle.setAttribute("aria-label", `${name}, step ${k * every}: ${groups.length} vectors on a circle, mean cosine ${show(cosine)}`);
    chart.setAttribute("aria-label", names.map((x) => `${x}: mean cosine ${show(steps[x][k].cosine)}`).join(", "));
  };
  for (const name of ["step", "name"]) model.on(`change:${name}`, draw);
  draw();
  return () => {
    play.stop();
    for (const name of ["step", "name"]) model.off(`change:${name}`, draw);
  };
}

export default { render };
