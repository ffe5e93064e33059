// A list sorted by its own clicks, round after round; or by clicks per look.
// State: names, liking (probabilities), eta, rounds (rule -> a list of {order, looked, clicked} by pin),
// rules (names), rule, step (the round).

import { button, frame, h, player, roving, s } from "../../../../plots/visuals/base/base.js";
import { pull } from "../../../../plots/visuals/base/pull.js";

function render({ model, el }) {
  const [names, liking, eta] = ["names", "liking", "eta"].map((x) => model.get(x));
  let rounds = model.get("rounds"); // onward from where the reader has lifted somebody
  const { root, body, controls, say } = frame(el, {
    label: "A list sorted by its own clicks",
    help: "Step through the rounds with ← and →. Press a thing (or ↑, ↓) to ask about it; lift it by hand, or with Shift and ↑, ↓. Pale: liked if looked at. Solid: clicked. Tick: what sorts the next list, over all rounds so far: clicks per round, or per look.",
  });
  const percent = (x) => `${Math.round(100 * x)} %`;
  const wide = matchMedia("(max-width: 600px)").matches ? 380 : 700;
  const [row, zero, long] = [34, 112, wide - 215];
  const bars = names.map((name) => ({
    group: s("g", { class: "gr-exp-row" }),
    pale: s("rect", { class: "gr-exp-pale", x: zero, y: 5, height: 22 }),
    solid: s("rect", { class: "gr-item", x: zero, y: 10, height: 12 }),
    tick: s("rect", { class: "gr-exp-tick", y: 3, width: 3, height: 26 }),
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
    group.addEventListener("keydown", (event) => {
      const way = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!event.shiftKey || !way) return;
      event.preventDefault();
      event.stopPropagation();
      const place = now().order.indexOf(k) + way;
      if (place >= 0 && place < names.length) lift(k, place);
    });
  });
  let asked = null;
  const now = () => rounds[model.get("rule")][model.get("step")];
  // the rounds after somebody was put to another place, counted as Python counts them
  const lift = (k, place) => {
    const [rule, step] = [model.get("rule"), model.get("step")];
    const states = rounds[rule].slice(0, step);
    let order = now().order.filter((j) => j !== k);
    order.splice(place, 0, k);
    const sum = (key) => names.map((_, j) => states.reduce((all, x) => all + x[key][j], 0));
    const [clicks, looks] = [sum("clicked"), sum("looked")];
    for (let round = step, last = Math.max(rounds[rule].length - 1, step + 10); round <= last; round++) {
      const looked = [];
      order.forEach((j, p) => (looked[j] = (p + 1) ** -eta));
      const clicked = looked.map((x, j) => x * liking[j]);
      states.push({ order, looked, clicked });
      clicked.forEach((x, j) => (clicks[j] += x));
      looked.forEach((x, j) => (looks[j] += x));
      const score = clicks.map((x, j) => Number((rule === "clicks" ? x / (round + 1) : x / looks[j]).toFixed(9)));
      order = names.map((_, j) => j).sort((a, b) => score[b] - score[a] || a - b);
    }
    rounds = { ...rounds, [rule]: states };
    lifted = k;
    draw();
  };
  let lifted = null;
  const height = names.length * row;
  const chart = s("svg", { viewBox: `0 0 ${wide} ${height}`, width: wide, height, role: "group" }, ...bars.map((x) => x.group));
  roving(chart, () => rounds[model.get("rule")][model.get("step")].order.map((k) => [bars[k].group]), bars[0].group);
  let held = null;
  pull(chart, (_, y, first) => {
    const place = Math.max(0, Math.min(names.length - 1, Math.floor(y / row)));
    if (first) {
      held = now().order[place];
      bars[held].group.focus({ focusVisible: false });
      asked = held;
      draw();
    } else if (now().order[place] !== held) lift(held, place);
  }, { free: true });
  const title = h("div", { class: "gr-title" });
  body.append(h("div", {}, title, chart));

  const last = () => rounds[model.get("rule")].length - 1;
  const steps = player(model, root, last);
  const rules = model.get("rules").map((name) => ({
    name,
    node: button(name, () => {
      model.set("step", Math.min(model.get("step"), rounds[name].length - 1));
      model.set("rule", name);
      model.save_changes();
    }),
  }));
  const choice = h("div", { class: "gr-controls", role: "group", "aria-label": "Rule" }, "Sort by:", ...rules.map((x) => x.node));
  controls.before(choice);
  controls.append(...steps.nodes);
  steps.nodes[3].addEventListener("click", () => {
    rounds = model.get("rounds");
    lifted = null;
    draw();
  });

  // what sorts the next list: clicks of all rounds so far, per round or per look
  const means = () => {
    const [rule, step] = [model.get("rule"), model.get("step")];
    const past = rounds[rule].slice(0, step + 1);
    const sum = (key, k) => past.reduce((all, x) => all + x[key][k], 0);
    return names.map((_, k) => sum("clicked", k) / (rule === "clicks" ? past.length : sum("looked", k)));
  };
  // pairs whose better one stands below
  const wrong = (order) => {
    let found = 0;
    order.forEach((k, p) => order.slice(p + 1).forEach((j) => (found += liking[j] > liking[k] ? 1 : 0)));
    return found;
  };
  const draw = () => {
    const [rule, step] = [model.get("rule"), model.get("step")];
    const { order, looked, clicked } = now();
    const mean = means();
    order.forEach((k, place) => {
      bars[k].tick.setAttribute("x", zero + long * mean[k] - 1.5);
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
    if (lifted !== null) {
      const k = lifted;
      lifted = null;
      return say(`You put ${names[k]} to place ${order.indexOf(k) + 1}: now ${percent(looked[k])} see it and ${percent(clicked[k])} click${step && rule === "clicks" ? `, ${percent(mean[k])} in the mean of all rounds` : ""}. Step on: does it stay?`);
    }
    const pairs = wrong(order);
    const states = rounds[rule];
    const same = (other) => other && other.order.join() === order.join();
    const worst = order.filter((k, p) => p && liking[order[p - 1]] < liking[k]).sort((a, b) => liking[b] - liking[a])[0];
    const above = order[order.indexOf(worst) - 1];
    const rests = pairs && step && (same(states[step + 1]) || (!states[step + 1] && same(states[step - 1])));
    // for ever, if nobody is clicked more now than who stands above
    const late = order.find((k, p) => p && clicked[order[p - 1]] < clicked[k] - 1e-9);
    const stuck = rests && late === undefined;
    const over = order[order.indexOf(late) - 1];
    const tie = (rows) => Math.abs(rows[worst] - rows[above]) < 1e-9;
    say(
      `Round ${step}, sorted by ${rule}. ${names[order[0]]} is on top. ` +
        (stuck
          ? `Nothing moves any more: ${names[worst]}, liked by ${percent(liking[worst])}, is clicked by ${percent(clicked[worst])} down there, ${
            tie(clicked) ? `as many as ${names[above]} above it` : `${names[above]} above it by ${percent(clicked[above])}`
          }${tie(clicked) && tie(mean) ? "; a tie moves nobody" : `; in the mean of all rounds by ${percent(mean[worst])} and ${percent(mean[above])}`}. Stuck.`
          : rests && rule === "clicks" && mean[late] < mean[over] ? `${names[late]} is clicked by ${percent(clicked[late])} now, ${names[over]} above it by ${percent(clicked[over])}; but in the mean of all rounds by ${percent(mean[late])} and ${percent(mean[over])}: the old rounds hold it down.`
          : pairs ? `${pairs} pairs are in the wrong order.` : "All pairs are in the right order."),
    );
  };
  for (const name of ["rule", "step"]) model.on(`change:${name}`, draw);
  draw();
  return () => {
    steps.stop();
    for (const name of ["rule", "step"]) model.off(`change:${name}`, draw);
  };
}

export default { render };
