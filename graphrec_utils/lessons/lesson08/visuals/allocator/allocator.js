// How many steps each query pin gets: choose a rule and the largest degree in the graph.
// State: names and degree (of the query pins), total (steps), sizes (largest degrees), largest (a place in
// sizes), steps (rule -> for each size the steps of each pin), rules (their names in order), rule.

import { button, frame, h, s, slider } from "../../../../plots/visuals/base/base.js";

const SAYS = {
  equal: "Every pin gets the same, however much there is to see from it.",
  degree: "In proportion to the number of boards.",
  Pixie: "s = d · (1 + log max − log d): more for more boards, but less than in proportion.",
  "C = max": "C is the largest degree itself: next to in proportion.",
  yours: "What your allocate_steps returns.",
};

function render({ model, el }) {
  const [names, degree, sizes, steps] = ["names", "degree", "sizes", "steps"].map((x) => model.get(x));
  const { body, controls, say } = frame(el, {
    label: "How many steps each query pin gets",
    help: "Choose a rule; the slider sets on how many boards the most saved pin of the graph is.",
  });
  const write = (x) => Math.round(x).toLocaleString("en-US");
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };

  // ---- bars
  const [row, zero, long] = [40, 136, 170];
  const bars = names.map((name, k) => {
    const y = k * row;
    const shown = name.length > 16 ? name.slice(0, 15) + "…" : name;
    return {
      bar: s("rect", { x: zero, y: y + 8, height: 20 }),
      text: s("text", { y: y + 23 }),
      name: s("text", { x: zero - 8, y: y + 17, "text-anchor": "end" }, s("title", {}, name), shown),
      under: s("text", { x: zero - 8, y: y + 33, "text-anchor": "end", class: "gr-under" }, `on ${degree[k]} board${degree[k] === 1 ? "" : "s"}`),
    };
  });
  const height = names.length * row;
  const chart = s(
    "svg",
    { viewBox: `0 0 360 ${height}`, width: 360, height, role: "img" },
    ...bars.flatMap((x) => [x.bar, x.text, x.name, x.under]),
  );
  const title = h("div", { class: "gr-title" });
  const told = h("div", {});
  body.append(h("div", {}, title, chart), h("div", { style: "flex: 1 1 14em" }, told));

  const draw = () => {
    const [rule, at] = [model.get("rule"), model.get("largest")];
    const shown = steps[rule][at];
    const top = Math.max(...Object.values(steps).flatMap((rows) => rows[at]));
    bars.forEach(({ bar, text }, k) => {
      const x = (long * shown[k]) / top;
      bar.setAttribute("width", Math.max(2, x));
      bar.setAttribute("class", shown[k] < 1 ? "gr-all-none" : rule === "yours" ? "gr-all-mine" : "gr-item");
      text.setAttribute("x", zero + x + 8);
      text.textContent = write(shown[k]);
    });
    title.textContent = `${rule}: ${write(model.get("total"))} steps, the most saved pin is on ${write(sizes[at])} boards`;
    told.textContent = SAYS[rule];
    for (const { name, node } of rules) node.setAttribute("aria-pressed", name === rule);
    chart.setAttribute("aria-label", names.map((name, k) => `${name} ${write(shown[k])}`).join(", "));
    const [least, most] = [Math.min(...degree), Math.max(...degree)].map((d) => degree.indexOf(d));
    say(
      `${rule}: ${names[most]} gets ${write(shown[most])} steps, ${names[least]} ${write(shown[least])}; ` +
        `it is on ${Number((degree[most] / degree[least]).toFixed(1))} times as many boards.`,
    );
  };

  const rules = model.get("rules").map((name) => ({ name, node: button(name, () => put("rule", name), { class: name === "yours" ? "gr-button gr-yours" : "gr-button" }) }));
  const size = slider(`most saved pin, ${write(sizes[0])} to ${write(sizes.at(-1))}: size`, { min: 0, max: sizes.length - 1, value: model.get("largest") }, (x) =>
    put("largest", x),
  );
  const choice = h("div", { class: "gr-controls", role: "group", "aria-label": "Rule" }, "Rule:", ...rules.map((x) => x.node));
  controls.before(choice);
  controls.prepend(size.node);
  for (const name of ["rule", "largest"]) model.on(`change:${name}`, draw);
  draw();
  return () => {
    for (const name of ["rule", "largest"]) model.off(`change:${name}`, draw);
  };
}

export default { render };
