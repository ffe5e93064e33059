// Who has to find what: a user's events on a line, what may be read, and the window ahead.
// State: days, liked, names (of E events), windows (days), window (a place in them), now and event (places of
// events), objective (a word), targets (objective → window → now → for each event a number whose bits are targets).

import { count, frame, h, list, roving, s, slider } from "../../../../plots/visuals/base/base.js";
import { nearest, pull } from "../../../../plots/visuals/base/pull.js";

// who is asked, and what for; beside each word its rival, the other row or column of the table
const TL_ASKED = ["the last event", "every event"];
const TL_FIND = ["the next like", "all likes of the window"];
const TL_WORDS = { next: [0, 0, "every next"], all: [0, 1, "dense"], "every next": [1, 0, "dense"], dense: [1, 1, "every next"] };

function render({ model, el }) {
  const [days, liked, names, windows] = ["days", "liked", "names", "windows"].map((x) => model.get(x));
  const E = days.length;
  const { body, controls, say } = frame(el, {
    label: "Targets on a line of time",
    help: "Pull “now” and the end of the window, or use the sliders. Choose an event by mouse or with the arrow keys. Circles are likes, crosses are not.",
  });
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };

  // ---- line: a day is as long as another, but a gap without events is broken off; names that have no room beside each other go down, like stairs
  const narrow = matchMedia("(max-width: 600px)").matches;
  const [width, left, line, letter] = [narrow ? 360 : 800, 18, 146, narrow ? 6.6 : 7.4];
  const [LONG, SHORT] = [8, 4]; // a gap of more days takes the room of so few
  const room = days.map((d, k) => (k ? Math.min(d - days[k - 1] > LONG ? SHORT : LONG, d - days[k - 1]) : 0));
  const begins = room.map((_, k) => room.slice(0, k + 1).reduce((a, b) => a + b, 0));
  const day = (width - 2 * left - (narrow ? 20 : 60)) / Math.max(1, begins[E - 1]);
  const px = (d) => {
    const k = days.filter((x) => x <= d).length - 1;
    if (k < 0) return left;
    const part = k < E - 1 ? room[k + 1] / Math.max(1, days[k + 1] - days[k]) : 1;
    return left + day * (begins[k] + part * (d - days[k]));
  };
  const breaks = days.slice(1).flatMap((d, k) => {
    const x = (px(days[k]) + px(d)) / 2;
    return d - days[k] > LONG ? [s("path", { class: "gr-tl-break", d: `M${x - 7} ${line + 10}l6 -20M${x + 1} ${line + 10}l6 -20` }),
      ...(narrow ? [] : [s("text", { class: "gr-tl-gap", x, y: line - 18, "text-anchor": "middle" }, `${d - days[k]} days`)])] : [];
  });
  const at = (k) => px(days[k]) + 17 * days.slice(0, k).filter((d) => d === days[k]).length;
  const words = days.map((d, k) => `day ${d}: ${names[k]}`);
  const ends = [];
  const lanes = [];
  for (let k = E - 1; k >= 0; k -= 1) {
    const long = letter * words[k].length;
    const from = at(k) + long > width ? width - 2 - long : at(k); // what has no room at its line stands under it
    let lane = 0;
    while (ends[lane] !== undefined && from + long > ends[lane] - 6) lane += 1;
    lanes[k] = lane;
    for (let j = 0; j <= lane; j += 1) ends[j] = Math.min(from, at(k));
  }
  const height = line + 40 + 17 * Math.max(...lanes);
  const readable = s("rect", { y: 26, height: line - 6, x: 2, class: "gr-tl-read" });
  const ahead = s("rect", { y: 26, height: line - 6, class: "gr-tl-ahead" });
  const arrows = s("g", {});
  const marks = days.map((d, k) => {
    const x = at(k);
    const shape = liked[k]
      ? s("circle", { cx: x, cy: line, r: narrow ? 5 : 8, class: "gr-tl-like" })
      : s("path", { d: `M${x - 6} ${line - 6}l12 12m0 -12l-12 12`, class: "gr-tl-no" });
    const ring = s("circle", { cx: x, cy: line, r: narrow ? 9 : 13, class: "gr-tl-ring" });
    const [before, after] = [k ? at(k - 1) : x - 60, k < E - 1 ? at(k + 1) : x + 60];
    const [begin, end] = [Math.max(x - 24, (before + x) / 2), Math.min(x + 24, (after + x) / 2)];
    const name = s("text", { x: x + 4, y: line + 32 + 17 * lanes[k] }, words[k]);
    if (at(k) + letter * words[k].length > width) for (const [key, value] of Object.entries({ x: width - 2, "text-anchor": "end" })) name.setAttribute(key, value);
    const spot = s(
      "g",
      { role: "button", tabindex: -1, class: "gr-tl-event", onclick: () => put("event", k),
        "aria-label": `day ${d}: ${names[k]}, ${liked[k] ? "a like" : "no like"}` },
      s("rect", { x: begin, y: line - 24, width: end - begin, height: 48, class: "gr-tl-touch" }),
      s("line", { x1: x, x2: x, y1: line + 10, y2: line + 32 + 17 * lanes[k] - (name.hasAttribute("text-anchor") ? 13 : 0), class: "gr-tl-lead" }),
      ring, shape, name,
    );
    return { spot, ring };
  });
  const handle = (kind) => {
    const text = s("text", { y: 14, "text-anchor": "middle" });
    const parts = [s("line", { y1: 20, y2: line + 20, class: "gr-tl-edge" }), s("circle", { cy: 26, r: 8, class: "gr-tl-knob" }), s("rect", { y: 4, width: 32, height: line - 30, class: "gr-tl-touch" })];
    const set = (x, word) => {
      for (const name of ["x1", "x2"]) parts[0].setAttribute(name, x);
      parts[1].setAttribute("cx", x);
      parts[2].setAttribute("x", x - 16);
      const half = word.length > 10 ? 50 : 44;
      text.setAttribute("x", Math.max(word === "now" ? 34 : half, Math.min(width - half, x)));
      text.textContent = word;
    };
    return { node: s("g", { class: `gr-tl-${kind}`, "aria-hidden": "true" }, ...parts), text, set };
  };
  const handles = [handle("now"), handle("until")];
  const svg = s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": "events" }, readable, ahead, ...breaks, arrows, ...marks.map((x) => x.spot), ...handles.flatMap((x) => [x.node, x.text]));
  body.append(h("div", {}, svg));
  // where a hand has a handle: it follows the hand, and goes to an event, or to a window, when it is let go
  const hands = [null, null];
  const take = (which, change) => {
    let off = 0; // it is held where it was pressed
    pull(svg, (x, _, first) => {
      if (first) {
        begun = seen; // what a pull has done is told from where it began
        off = x - Number(handles[which].node.querySelector("circle").getAttribute("cx"));
      }
      hands[which] = Math.max(at(0) + 4, Math.min(width - 10, x - off));
      change(hands[which]);
      draw();
    }, { node: handles[which].node });
    handles[which].node.addEventListener("lostpointercapture", () => {
      begun = hands[which] = null;
      draw();
    });
  };
  take(0, (x) => {
    const k = Math.max(0, days.filter((_, j) => at(j) <= x).length - 1); // what lies before the line may be read
    if (days[k] !== days[model.get("now")]) put("now", k);
  });
  take(1, (x) => {
    const k = nearest(windows.map((w) => px(days[model.get("now")] + w)), x);
    if (k !== model.get("window")) put("window", k);
  });
  const settle = roving(svg, () => [marks.map((x) => x.spot)], marks[model.get("event")].spot);
  svg.addEventListener("focusin", (event) => {
    const k = marks.findIndex((x) => x.spot === event.target);
    if (k >= 0 && k !== model.get("event")) put("event", k);
  });
  svg.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") event.preventDefault();
  });

  // ---- controls
  const choices = Object.keys(TL_WORDS).map((word) => {
    const [name, number] = [h("span", {}, word), h("span", { class: "gr-tl-count" })];
    return { word, number, node: h("button", { type: "button", class: "gr-button", "aria-pressed": "false", onclick: () => put("objective", word) }, name, ": ", number) };
  });
  const table = h("div", { class: "gr-tl-table", role: "group", "aria-label": "Objective: who has to find what" },
    h("span", {}), ...TL_FIND.map((x) => h("span", {}, x)),
    ...TL_ASKED.flatMap((x, row) => [h("span", {}, x), ...choices.filter(({ word }) => TL_WORDS[word][0] === row).map((y) => y.node)]));
  controls.before(table);
  const moment = slider("now: event", { min: 1, max: E, value: model.get("now") + 1 }, (x) => put("now", x - 1));
  const span = slider("window", { min: 0, max: windows.length - 1, value: model.get("window") }, (x) => put("window", x));
  controls.prepend(moment.node, span.node);

  // arrows over each other are one above another, and leave and arrive side by side, so that they can be counted
  const bow = (all) => {
    const bows = all.map(([k, e]) => ({ k, e, a: at(k), b: at(e) })).sort((x, y) => x.b - x.a - (y.b - y.a) || x.a - y.a);
    bows.forEach((x, i) => {
      x.level = 1 + Math.max(-1, ...bows.slice(0, i).filter((y) => y.a < x.b && x.a < y.b).map((y) => y.level));
    });
    const step = Math.min(14, (line - 78) / Math.max(1, ...bows.map((x) => x.level)));
    const far = narrow ? 11 : 15;
    const turn = (rank, of) => ((rank - (of - 1) / 2) * Math.min(24, 100 / of) * Math.PI) / 180;
    return bows.map((x) => {
      const [out, into] = [bows.filter((y) => y.k === x.k), bows.filter((y) => y.e === x.e)];
      const [leave, arrive] = [1.25 + turn(out.indexOf(x), out.length), 2.05 - turn(into.indexOf(x), into.length)];
      const [high, reach] = [1.33 * (34 + step * x.level) - 4, 0.42 * (x.b - x.a)];
      const bend = (angle) => Math.max(-reach, Math.min(reach, high / Math.tan(angle)));
      const spot = (from, angle, r) => [from + r * Math.cos(angle), line - r * Math.sin(angle)];
      const [sx, sy] = spot(x.a, leave, far - 2);
      const [ex, ey] = spot(x.b, arrive, far - 3);
      const [c, d] = [-0.42, 0.42].map((w) => spot(ex, arrive + w, narrow ? 6 : 8).map((v, i) => (i ? v - line + ey : v)));
      return { ...x, path: `M${sx} ${sy}C${x.a + bend(leave)} ${line - high} ${x.b + bend(arrive)} ${line - high} ${ex} ${ey}M${c}L${ex} ${ey}L${d}` };
    });
  };

  let seen = null; // what was drawn before, with what it asked for
  let begun = null; // the same when a pull began
  const draw = () => {
    const [now, event, objective, w] = ["now", "event", "objective", "window"].map((x) => model.get(x));
    const rows = model.get("targets")[objective][w][now];
    const read = days.filter((d) => d <= days[now]).length;
    const home = Math.max(...days.map((d, k) => (d <= days[now] ? at(k) : 0))) + day / 2;
    const border = Math.min(width - 10, Math.max(home, px(days[now] + windows[w] + 0.5)));
    const last = hands[0] ?? home;
    const until = Math.max(last, hands[1] ?? border);
    readable.setAttribute("width", last - 2);
    ahead.setAttribute("x", last);
    ahead.setAttribute("width", until - last);
    handles[0].set(last, hands[0] === null ? "now" : `goes to day ${days[now]}`);
    handles[1].set(until, hands[1] === null ? `${windows[w]} days on` : `goes to ${windows[w]}`);
    // with the other handle close by its name stands left of its knob
    const close = hands[0] === null && until - last < 90;
    for (const [key, value] of Object.entries({ y: close ? 31 : 14, "text-anchor": close ? "end" : "middle", ...(close && { x: last - 13 }) })) handles[0].text.setAttribute(key, value);
    handles[1].text.setAttribute("visibility", hands[0] !== null && until - last < 110 ? "hidden" : "visible");
    const found = (k) => days.map((_, e) => e).filter((e) => (rows[k] >> e) & 1);
    const all = days.flatMap((_, k) => found(k).map((e) => [k, e]));
    const bows = bow(all).sort((x, y) => (x.k === event) - (y.k === event)); // those of the chosen event lie on top
    arrows.replaceChildren(...bows.map((x) => s("path", { d: x.path, class: x.k === event ? "gr-tl-mine" : "gr-tl-other" })));
    marks.forEach(({ spot, ring }, k) => {
      ring.classList.toggle("gr-tl-chosen", k === event);
      spot.setAttribute("aria-pressed", String(k === event));
    });
    settle(marks[event].spot);
    const total = (word, span = w) => model.get("targets")[word][span][now].reduce((sum, row) => sum + row.toString(2).replaceAll("0", "").length, 0);
    for (const x of choices) {
      x.node.setAttribute("aria-pressed", String(x.word === objective));
      x.number.textContent = narrow ? total(x.word) : count(total(x.word), "arrow");
    }
    moment.set(now + 1);
    moment.node.querySelector("output").textContent = `${now + 1}, day ${days[now]}`;
    span.set(w);
    span.node.querySelector("output").textContent = `${windows[w]} days`;
    const mine = found(event);
    const [asked, wanted, rival] = TL_WORDS[objective];
    const who = `The event of day ${days[event]} (${names[event]})`;
    const what = mine.length
      ? `${who} has to find ${list(mine.map((e) => `day ${days[e]} (${names[e]})`))}.`
      : event >= read ? `${who} lies after now: nobody has seen it yet.`
      : !asked && event < read - 1 ? `${who} is not asked: only the last one is.`
      : `${who} has nothing to find: ${wanted ? "the window has no like" : "no like follows"}.`;
    // one sentence, of what was done last
    const idle = windows.length > 1 && model.get("targets")[objective].every((moments) => String(moments[now]) === String(rows));
    const near = days.filter((d, e) => liked[e] && d > days[now] && d <= days[now] + windows[w]).length;
    const number = total(objective);
    const there = `there ${number === 1 ? "is" : "are"} ${count(number, "arrow")}`;
    const sums = asked && near === 1 && number === total(rival)
      ? `${there} under ${objective}, as many as under ${rival}: the window has one like.`
      : `${there} under ${objective}${idle ? ", whatever the window, and" : ","} ${total(rival)} under ${rival}.`;
    const targets = [...new Set(all.map(([, e]) => e))].sort((a, b) => a - b);
    const was = begun ?? seen;
    const due = was ? was.targets.filter((e) => days[e] > days[was.now]) : [];
    const told = (kept) => list(due.filter(kept).map((e) => `day ${days[e]}`)) || "nothing";
    const has = (kept) => (due.filter(kept).length > 1 ? "have" : "has");
    const [past, later] = [(e) => days[e] <= days[now], (e) => days[e] > days[now]];
    const acted = (since) => since && ["now", "window", "objective", "event"].find((x) => since[x] !== model.get(x));
    const [act, still] = [acted(was), seen && !acted(seen) && String(seen.rows) === String(rows)];
    seen = { now, window: w, objective, event, targets, rows };
    if (still) return;
    say(
      act === "now" && days[was.now] < days[now] && due.length
        ? `Now is day ${days[now]}: of what day ${days[was.now]} asked for, ${told(past)} ${has(past)} passed, ${told(later)} ${due.filter(later).length > 1 ? "are" : "is"} still ahead.`
      : act === "now" ? `Now is day ${days[now]}: ${sums}`
      : act === "window" && !idle ? `In ${windows[w]} days ${there}, ${number === total(objective, was.window) ? "as many as" : total(objective, was.window)} in ${windows[was.window]} days.`
      : act === "event" ? what
      : sums.replace("t", "T"),
    );
  };
  const watched = ["now", "event", "objective", "window", "targets"];
  for (const name of watched) model.on(`change:${name}`, draw);
  draw();
  return () => {
    for (const name of watched) model.off(`change:${name}`, draw);
  };
}

export default { render };
