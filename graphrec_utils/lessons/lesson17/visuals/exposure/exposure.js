// A list sorted by its own clicks, round after round; or by clicks per look.
// State: names, liking (probabilities), eta, rounds (rule -> a list of {order, looked, clicked} by pin),
// rules (names), rule, step (the round).

import { button, frame, h, player, roving, s } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const [names, liking, rounds] = ["names", "liking", "rounds"].map((x) => model.get(x));
  const { root, body, controls, say } = frame(el, {
    label: "A list sorted by its own clicks",
    help: "Choose a rule, then step through the rounds with ← and →. Press a thing, or reach it with ↑ and ↓, to ask about it. Pale: liked if looked at. Solid: clicked.",
  });
  const percent = (x) => `${Math.round(100 * x)} %`;
  const wide = matchMedia("(max-width: 600px)").matches ? 380 : 700;
  const [row, zero, long] = [34, 112, wide - 215];
  const bars = names.map((name) => ({
    group: s("g", { class: "gr-exp-row" }),
    pale: s("rect", { class: "gr-exp-pale", x: zero, y: 5, height: 22 }),
    solid: s("rect", { class: "gr-item", x: zero, y: 10, height: 12 }),
    name: s("text", { x: zero - 8, y: 21, "text-anchor": "end" }, name.length > 14 ? name.slice(0, 13) + "…" : name),
    told: s("text", { y: 21 }),
  }));
  bars.forEach(({ group, ...parts }, k) => {
    parts.pale.setAttribute("width", Math.max(1, long * liking[k]));
    parts.told.setAttribute("x", zero + long * liking[k] + 8);
    group.append(s("rect", { x: 2, y: 1, width: wide - 4, height: row - 4, class: "gr-exp-touch" }), ...Object.values(parts));
    const ask = () => {
      asked = k;
      draw();
    };
    group.setAttribute("role", "button");
    group.addEventListener("click", ask);
    group.addEventListener("focus", () => group.matches(":focus-visible") && ask());
  });
  let asked = null;
  const height = names.length * row;
  const chart = s("svg", { viewBox: `0 0 ${wide} ${height}`, width: wide, height, role: "group" }, ...bars.map((x) => x.group));
  roving(chart, () => rounds[model.get("rule")][model.get("step")].order.map((k) => [bars[k].group]), bars[0].group);
  const title = h("div", { class: "gr-title" });
  body.append(h("div", {}, title, chart));

  const last = () => rounds[model.get("rule")].length - 1;
  const steps = player(model, root, last);
  const rules = model.get("rules").map((name) => ({
    name,
    node: button(name, () => {
      model.set("rule", name);
      model.save_changes();
    }),
  }));
  const choice = h("div", { class: "gr-controls", role: "group", "aria-label": "Rule" }, "Sort by:", ...rules.map((x) => x.node));
  controls.before(choice);
  controls.append(...steps.nodes);

  // pairs whose better one stands below
  const wrong = (order) => {
    let found = 0;
    order.forEach((k, p) => order.slice(p + 1).forEach((j) => (found += liking[j] > liking[k] ? 1 : 0)));
    return found;
  };
  const draw = () => {
    const [rule, step] = [model.get("rule"), model.get("step")];
    const { order, looked, clicked } = rounds[rule][step];
    order.forEach((k, place) => {
      bars[k].group.setAttribute("transform", `translate(0 ${place * row})`);
      bars[k].solid.setAttribute("width", Math.max(1, long * clicked[k]));
      bars[k].group.setAttribute("aria-label", `${names[k]}: seen by ${percent(looked[k])}`);
      bars[k].group.classList.toggle("gr-exp-asked", k === asked);
      bars[k].told.textContent = `seen by ${percent(looked[k])}`;
    });
    for (const { name, node } of rules) node.setAttribute("aria-pressed", String(name === rule));
    title.textContent = `Round ${step}, sorted by ${rule}`;
    chart.setAttribute("aria-label", order.map((k) => `${names[k]}: liked by ${percent(liking[k])}, seen by ${percent(looked[k])}, clicked by ${percent(clicked[k])}`).join("; "));
    if (asked !== null) {
      const k = asked;
      asked = null;
      const better = order.slice(0, order.indexOf(k)).filter((j) => liking[j] < liking[k]).map((j) => names[j]);
      return say(
        `${names[k]}: liked by ${percent(liking[k])} of those who look, seen by ${percent(looked[k])}, so clicked by ${percent(clicked[k])}.` +
          (better.length ? ` It stands below ${better.join(", ")}, liked less: who is not seen is not clicked.` : ""),
      );
    }
    const pairs = wrong(order);
    say(`Round ${step}, sorted by ${rule}. ${names[order[0]]} is on top. ` + (pairs ? `${pairs} pairs are in the wrong order.` : "All pairs are in the right order."));
  };
  for (const name of ["rule", "step"]) model.on(`change:${name}`, draw);
  draw();
  return () => {
    steps.stop();
    for (const name of ["rule", "step"]) model.off(`change:${name}`, draw);
  };
}

export default { render };
