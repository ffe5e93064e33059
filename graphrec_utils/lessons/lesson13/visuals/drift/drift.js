// Nights of retraining in the plane: pins travel, and Bob asks with a vector of day 0 or of today.
// State: topics, topic (of each pin), users (how many), own (Bob's topic), ways, pins (way -> day -> places), bob (way -> day -> place),
// rows (way -> day -> cosine, old, new, and Bob's lists), way, step (the night), ask ("old" or "new"), yours.

import { button, frame, h, player, s, slider } from "../../../../plots/visuals/base/base.js";
import { pull } from "../../../../plots/visuals/base/pull.js";

function render({ model, el }) {
  const [topics, topic, users, own, ways, pins, bob, rows] = ["topics", "topic", "users", "own", "ways", "pins", "bob", "rows"].map((x) => model.get(x));
  const { root, body, controls, say } = frame(el, {
    label: "Nights of retraining",
    help: "Retrain night by night with → and ←, in four ways. Pull Bob’s arrow, or turn it by the slider: rings are the six pins he gets. Small pale dots: day 0.",
  });
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const nights = rows[ways[0]].length - 1;
  const [size, middle] = [340, 170];
  const reach = Math.max(...ways.flatMap((way) => [...pins[way], bob[way]].flat(2).map(Math.abs)));
  const at = ([x, y]) => [middle + (156 * x) / reach, middle - (156 * y) / reach].map((z) => z.toFixed(1));
  const mark = (k, r) =>
    [
      () => s("circle", { r, class: "gr-dri-0" }),
      () => s("rect", { x: -r, y: -r, width: 2 * r, height: 2 * r, class: "gr-dri-1" }),
      () => s("path", { d: `M0 ${-r - 1}L${r + 1} ${r}L${-r - 1} ${r}Z`, class: "gr-dri-2" }),
    ][k]();
  const was = pins[ways[0]][0].map((p, i) => s("circle", { cx: at(p)[0], cy: at(p)[1], r: 3, class: `gr-dri-was gr-dri-${topic[i]}` }));
  const dots = topic.map((k) => s("g", { class: "gr-dri-pin" }, mark(k, 5), s("circle", { r: 11, class: "gr-dri-ring" })));
  const arrow = s("path", { class: "gr-dri-arrow" });
  const plane = s(
    "svg",
    { viewBox: `0 0 ${size} ${size}`, width: size, height: size, role: "img" },
    s("rect", { class: "gr-dri-frame", x: 0.5, y: 0.5, width: size - 1, height: size - 1 }),
    ...was, ...dots, arrow,
  );
  const key = (k) => s("svg", { viewBox: "-8 -8 16 16", width: 16, height: 16, "aria-hidden": "true", style: "display:inline-block;vertical-align:-3px" }, mark(k, 5));
  const under = h("div", { class: "gr-controls gr-dri-under", role: "group", "aria-label": "Bob’s arrow" });
  const title = h("div", { class: "gr-title" });
  const found = h("p", {}, `Found: how many of the six pins are of one’s own topic, mean of ${users} users.`);
  const lines = h("tbody", {});
  const heads = ["", "cosine with day 0", "found by day 0’s vectors", "found by today’s"].map((x) => h("th", { scope: "col" }, x));
  const table = h("table", { class: "gr-dri-table", "aria-label": "Ways on this day" }, h("thead", {}, h("tr", {}, ...heads)), lines);
  body.append(
    h("div", {}, plane),
    h("div", { style: "flex: 1 1 16em" }, under, h("div", {}, ...topics.flatMap((name, k) => [key(k), ` ${name} \u00a0 `])), title, table, found),
  );

  const play = player(model, root, () => nights, 900);
  const choices = ways.map((way) => ({ way, node: button(way, () => put("way", way)) }));
  const asks = [["old", "day 0’s vector"], ["new", "today’s"]].map(([ask, text]) => ({ ask, node: button(text, () => put("ask", ask)) }));
  controls.before(h("div", { class: "gr-controls", role: "group", "aria-label": "Way" }, ...choices.map((x) => x.node)));
  let turned = 0; // how far the reader has turned the arrow
  const hand = slider("turn it, °", { min: -180, max: 180, step: 5, value: 0 }, (x) => {
    turned = x;
    draw();
  });
  controls.append(...play.nodes);
  under.append("Bob asks with:", ...asks.map((x) => x.node), hand.node);
  const angle = ([x, y]) => (180 * Math.atan2(y, x)) / Math.PI;
  const around = (x) => Math.round(x - 360 * Math.round(x / 360));
  const asking = () => bob[model.get("way")][model.get("ask") === "old" ? 0 : model.get("step")];
  pull(plane, (x, y) => {
    turned = around(angle([x - middle, middle - y]) - angle(asking()));
    hand.set(turned);
    draw();
  }, { free: true });

  const show = (x) => x.toFixed(2).replace("-", "−");
  const percent = (x) => `${Math.round(100 * x)} %`;
  const seen = new Set(); // ways that were looked at: their rows gather for the eye to compare
  const draw = () => {
    const [way, day, ask] = ["way", "step", "ask"].map((x) => model.get(x));
    const row = rows[way][day];
    const here = pins[way][day];
    const [a, b] = asking();
    const [c, d] = [Math.cos((turned * Math.PI) / 180), Math.sin((turned * Math.PI) / 180)];
    const vector = [a * c - b * d, a * d + b * c];
    const score = (i) => here[i][0] * vector[0] + here[i][1] * vector[1];
    const list = turned ? topic.map((_, i) => i).sort((i, j) => score(j) - score(i)).slice(0, 6) : row[`list, ${ask}`];
    dots.forEach((node, i) => {
      const [x, y] = at(here[i]);
      node.setAttribute("transform", `translate(${x} ${y})`);
      node.classList.toggle("gr-dri-on", list.includes(i));
    });
    // a shaft and a tip as one path with the same commands always, so that it can slide
    const [x, y] = at(vector).map(Number);
    const turn = Math.atan2(y - middle, x - middle);
    const wing = (a) => `${(x - 11 * Math.cos(turn + a)).toFixed(1)} ${(y - 11 * Math.sin(turn + a)).toFixed(1)}`;
    arrow.setAttribute("d", `M${middle} ${middle}L${x} ${y}M${wing(0.5)}L${x} ${y}L${wing(-0.5)}`);
    for (const c of choices) c.node.setAttribute("aria-pressed", String(c.way === way));
    for (const a of asks) a.node.setAttribute("aria-pressed", String(a.ask === ask));
    table.hidden = found.hidden = !day; // nothing to compare yet
    title.textContent = day ? `After night ${day}` : "Day 0: nothing is retrained yet";
    if (day) seen.add(way);
    lines.replaceChildren(...ways.filter((name) => name === way || seen.has(name)).map((name) => {
      const { cosine, old, new: today } = rows[name][day];
      return h("tr", { class: name === way ? "gr-dri-now" : null },
        h("th", { scope: "row" }, `${name === way ? "▸ " : ""}${name}`),
        ...[show(cosine), percent(old), percent(today)].map((x) => h("td", {}, x)));
    }));
    const fit = list.filter((i) => topic[i] === own).length;
    const mean = (places) => angle([0, 1].map((z) => places.reduce((sum, p, i) => sum + (topic[i] === own ? p[z] : 0), 0)));
    const moved = Math.abs(around(mean(here) - mean(pins[way][0])));
    const asked = turned ? "turned by hand, his arrow" : `Bob asks with ${ask === "old" ? "his vector of day 0" : "today’s vector"} and`;
    const told = `${day ? `Night ${day}, ${way}` : "Day 0"}: ${asked} finds ${fit} of 6 ${topics[own]}`;
    plane.setAttribute("aria-label", told);
    const yours = day && model.get("yours") && way === "turned back" ? " Turned by your function." : "";
    const [most, many] = topics.map((_, k) => [k, list.filter((i) => topic[i] === k).length]).reduce((a, b) => (b[1] > a[1] ? b : a));
    const why = turned
      ? fit === list.length ? (day && moved > 25 ? `: they are still together, only elsewhere, by ${moved}°` : "")
        : most !== own && many > 3 ? `: ${day ? "now " : ""}the ${topics[most]} stand there` : fit ? "" : `: no ${topics[own]} stand there`
      : !day ? ""
      : ask === "new" ? ": the two were trained together"
      : moved > 25 && fit > 3 ? `: the ${topics[own]} have turned by ${moved}° only`
      : moved > 25 ? `: the ${topics[own]} have turned by ${moved}°, his old arrow has not`
      : `: the ${topics[own]} stand where they stood, up to ${moved}°`;
    say(`${told}${why}.`, yours);
  };
  const anew = () => {
    turned = 0;
    hand.set(0);
    draw();
  };
  for (const name of ["way", "step", "ask"]) model.on(`change:${name}`, anew);
  draw();
  return () => {
    play.stop();
    for (const name of ["way", "step", "ask"]) model.off(`change:${name}`, anew);
  };
}

export default { render };
