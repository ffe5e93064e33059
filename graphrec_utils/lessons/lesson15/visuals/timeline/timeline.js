// Who has to find what: a user's events on a line, what may be read, and the window ahead.
// State: days, liked, names (of E events), windows (days), window (a place in them), now and event (places of
// events), objective (a word), targets (objective → window → now → for each event a number whose bits are targets).

import { button, count, frame, h, list, roving, s, slider } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const [days, liked, names, windows] = ["days", "liked", "names", "windows"].map((x) => model.get(x));
  const E = days.length;
  const { body, controls, say } = frame(el, {
    label: "Targets on a line of time",
    help: "Choose an event by mouse or with the arrow keys, and an objective by its button. Circles are likes, crosses are not.",
  });
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };

  // ---- line: events at equal distances, so that a busy day can be read
  const [gap, left, line, height] = [66, 40, 120, 184];
  const width = left * 2 + gap * (E - 1);
  const at = (k) => left + gap * k;
  const readable = s("rect", { y: 6, height: height - 12, x: 4, class: "gr-tl-read" });
  const ahead = s("rect", { y: 6, height: height - 12, class: "gr-tl-ahead" });
  const arrows = s("g", {});
  const marks = days.map((day, k) => {
    const shape = liked[k]
      ? s("circle", { cx: at(k), cy: line, r: 9, class: "gr-tl-like" })
      : s("path", { d: `M${at(k) - 7} ${line - 7}l14 14m0 -14l-14 14`, class: "gr-tl-no" });
    const ring = s("circle", { cx: at(k), cy: line, r: 15, class: "gr-tl-ring" });
    const spot = s(
      "g",
      { role: "button", tabindex: -1, class: "gr-tl-event", onclick: () => put("event", k),
        "aria-label": `day ${day}: ${names[k]}, ${liked[k] ? "a like" : "no like"}` },
      s("rect", { x: at(k) - gap / 2, y: line - 22, width: gap, height: 80, class: "gr-tl-touch" }),
      ring, shape,
      s("text", { x: at(k), y: line + 32, "text-anchor": "middle" }, `day ${day}`),
      s("text", { x: at(k), y: line + 50, "text-anchor": "middle", class: "gr-tl-name" }, names[k]),
    );
    return { spot, ring };
  });
  const svg = s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": "events" }, readable, ahead, arrows, ...marks.map((x) => x.spot));
  const strip = h("div", { class: "gr-tl-scroll" }, svg);
  body.append(strip);
  const settle = roving(svg, () => [marks.map((x) => x.spot)], marks[model.get("event")].spot);
  svg.addEventListener("focusin", (event) => {
    const k = marks.findIndex((x) => x.spot === event.target);
    if (k >= 0 && k !== model.get("event")) put("event", k);
  });
  svg.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") event.preventDefault();
  });

  // ---- controls
  const choices = Object.keys(model.get("targets")).map((word) => [word, button(word, () => put("objective", word), { "aria-pressed": "false" })]);
  const moment = slider("now: event", { min: 1, max: E, value: model.get("now") + 1 }, (x) => put("now", x - 1));
  const span = slider("window", { min: 0, max: windows.length - 1, value: model.get("window") }, (x) => put("window", x));
  controls.prepend(...choices.map(([, node]) => node), moment.node, span.node);

  const draw = () => {
    const [now, event, objective, w] = ["now", "event", "objective", "window"].map((x) => model.get(x));
    const rows = model.get("targets")[objective][w][now];
    const read = days.filter((d) => d <= days[now]).length;
    const until = days.filter((d) => d <= days[now] + windows[w]).length;
    const edge = (k) => at(k) - gap / 2;
    readable.setAttribute("width", edge(read) - 4);
    ahead.setAttribute("x", edge(read));
    ahead.setAttribute("width", Math.max(0, edge(until) - edge(read)));
    const found = (k) => days.map((_, e) => e).filter((e) => (rows[k] >> e) & 1);
    arrows.replaceChildren(
      ...days.flatMap((_, k) =>
        found(k).map((e) => {
          const [a, b] = [at(k), at(e)];
          const top = line - 24 - 9 * Math.abs(e - k);
          return s("path", { d: `M${a} ${line - 12}C${a} ${top} ${b} ${top} ${b} ${line - 14}`, class: k === event ? "gr-tl-mine" : "gr-tl-other" });
        }),
      ),
    );
    marks.forEach(({ spot, ring }, k) => {
      ring.classList.toggle("gr-tl-chosen", k === event);
      spot.setAttribute("aria-pressed", String(k === event));
    });
    settle(marks[event].spot);
    for (const [word, node] of choices) node.setAttribute("aria-pressed", String(word === objective));
    moment.set(now + 1);
    span.set(w);
    span.node.querySelector("output").textContent = `${windows[w]} days`;
    const mine = found(event);
    const pairs = days.reduce((sum, _, k) => sum + found(k).length, 0);
    const who = `The event of day ${days[event]} (${names[event]})`;
    const what = mine.length
      ? `${who} has to find ${list(mine.map((e) => `day ${days[e]} (${names[e]})`))}.`
      : event >= read ? `${who} lies after now: nobody has seen it yet.` : `${who} has nothing to find.`;
    say(`Now is day ${days[now]}, ${objective}: ${count(pairs, "pair")} in all. ${what}`);
  };
  const watched = ["now", "event", "objective", "window", "targets"];
  for (const name of watched) model.on(`change:${name}`, draw);
  draw();
  return () => {
    for (const name of watched) model.off(`change:${name}`, draw);
  };
}

export default { render };
