// So many steps are to be shared among a few query pins: a strip, cut by a rule of choice, and below it, pale, the strip
// cut in proportion to the boards. Each pin can be given more boards; the cuts answer.
// State: names, degree, weights (of the query pins), total (steps), sizes (largest degrees in a graph), largest (a place
// in sizes), rules (their names in order), rule, steps (rule -> for each size the steps of the pins as they are at first;
// one's own rule is known there alone).

import { button, count, frame, h, moves, s, slider } from "../../../../plots/visuals/base/base.js";

const SHARES = {
  equal: () => 1,
  degree: (d) => d,
  Pixie: (d, top) => d * (1 + Math.log(top) - Math.log(d)),
  "C = max": (d, top) => d * (top - Math.log(d)),
};
const SAYS = {
  equal: "Everybody gets the same, however much there is to see.",
  degree: "In proportion to the number of boards.",
  Pixie: "More for more boards, but less than in proportion: what is rare keeps a voice.",
  "C = max": "With so large a C the log is nothing: by degree once more.",
  yours: "What your allocate_steps returns.",
};

function render({ model, el }) {
  const [names, weights, total, sizes, steps] = ["names", "weights", "total", "sizes", "steps"].map((x) => model.get(x));
  const first = model.get("degree");
  const { root, body, controls, say } = frame(el, {
    label: "How a number of steps is shared among query pins",
    help: "Choose a rule; pull a pin to more or fewer boards (or arrow keys). The pale strip is always by degree.",
  });
  const write = (x) => Math.round(x).toLocaleString("en-US");
  const put = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const same = (degree) => degree.every((d, k) => d === first[k]);
  // the steps of each pin; null where one's own rule was not asked
  const shared = (rule, degree, at) => {
    if (!SHARES[rule]) return same(degree) ? steps[rule][at] : null;
    const parts = degree.map((d, k) => weights[k] * SHARES[rule](d, sizes[at]));
    const whole = parts.reduce((a, b) => a + b, 0);
    return parts.map((x) => (total * x) / whole);
  };

  // ---- two strips, and what lies between them
  const strip = (kind) => {
    const pieces = names.map((_, k) => h("div", { class: `gr-all-piece gr-all-${k % 4} gr-slides` }, h("span", {}, kind ? "" : names[k])));
    return { pieces, node: h("div", { class: `gr-all-strip ${kind}`, "aria-hidden": "true" }, ...pieces) };
  };
  const [upper, lower] = [strip(""), strip("gr-all-pale")];
  const ribbons = names.map((_, k) => s("path", { class: `gr-all-ribbon gr-all-${k % 4}` }));
  const between = s("svg", { viewBox: "0 0 1000 40", preserveAspectRatio: "none", class: "gr-all-between", role: "img" }, ...ribbons);
  const title = h("div", { class: "gr-title" });
  const under = h("div", { class: "gr-all-under" }, "by degree, to compare");

  // ---- a row for each pin: its boards can be pulled
  const stops = [...new Set([...Array.from({ length: 41 }, (_, k) => Math.round(300 ** (k / 40))), ...first])].sort((a, b) => a - b);
  const place = (d) => stops.reduce((best, x, k) => (Math.abs(x - d) < Math.abs(stops[best] - d) ? k : best), 0);
  let told = first.indexOf(Math.min(...first)); // the pin that the sentence is about
  const rows = names.map((name, k) => {
    const pull = slider(name, { min: 0, max: stops.length - 1, value: 0 }, (at) => {
      told = k;
      put({ degree: model.get("degree").map((d, j) => (j === k ? stops[at] : d)) });
    });
    pull.node.prepend(h("i", { class: `gr-all-key gr-all-${k % 4}` }));
    const [given, bar, ratio] = [h("td", { class: "gr-all-given" }), h("div", { class: `gr-all-times gr-all-${k % 4} gr-slides` }), h("span", {})];
    const beside = h("td", {}, h("div", { class: "gr-all-ratio" }, h("div", { class: "gr-all-log", "aria-hidden": "true" }, bar), ratio));
    return { pull, given, bar, ratio, node: h("tr", {}, h("td", {}, pull.node), given, beside) };
  });
  const head = h("tr", {}, ...["boards of a query pin: pull", "steps", "to degree’s"].map((x) => h("th", { scope: "col" }, x)));
  body.append(
    h("div", { class: "gr-whole gr-all-wide" }, title, upper.node, between, lower.node, under),
    h("table", { class: "gr-all-table" }, h("thead", {}, head), h("tbody", {}, ...rows.map((x) => x.node))),
  );

  const draw = () => {
    const [rule, at, degree] = [model.get("rule"), model.get("largest"), model.get("degree")];
    const fair = shared("degree", degree, at);
    const shown = shared(rule, degree, at);
    const edges = (row) => row.reduce((all, x) => [...all, all.at(-1) + (1000 * x) / total], [0]);
    const [above, below] = [edges(shown ?? fair.map(() => 0)), edges(fair)];
    names.forEach((_, k) => {
      upper.pieces[k].style.width = `${(above[k + 1] - above[k]) / 10}%`;
      const room = ((above[k + 1] - above[k]) * (upper.node.clientWidth || 800)) / 1000;
      upper.pieces[k].firstChild.hidden = room < 8 * names[k].length + 8;
      lower.pieces[k].style.width = `${(below[k + 1] - below[k]) / 10}%`;
      const [a, b, c, d] = [above[k], above[k + 1], below[k + 1], below[k]].map((x) => x.toFixed(1));
      ribbons[k].setAttribute("d", `M ${a} 0 L ${b} 0 L ${c} 40 L ${d} 40 Z`);
      const times = shown ? Number((shown[k] / fair[k]).toPrecision(2)) : 0;
      rows[k].given.textContent = shown ? write(shown[k]) : "–";
      // from the mark of 1 ×, as far as 5 × and a fifth
      const far = shown ? Math.max(-1, Math.min(1, Math.log(shown[k] / fair[k]) / Math.log(5))) : 0;
      rows[k].bar.style.left = `${50 + 50 * Math.min(0, far)}%`;
      rows[k].bar.style.width = `${50 * Math.abs(far)}%`;
      rows[k].ratio.textContent = shown ? `${times} ×` : "–";
      rows[k].node.classList.toggle("gr-all-told", k === told);
      rows[k].pull.set(place(degree[k]));
      rows[k].pull.node.querySelector("output").textContent = degree[k];
      rows[k].pull.node.querySelector("input").setAttribute("aria-valuetext", count(degree[k], "board"));
    });
    // of a rule that was not asked there is nothing to draw
    for (const node of [upper.node, between]) node.style.visibility = shown ? "" : "hidden";
    title.textContent = `${write(total)} steps, shared ${rule === "equal" ? "equally" : rule === "degree" ? "by degree" : rule === "yours" ? "by your rule" : `by ${rule}`}`;
    between.setAttribute("aria-label", names.map((name, k) => `${name} ${shown ? write(shown[k]) : "not known"}, by degree ${write(fair[k])}`).join("; "));
    for (const { name, node } of rules) node.setAttribute("aria-pressed", name === rule);
    // the slider counts places; what is read beside it, and aloud, is the value
    size.set(at);
    size.node.querySelector("output").textContent = write(sizes[at]);
    size.node.querySelector("input").setAttribute("aria-valuetext", write(sizes[at]));
    if (!shown) return say("Your rule was asked for the pins as they were at first: Reset.");
    const times = Number((shown[told] / fair[told]).toPrecision(2));
    const beside = rule === "degree" ? "" : times === 1 ? ", as by degree" : `, ${times} times what it gets by degree (${write(fair[told])})`;
    say(`${names[told]}, on ${count(degree[told], "board")}, gets ${write(shown[told])} of ${write(total)} steps${beside}. ${SAYS[rule]}`);
  };

  const rules = model.get("rules").map((name) => ({ name, node: button(name, () => put({ rule: name }), { class: name === "yours" ? "gr-button gr-yours" : "gr-button" }) }));
  const size = slider("boards of the most saved pin of all", { min: 0, max: sizes.length - 1, value: model.get("largest") }, (k) => put({ largest: k }));
  controls.before(h("div", { class: "gr-controls", role: "group", "aria-label": "Rule" }, "Rule:", ...rules.map((x) => x.node)));
  controls.prepend(size.node, button("Reset", () => {
    told = first.indexOf(Math.min(...first));
    put({ degree: first });
  }));
  const watched = ["rule", "largest", "degree"];
  for (const name of watched) model.on(`change:${name}`, draw);
  draw();
  moves(root);
  return () => {
    for (const name of watched) model.off(`change:${name}`, draw);
  };
}

export default { render };
