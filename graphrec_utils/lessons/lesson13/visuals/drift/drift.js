// Nights of retraining in the plane: pins travel, and Bob asks with a vector of day 0 or of today.
// State: topics, topic (of each pin), users (how many), own (Bob's topic), ways, pins (way -> day -> places), bob (way -> day -> place),
// rows (way -> day -> cosine, old, new, and Bob's lists), way, step (the night), ask ("old" or "new"), yours.

import { button, frame, h, player, s } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const [topics, topic, users, own, ways, pins, bob, rows] = ["topics", "topic", "users", "own", "ways", "pins", "bob", "rows"].map((x) => model.get(x));
  const { root, body, controls, say } = frame(el, {
    label: "Nights of retraining",
    help: "Choose a way, then retrain night by night with → and go back with ←. Small dots: day 0. Arrow: the vector Bob asks with. Rings: the six pins he gets.",
  });
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const nights = rows[ways[0]].length - 1;
  const [size, middle] = [300, 150];
  const reach = Math.max(...ways.flatMap((way) => [...pins[way], bob[way]].flat(2).map(Math.abs)));
  const at = ([x, y]) => [middle + (138 * x) / reach, middle - (138 * y) / reach].map((z) => z.toFixed(1));
  const mark = (k, r) =>
    [
      () => s("circle", { r, class: "gr-dri-0" }),
      () => s("rect", { x: -r, y: -r, width: 2 * r, height: 2 * r, class: "gr-dri-1" }),
      () => s("path", { d: `M0 ${-r - 1}L${r + 1} ${r}L${-r - 1} ${r}Z`, class: "gr-dri-2" }),
    ][k]();
  const was = pins[ways[0]][0].map((p) => s("circle", { cx: at(p)[0], cy: at(p)[1], r: 2.5, class: "gr-dri-was" }));
  const dots = topic.map((k) => s("g", { class: "gr-dri-pin" }, mark(k, 5), s("circle", { r: 11, class: "gr-dri-ring" })));
  const arrow = s("path", { class: "gr-dri-arrow" });
  const plane = s(
    "svg",
    { viewBox: `0 0 ${size} ${size}`, width: size, height: size, role: "img" },
    s("rect", { class: "gr-dri-frame", x: 0.5, y: 0.5, width: size - 1, height: size - 1 }),
    ...was, ...dots, arrow,
  );
  const key = (k) => s("svg", { viewBox: "-8 -8 16 16", width: 16, height: 16, "aria-hidden": "true", style: "display:inline-block;vertical-align:-3px" }, mark(k, 5));
  const title = h("div", { class: "gr-title" });
  const lines = h("tbody", {});
  const heads = ["", "cosine with day 0", "found by day 0’s vectors", "found by today’s"].map((x) => h("th", { scope: "col" }, x));
  const table = h("table", { class: "gr-dri-table", "aria-label": "All ways on this day" }, h("thead", {}, h("tr", {}, ...heads)), lines);
  body.append(
    h("div", {}, plane),
    h("div", { style: "flex: 1 1 16em" }, h("div", {}, ...topics.flatMap((name, k) => [key(k), ` ${name} \u00a0 `])), title, table, h("p", {}, `Found: how many of the six pins are of one’s own topic, mean of ${users} users.`)),
  );

  const play = player(model, root, () => nights, 900);
  const choices = ways.map((way) => ({ way, node: button(way, () => put("way", way)) }));
  const asks = [["old", "day 0’s vector"], ["new", "today’s"]].map(([ask, text]) => ({ ask, node: button(text, () => put("ask", ask)) }));
  controls.before(h("div", { class: "gr-controls", role: "group", "aria-label": "Way" }, ...choices.map((x) => x.node)));
  controls.append(...play.nodes, "Bob asks with:", ...asks.map((x) => x.node));

  const show = (x) => x.toFixed(2).replace("-", "−");
  const percent = (x) => `${Math.round(100 * x)} %`;
  const draw = () => {
    const [way, day, ask] = ["way", "step", "ask"].map((x) => model.get(x));
    const row = rows[way][day];
    const list = row[`list, ${ask}`];
    dots.forEach((node, i) => {
      const [x, y] = at(pins[way][day][i]);
      node.setAttribute("transform", `translate(${x} ${y})`);
      node.classList.toggle("gr-dri-on", list.includes(i));
    });
    // a shaft and a tip as one path with the same commands always, so that it can slide
    const [x, y] = at(bob[way][ask === "old" ? 0 : day]).map(Number);
    const turn = Math.atan2(y - middle, x - middle);
    const wing = (a) => `${(x - 11 * Math.cos(turn + a)).toFixed(1)} ${(y - 11 * Math.sin(turn + a)).toFixed(1)}`;
    arrow.setAttribute("d", `M${middle} ${middle}L${x} ${y}M${wing(0.5)}L${x} ${y}L${wing(-0.5)}`);
    for (const c of choices) c.node.setAttribute("aria-pressed", String(c.way === way));
    for (const a of asks) a.node.setAttribute("aria-pressed", String(a.ask === ask));
    title.textContent = day ? `After night ${day}` : "Day 0: nothing is retrained yet";
    lines.replaceChildren(...ways.map((name) => {
      const { cosine, old, new: today } = rows[name][day];
      return h("tr", { class: name === way ? "gr-dri-now" : null },
        h("th", { scope: "row" }, `${name === way ? "▸ " : ""}${name}`),
        ...[show(cosine), percent(old), percent(today)].map((x) => h("td", {}, x)));
    }));
    const fit = list.filter((i) => topic[i] === own).length;
    const told = `${day ? `Night ${day}, ${way}` : "Day 0"}: Bob asks with ${ask === "old" ? "his vector of day 0" : "today’s vector"} and finds ${fit} of 6 ${topics[own]}.`;
    plane.setAttribute("aria-label", told);
    const yours = day && model.get("yours") && way === "turned back" ? " Turned by your function." : "";
    say(`${told} A pin’s cosine with its vector of day 0 is ${show(row.cosine)} on average.`, yours);
  };
  for (const name of ["way", "step", "ask"]) model.on(`change:${name}`, draw);
  draw();
  return () => {
    play.stop();
    for (const name of ["way", "step", "ask"]) model.off(`change:${name}`, draw);
  };
}

export default { render };
