// The hinge: a query, its positive and a negative on a half circle, and the loss over negative − positive.
// State: positive and negative (degrees from the query), margins and margin (a place in them), mine (for each margin
// the loss of a student's function at 41 differences from −2 to 2, or null), rules (their names in order), rule.

import { button, frame, h, s, slider } from "../../../../plots/visuals/base/base.js";

const HINGE_SAYS = { paper: "negative − positive", slide: "positive − negative" };

function render({ model, el }) {
  const [margins, mine, names] = ["margins", "mine", "rules"].map((x) => model.get(x));
  const start = ["positive", "negative", "margin"].map((x) => [x, model.get(x)]);
  const { body, controls, say } = frame(el, {
    label: "The hinge and two vectors that it moves",
    help: "Turn the vectors by their heads, the negative by the dot, or with the sliders (arrow keys work); choose a rule and take steps of training.",
  });
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const show = (x) => (Number(x.toFixed(2)) === 0 ? "0.00" : x.toFixed(2).replace("-", "−"));
  const cos = (degrees) => Math.cos((degrees * Math.PI) / 180);
  const sin = (degrees) => Math.sin((degrees * Math.PI) / 180);

  // ---- the loss at 41 differences, between them, and its slope
  const curve = (rule) => {
    const m = model.get("margin");
    if (rule === "yours") return mine[m];
    return Array.from({ length: 41 }, (_, k) => Math.max(0, (rule === "slide" ? -1 : 1) * (k / 10 - 2) + margins[m]));
  };
  const lossAt = (x, rule = model.get("rule")) => {
    const row = curve(rule);
    const place = Math.max(0, Math.min(row.length - 1.0001, (x + 2) * 10));
    const k = Math.floor(place);
    return row[k] + (place - k) * (row[k + 1] - row[k]);
  };
  const slopeAt = (x) => Math.round(100 * ((lossAt(x + 1e-4) - lossAt(x - 1e-4)) / 2e-4)) / 100;

  // ---- left: the vectors
  const [radius, middle, floor] = [104, 186, 154];
  const at = (degrees, r = radius) => [middle + r * cos(degrees), floor - r * sin(degrees)];
  const arrow = (kind) => ({
    line: s("line", { x1: middle, y1: floor, class: `gr-hin-line gr-hin-${kind}` }),
    pull: s("path", { class: `gr-hin-pull gr-hin-${kind}` }),
    text: s("text", { "text-anchor": "middle" }, kind),
    knob: s("circle", { r: kind === "q" ? 0 : 9, class: `gr-hin-knob gr-hin-${kind}`, "aria-hidden": "true" }),
  });
  const arrows = { q: arrow("q"), positive: arrow("positive"), negative: arrow("negative") };
  const half = s("path", { class: "gr-hin-circle", d: `M ${middle - radius} ${floor} A ${radius} ${radius} 0 0 1 ${middle + radius} ${floor}` });
  // where heads were before the steps
  const trail = s("g", {});
  const circle = s(
    "svg",
    { viewBox: "0 0 372 172", width: 372, height: 172, role: "img" },
    half, trail,
    ...Object.values(arrows).flatMap((x) => [x.pull, x.line, x.text]),
    ...Object.values(arrows).map((x) => x.knob),
  );
  for (const name of ["positive", "negative"]) {
    const { knob } = arrows[name];
    knob.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      knob.setPointerCapture(event.pointerId);
    });
    knob.addEventListener("pointermove", (event) => {
      if (!knob.hasPointerCapture(event.pointerId)) return;
      const box = circle.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * 372 - middle;
      const y = floor - ((event.clientY - box.top) / box.height) * 172;
      put(name, Math.round((Math.atan2(Math.max(0, y), x) * 180) / Math.PI));
    });
  }
  const place = (name, degrees, move, out, drop = 0) => {
    const { line, pull, text, knob } = arrows[name];
    const [x, y] = at(degrees);
    line.setAttribute("x2", x);
    line.setAttribute("y2", y);
    knob.setAttribute("cx", x);
    knob.setAttribute("cy", y);
    const [tx, ty] = at(degrees, radius + out);
    // beside the circle a word begins, or ends, outside of the knob; on top it stands over it
    const side = name === "q" ? 0 : Math.sign(Math.round(2 * cos(degrees)));
    text.setAttribute("text-anchor", side > 0 ? "start" : side < 0 ? "end" : "middle");
    text.setAttribute("x", name === "q" ? tx : Math.max(side < 0 ? 66 : 34, Math.min(side > 0 ? 306 : 338, tx)));
    text.setAttribute("y", name === "q" ? floor + 14 : Math.min(floor - 2, ty + 4 + drop));
    const begin = Number(text.getAttribute("x")) - { start: 0, middle: 31, end: 62 }[text.getAttribute("text-anchor")];
    const box = { text, begin, y: Number(text.getAttribute("y")) };
    const to = Math.max(0, Math.min(180, degrees + move));
    const [way, r] = [Math.sign(to - degrees), radius - (name === "negative" ? 38 : 18)];
    // degrees of the head of the arrow
    const back = Math.min(400 / r, 0.7 * Math.abs(to - degrees));
    pull.setAttribute("d", Math.abs(to - degrees) < 0.5 ? "" :
      `M${at(degrees, r)}A${r} ${r} 0 0 ${way > 0 ? 0 : 1} ${at(to, r)}M${[-back, 0, back].map((x) => at(to - way * Math.abs(x), r + 1.2 * x)).join("L")}`);
    return box;
  };

  // ---- right: the curves
  const [width, height, left, edge] = [400, 190, 30, 26];
  const px = (x) => left + ((width - left - 10) * (x + 2)) / 4;
  const top = 2 + Math.max(...margins);
  const py = (y) => height - edge - ((height - edge - 10) * Math.min(y, top)) / top;
  const lines = Object.fromEntries(names.map((name) => [name, s("polyline", { class: `gr-hin-curve gr-hin-${name}${name === "yours" ? " gr-yours" : ""}` })]));
  const dot = s("circle", { r: 9, class: "gr-hin-dot" });
  dot.addEventListener("pointerdown", (event) => dot.setPointerCapture(event.pointerId));
  dot.addEventListener("pointermove", (event) => {
    if (!dot.hasPointerCapture(event.pointerId)) return;
    const box = chart.getBoundingClientRect();
    const x = (4 * (((event.clientX - box.left) / box.width) * width - left)) / (width - left - 10) - 2 + cos(model.get("positive"));
    put("negative", Math.round((Math.acos(Math.max(-1, Math.min(1, x))) * 180) / Math.PI));
  });
  const axis = (attributes) => s("line", { class: "gr-hin-axis", ...attributes });
  const chart = s(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "img" },
    axis({ x1: left, x2: width - 10, y1: py(0), y2: py(0) }),
    axis({ x1: px(0), x2: px(0), y1: py(0), y2: py(top) }),
    ...[-2, -1, 0, 1, 2].map((x) => s("text", { x: px(x), y: height - 6, "text-anchor": "middle" }, String(x).replace("-", "−"))),
    ...[0, 1, 2].map((y) => s("text", { x: left - 6, y: py(y) + 5, "text-anchor": "end" }, y)),
    ...Object.values(lines),
    dot,
  );
  const formula = h("div", { class: "gr-hin-formula" });
  const keys = { paper: "the paper’s", slide: "the slide’s sign", yours: "yours" };
  const legend = h("div", { class: "gr-hin-legend" }, ...names.map((name) =>
    h("span", { class: name === "yours" ? "gr-yours" : null }, s("svg", { width: 30, height: 6, viewBox: "0 0 30 6", "aria-hidden": "true" },
      s("line", { x1: 0, x2: 30, y1: 3, y2: 3, class: `gr-hin-curve gr-hin-${name}` })), keys[name] ?? name)));
  body.append(
    h("div", {}, h("div", { class: "gr-title" }, "query, positive, negative"), circle),
    h("div", {}, h("div", { class: "gr-title" }, "loss over negative − positive"), chart, legend, formula),
  );

  // ---- controls
  const turn = { min: 0, max: 180, step: 1 };
  const sliders = {
    positive: slider("positive °", { ...turn, value: model.get("positive") }, (x) => put("positive", x)),
    negative: slider("negative °", { ...turn, value: model.get("negative") }, (x) => put("negative", x)),
  };
  const size = slider("margin", { min: 0, max: margins.length - 1, value: model.get("margin") }, (k) => put("margin", k));
  // a slider counts places; what is read beside it, and aloud, is the value
  const valued = (one, place, value) => {
    one.set(place);
    one.node.querySelector("output").textContent = value;
    one.node.querySelector("input").setAttribute("aria-valuetext", value);
  };
  // z moves against the gradient, along the circle: the loss falls by its slope in each score
  const moves_of = () => {
    const [p, n] = [model.get("positive"), model.get("negative")];
    const slope = slopeAt(cos(n) - cos(p));
    return [-25 * slope * Math.max(0.2, sin(p)), 25 * slope * Math.max(0.2, sin(n))];
  };
  // by how much a step has turned both, while it is told
  let taken = null;
  const step = button("One step of training", () => {
    const was = ["positive", "negative"].map((x) => model.get(x));
    const now = moves_of().map((move, k) => Math.max(0, Math.min(180, Math.round(was[k] + move))));
    taken = now.map((x, k) => x - was[k]);
    ["positive", "negative"].forEach((name, k) => {
      const [cx, cy] = at(was[k]);
      if (taken[k]) trail.append(s("circle", { cx, cy, r: 2, class: `gr-hin-trail gr-hin-${name}` }));
      put(name, now[k]);
    });
    // a kernel tells of nothing that stays
    draw();
    taken = null;
  });
  const reset = button("Reset", () => start.forEach(([name, value]) => put(name, value)));
  const rules = names.map((name) => ({ name, node: button({ paper: "the paper’s", slide: "the slide’s" }[name] ?? name, () => put("rule", name), { class: name === "yours" ? "gr-button gr-yours" : "gr-button" }) }));
  const choice = h("div", { class: "gr-controls", role: "group", "aria-label": "Rule" }, "Rule:", ...rules.map((x) => x.node));
  controls.before(choice);
  controls.prepend(sliders.positive.node, sliders.negative.node, size.node, step, reset);

  const draw = () => {
    const [p, n, rule] = [model.get("positive"), model.get("negative"), model.get("rule")];
    const x = cos(n) - cos(p);
    const [a, b] = moves_of();
    // the word of the vector that stands higher goes further out, so that no word lies on the other
    const higher = sin(p) > sin(n);
    // q stands under its line: at its head there may be others
    place("q", 0, 0, -30);
    // close together the lower word hangs under its head
    const drop = Math.abs(p - n) < 14 ? 16 : 0;
    if (!taken) trail.replaceChildren();
    const words = [place("positive", p, a, higher ? 36 : 16, higher ? 0 : drop), place("negative", n, b, higher ? 16 : 36, higher ? drop : 0)];
    const [up, down] = higher ? words : words.reverse();
    if (Math.abs(up.begin - down.begin) < 66 && down.y - up.y < 18) up.text.setAttribute("y", down.y - 18);
    for (const name of names) {
      lines[name].setAttribute("points", curve(name).map((y, k) => `${px(-2 + k / 10)},${py(y)}`).join(" "));
      lines[name].classList.toggle("gr-hin-off", name !== rule);
    }
    dot.setAttribute("cx", px(x));
    dot.setAttribute("cy", py(lossAt(x)));
    for (const name of ["positive", "negative"]) sliders[name].set(model.get(name));
    valued(size, model.get("margin"), margins[model.get("margin")]);
    for (const { name, node } of rules) node.setAttribute("aria-pressed", name === rule);
    const slope = slopeAt(x);
    const margin = margins[model.get("margin")];
    const what =
      slope > 0 ? "a step pulls the positive to the query and pushes the negative away"
      : slope < 0 ? "a step pushes the positive away and pulls the negative in"
      : `${taken?.some(Boolean) ? "now nothing moves" : taken ? "nothing moved" : "nothing moves"}${rule === "slide" ? ", the slide's sign has let the negative win" : ""}`;
    // the paper's rule is at rest while the negative is far enough behind, the slide's while it is far enough ahead
    const asks = rule === "paper" ? x <= 0 : rule === "slide" && x > 0;
    const within = Math.abs(x) < margin;
    const why = asks && within === (slope !== 0) ? `, by ${within ? "less" : "more"} than the margin ${margin}` : "";
    const turned = (taken ?? []).flatMap((d, k) => (d ? [`${["positive", "negative"][k]} ${Math.abs(d)}° ${d < 0 ? "nearer" : "farther"}`] : [])).join(", ");
    say(`${turned ? `A step: ${turned}. ` : ""}The negative is ${show(Math.abs(x))} ${x > 0 ? "ahead" : "behind"}${why}${n ? "" : "; it lies on the query and cannot come nearer"}: ${what}.`);
    const both = (rule === "slide" ? [p, n] : [n, p]).map((a) => show(cos(a)).replace(/^−.*/, "($&)")).join(" − ");
    formula.textContent = `loss = ${HINGE_SAYS[rule] ? `max(0, ${HINGE_SAYS[rule]} + margin)\n= max(0, ${both} + ${margin})` : "your pinsage_loss"} = ${show(lossAt(x))}`;
    circle.setAttribute("aria-label", `positive at ${p} degrees, negative at ${n} degrees from the query`);
    chart.setAttribute("aria-label", `loss ${show(lossAt(x))} at a difference of ${show(x)}`);
  };
  const watched = ["positive", "negative", "margin", "rule"];
  for (const name of watched) model.on(`change:${name}`, draw);
  draw();
  return () => {
    for (const name of watched) model.off(`change:${name}`, draw);
  };
}

export default { render };
