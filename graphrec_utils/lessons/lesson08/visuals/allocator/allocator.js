// How many steps each query pin gets, over the number of its boards, both axes logarithmic: choose a rule and the largest
// degree in the graph. Where two curves cross, both rules are as generous.
// State: names and degree (of the query pins), total (steps), sizes (largest degrees), largest (a place in sizes), steps
// (rule -> for each size the steps of each pin), along (degrees), curves (rule -> for each size the steps that a pin of
// each of these degrees would get beside the others; not for one's own), rules (their names in order), rule.

import { button, count, frame, h, moves, s, slider } from "../../../../plots/visuals/base/base.js";
import { nearest, pull } from "../../../../plots/visuals/base/pull.js";

const SAYS = {
  equal: "Every pin gets the same, however much there is to see from it.",
  degree: "In proportion to the number of boards.",
  Pixie: "s = d · (1 + log max − log d): more for more boards, but less than in proportion.",
  "C = max": "C is the largest degree itself: the log is nothing beside it, so this is by degree once more.",
  yours: "What your allocate_steps returns.",
};

function render({ model, el }) {
  const [names, degree, sizes, steps, along, curves] = ["names", "degree", "sizes", "steps", "along", "curves"].map((x) => model.get(x));
  const { root, body, controls, say } = frame(el, {
    label: "How many steps each query pin gets",
    help: "Choose a rule. Pull the line, or use its slider: what would a pin on so many boards get? Each axis step is ten times as much.",
  });
  const write = (x) => Math.round(x).toLocaleString("en-US");
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };

  // ---- both axes logarithmic
  const [width, height, left, floor] = [470, 270, 58, 232];
  const all = Object.values(steps).flat(2).filter((x) => x >= 1);
  const [low, high] = [Math.floor(Math.log10(Math.min(...all, 100))), Math.log10(1.3 * Math.max(...all))];
  const head = 40; // for the names
  const px = (d) => left + 46 + ((width - left - 66) * Math.log(d)) / Math.log(along.at(-1));
  const py = (x) => floor - ((floor - head - 14) * (Math.log10(Math.max(x, 10 ** low)) - low)) / (high - low);
  const powers = (top) => Array.from({ length: Math.floor(top) + 1 }, (_, k) => 10 ** k);
  const kind = (name) => `gr-all-${Object.keys(SAYS).indexOf(name)}`;
  // by degree is the wide pale line: the one that lies on it is seen, too
  const lines = Object.fromEntries(Object.keys(curves).sort((a) => (a === "degree" ? -1 : 0)).map((name) => [name, s("polyline", {})]));
  const words = Object.keys(curves).filter((name) => name !== "C = max").map((name) => ({ name, text: s("text", { "text-anchor": name === "degree" ? "start" : "middle" }, name === "degree" ? "degree, and C = max (dots)" : name) }));
  let [probe, touched] = [nearest(along, 20), false];
  const pulled = s("line", { y1: 44, y2: floor, class: "gr-all-pulled" });
  const knob = s("circle", { cy: floor, r: 8, class: "gr-all-knob" });
  const marks = Object.keys(curves).map((name) => ({ name, mark: s("circle", { r: 4.5, class: `gr-all-mark ${kind(name)}` }) }));
  const mine = s("polyline", { class: "gr-all-line gr-all-mine" });
  const cross = s("circle", { r: 9, class: "gr-all-cross" });
  const dots = names.map(() => s("circle", { r: 6 }));
  const texts = names.map(() => s("text", { "text-anchor": "end" }));
  const order = degree.map((_, k) => k).sort((a, b) => degree[a] - degree[b]);
  let [before, lower] = [-99, false];
  const titles = order.flatMap((k) => {
    const x = px(degree[k]);
    lower = x - before < 84 && !lower; // names too near each other stand on two lines
    before = x;
    const short = names[k].length > 16 ? `${names[k].slice(0, 15)}…` : names[k];
    const anchor = x > width - 60 ? "end" : x < left + 60 ? "start" : "middle";
    return [
      s("line", { x1: x, x2: x, y1: lower ? 36 : 18, y2: floor, class: "gr-all-drop" }),
      s("text", { x: anchor === "end" ? width - 2 : anchor === "start" ? left + 4 : x, y: lower ? 32 : 14, "text-anchor": anchor }, s("title", {}, names[k]), short),
    ];
  });
  const grid = (x1, y1, x2, y2) => s("line", { x1, y1, x2, y2, class: "gr-all-grid" });
  const chart = s(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "img" },
    ...powers(high).filter((x) => x >= 10 ** low).flatMap((x) => [grid(left, py(x), width - 6, py(x)), s("text", { x: left - 6, y: py(x) + 5, "text-anchor": "end" }, write(x))]),
    ...powers(Math.log10(along.at(-1))).flatMap((d) => [grid(px(d), head, px(d), floor), s("text", { x: px(d), y: floor + 17, "text-anchor": "middle" }, write(d))]),
    s("text", { x: (left + width) / 2, y: height - 3, "text-anchor": "middle" }, "boards of the pin"),
    ...titles, ...Object.values(lines), mine, ...words.map((x) => x.text), pulled, ...marks.map((x) => x.mark), knob, cross, ...dots, ...texts,
  );
  const title = h("div", { class: "gr-title" });
  const told = h("div", {});
  const asked = h("div", { class: "gr-title gr-all-asked" });
  const list = h("tbody", {});
  body.append(
    h("div", {}, title, chart),
    h("div", { class: "gr-all-side" }, told, asked, h("table", { class: "gr-all-table" },
      h("thead", {}, h("tr", {}, ...["rule", "steps", "of degree’s"].map((x) => h("th", { scope: "col" }, x)))), list)),
  );

  // the boards at which the rule gives as much as that by degree does, if they are two rules at all
  const crossing = (rule, at) => {
    if (!curves[rule] || rule === "degree") return null;
    const ratio = curves[rule][at].map((x, k) => Math.log(x / curves.degree[at][k]));
    if (Math.max(...ratio.map(Math.abs)) < 0.1) return null;
    const k = ratio.findIndex((x, j) => j && ratio[j - 1] * x <= 0);
    if (k < 0) return null;
    const part = ratio[k - 1] / (ratio[k - 1] - ratio[k]);
    const between = (row) => Math.exp(Math.log(row[k - 1]) + part * Math.log(row[k] / row[k - 1]));
    return [between(along), between(curves.degree[at])];
  };

  const draw = () => {
    const [rule, at] = [model.get("rule"), model.get("largest")];
    const shown = steps[rule][at];
    for (const [name, line] of Object.entries(lines)) {
      line.setAttribute("points", along.map((d, k) => `${px(d)},${py(curves[name][at][k])}`).join(" "));
      line.setAttribute("class", `gr-all-line ${kind(name)}${name === rule ? " gr-all-here" : ""}`);
    }
    for (const { name, text } of words) {
      const where = nearest(along, name === "degree" ? 30 : 2.8);
      text.setAttribute("x", px(along[where]) + (name === "degree" ? 12 : 0));
      text.setAttribute("y", py(curves[name][at][where]) + (name === "degree" ? 30 : name === "equal" ? -8 : -22));
    }
    const boards = Math.round(along[probe]);
    for (const name of ["x1", "x2"]) pulled.setAttribute(name, px(along[probe]));
    knob.setAttribute("cx", px(along[probe]));
    for (const { name, mark } of marks) {
      mark.setAttribute("cx", px(along[probe]));
      mark.setAttribute("cy", py(curves[name][at][probe]));
    }
    asked.textContent = `A pin on ${count(boards, "board")} would get`;
    const fair = curves.degree[at][probe];
    list.replaceChildren(...model.get("rules").filter((name) => name in curves).map((name) =>
      h("tr", { class: name === rule ? "gr-all-row" : null }, h("th", { scope: "row" }, h("i", { class: `gr-all-key ${kind(name)}` }), name),
        ...[write(curves[name][at][probe]), `${Number((curves[name][at][probe] / fair).toPrecision(2))} ×`].map((x) => h("td", {}, x)))));
    pin.set(probe);
    pin.node.querySelector("output").textContent = boards;
    pin.node.querySelector("input").setAttribute("aria-valuetext", `${boards}: ${rule in curves ? write(curves[rule][at][probe]) : "not known"} steps`);
    mine.setAttribute("points", rule === "yours" ? order.map((k) => `${px(degree[k])},${py(shown[k])}`).join(" ") : "");
    dots.forEach((dot, k) => {
      dot.setAttribute("cx", px(degree[k]));
      dot.setAttribute("cy", py(shown[k]));
      dot.setAttribute("class", shown[k] < 1 ? "gr-all-none" : rule === "yours" ? "gr-all-dot gr-all-own" : `gr-all-dot ${kind(rule)}`);
      texts[k].textContent = write(shown[k]);
      texts[k].setAttribute("x", px(degree[k]) - 7);
      texts[k].setAttribute("y", py(shown[k]) - 7);
    });
    const meet = crossing(rule, at);
    cross.setAttribute("visibility", meet ? "visible" : "hidden");
    if (meet) {
      cross.setAttribute("cx", px(meet[0]));
      cross.setAttribute("cy", py(meet[1]));
    }
    title.textContent = `${rule}: ${write(model.get("total"))} steps, the most saved pin is on ${write(sizes[at])} boards`;
    told.textContent = SAYS[rule];
    for (const { name, node } of rules) node.setAttribute("aria-pressed", name === rule);
    // the slider counts places; what is read beside it, and aloud, is the value
    size.set(at);
    size.node.querySelector("output").textContent = write(sizes[at]);
    size.node.querySelector("input").setAttribute("aria-valuetext", write(sizes[at]));
    chart.setAttribute("aria-label", names.map((name, k) => `${name} ${write(shown[k])}`).join(", "));
    const [least, most] = [Math.min(...degree), Math.max(...degree)].map((d) => degree.indexOf(d));
    say(
      `${rule}: ${names[most]} gets ${write(shown[most])} steps, ${names[least]} ${write(shown[least])}; ` +
        `it is on ${Number((degree[most] / degree[least]).toFixed(1))} times as many boards.` +
        (touched && rule in curves
          ? ` A pin on ${count(boards, "board")} gets ${write(curves[rule][at][probe])}, ${Number((curves[rule][at][probe] / fair).toPrecision(2))} times what it gets by degree.`
          : "") +
        (meet && !touched ? ` Below ${write(meet[0])} boards (ring) a pin gets more than by degree, above it less.` : ""),
    );
  };

  const rules = model.get("rules").map((name) => ({ name, node: button(name, () => put("rule", name), { class: name === "yours" ? "gr-button gr-yours" : "gr-button" }) }));
  const size = slider("boards of the most saved pin", { min: 0, max: sizes.length - 1, value: model.get("largest") }, (k) => put("largest", k));
  const move = (k) => {
    [probe, touched] = [k, true];
    draw();
  };
  const pin = slider("a pin on … boards", { min: 0, max: along.length - 1, value: probe }, move);
  pull(chart, (x) => move(nearest(along.map(px), x)));
  const choice = h("div", { class: "gr-controls", role: "group", "aria-label": "Rule" }, "Rule:", ...rules.map((x) => x.node));
  controls.before(choice);
  controls.prepend(pin.node, size.node);
  for (const name of ["rule", "largest"]) model.on(`change:${name}`, draw);
  draw();
  moves(root);
  return () => {
    for (const name of ["rule", "largest"]) model.off(`change:${name}`, draw);
  };
}

export default { render };
