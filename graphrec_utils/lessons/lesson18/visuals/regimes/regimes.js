// Which one wins? One property of the data at a time, with its slider, and a line for each method.
// State: slices (name -> knob, unit, measure, scale, says, sets of levels, their names, methods and who is first, mine), order (of their names), slice, set (a
// place in sets), places (slice -> where its slider stands), guess (a slice that hides who is first until somebody is named, or ""), said (who was).

import { button, frame, h, list, s } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const slices = model.get("slices");
  const { body, controls, say } = frame(el, {
    label: "Which one wins?",
    help: "Choose a property of the data; the slider changes it, all else stays. Pull the dotted line in the picture, too. Press a name to see its line. Gray bar: who cannot be told from the first.",
  });
  const put = (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  };
  let pressed = null;
  let all = false; // whether those behind are listed, too
  const number = (x) => (x >= 10 ? Math.round(x).toLocaleString("en") : x.toFixed(3).replace(/^0/, ""));
  const spoken = (name) => name.replace(/, (.*)/, " ($1)"); // names have commas
  const short = (x) => (x >= 1e6 ? `${x / 1e6}M` : x >= 1e3 ? `${x / 1e3}k` : String(x));
  const face = (m) => (m.variant ? `fill:#fff;stroke:${m.color};stroke-width:1.5` : `fill:${m.color}`); // a variant is dashed and hollow
  // a level in words: 10 likes, 1 like; "0.5 share" says nothing
  const level = (slice, part, k) => {
    const unit = slice.unit.startsWith("share") ? "" : part.levels[k] === 1 ? slice.unit.replace(/s$/, "") : slice.unit;
    return `${short(part.levels[k])} ${unit}`.trim();
  };
  const nearest = (levels, level) => levels.reduce((best, x, k) => (Math.abs(x - level) < Math.abs(levels[best] - level) ? k : best), 0);
  const hidden = (name) => model.get("guess") === name && !model.get("said");
  const now = () => {
    const slice = slices[model.get("slice")];
    const part = slice.sets[Math.min(model.get("set"), slice.sets.length - 1)];
    return { slice, part, place: Math.min(model.get("places")[model.get("slice")], part.levels.length - 1) };
  };

  // ---- one property at a time: which, and its slider
  const order = model.get("order");
  const which = h("select", { class: "gr-reg-which", "aria-label": "Property", onchange: () => choose(order[which.selectedIndex]) },
    ...order.map((name) => h("option", {}, slices[name].knob + (name === model.get("guess") ? ": who is first?" : ""))));
  const input = h("input", { type: "range", min: 0, step: 1, oninput: () => put({ places: { ...model.get("places"), [model.get("slice")]: Number(input.value) } }) });
  const output = h("output", {});
  const choose = (name) => {
    pressed = null;
    all = false;
    put({ set: 0, slice: name });
  };
  controls.append(which, h("label", { class: "gr-slider" }, input, output));
  const sets = h("div", { class: "gr-controls", role: "group", "aria-label": "Data set" });
  controls.after(sets);

  // ---- the chart, and the list beside it
  const [W, H, left, bottom, top, right] = matchMedia("(max-width: 600px)").matches ? [410, 300, 42, 42, 34, 144] : [540, 300, 46, 42, 34, 138]; // names stand at the right end
  const title = h("div", { class: "gr-title" });
  const chart = s("svg", { viewBox: `0 0 ${W} ${H}`, width: W, height: H, role: "img" });
  const names = h("ol", { class: "gr-reg-list", "aria-label": "Methods, the best first" });
  const says = h("p", { class: "gr-reg-says" });
  body.append(h("div", { class: "gr-reg-chart" }, title, chart, says), names);

  // the dashed line is pulled by hand
  const pull = (event) => {
    const { part, place } = now();
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(chart.getScreenCTM().inverse()).x;
    const last = part.levels.length - 1;
    const k = Math.max(0, Math.min(last, Math.round(((at - left) / (W - left - right)) * last)));
    if (k === place || at > W - right + 30) return;
    put({ places: { ...model.get("places"), [model.get("slice")]: k } });
  };
  chart.addEventListener("pointerdown", (event) => {
    chart.setPointerCapture(event.pointerId);
    pull(event);
  });
  chart.addEventListener("pointermove", (event) => chart.hasPointerCapture(event.pointerId) && pull(event));

  function draw() {
    const { slice, part, place } = now();
    const { levels, methods } = part;
    const asked = hidden(model.get("slice"));
    const best = part.first[place];
    which.selectedIndex = order.indexOf(model.get("slice"));
    input.max = levels.length - 1;
    input.value = place;
    input.setAttribute("aria-label", slice.knob);
    input.setAttribute("aria-valuetext", `${level(slice, part, place)}, first: ${asked ? "?" : best.first}`);
    output.textContent = level(slice, part, place);
    const chose = sets.contains(document.activeElement);
    sets.replaceChildren(
      ...(slice.sets.length < 2 ? [] : slice.sets.map((x, k) =>
        button(x.name, () => put({ set: k, places: { ...model.get("places"), [model.get("slice")]: nearest(x.levels, levels[place]) } }), { "aria-pressed": String(x === part) }))),
    );
    if (chose) sets.querySelector("[aria-pressed=true]")?.focus();

    const near = new Set([best.first, ...best.level]);
    const ranked = [...methods].sort((a, b) => (asked ? a.name.localeCompare(b.name) : b.mean[place] - a.mean[place]));
    // color and name for who is first at the slider, and for who was pressed
    const bright = new Set(asked ? [] : [...(pressed ? [pressed] : []), best.first]);
    const find = (name) => methods.find((m) => m.name === name);
    // at each level, from the highest to the lowest of those that cannot be told from the first there
    const alike = part.first.map((x, k) => [x.first, ...x.level].map((name) => find(name)?.mean[k]).filter((y) => y > 0));
    const zone = { high: alike.map((y) => Math.max(...y)), low: alike.map((y) => Math.min(...y)) };
    const reach = 1.04 * Math.max(...methods.flatMap((m) => (bright.has(m.name) ? m.high : m.mean)));
    const px = (k) => left + ((W - left - right) * k) / Math.max(1, levels.length - 1);
    const log = slice.scale === "log"; // then 0 says that a method does not fit there, and nothing is drawn
    const least = log ? 0.7 * Math.min(...methods.flatMap((m) => m.mean).filter((y) => y > 0)) : 0;
    // the axis begins below what is asked about; a method far behind leaves the picture
    const lowest = Math.min(...zone.low, ...methods.flatMap((m) => (bright.has(m.name) ? m.low : [])));
    const ground = log || asked || lowest < 0.3 * reach ? 0 : 0.85 * lowest;
    const share = (y) => (log ? Math.log(Math.max(y, least) / least) / Math.log(reach / least) : Math.max(0, (y - ground) / (reach - ground)));
    const py = (y) => H - bottom - (H - bottom - top) * share(y);
    const there = (m, values) => values.map((y, k) => [y, k]).filter(([, k]) => !log || m.mean[k] > 0);
    const points = (m, values) => there(m, values).map(([y, k]) => `${px(k).toFixed(1)},${py(y).toFixed(1)}`);
    const span = reach - ground;
    const step = 10 ** Math.floor(Math.log10(span));
    const tick = span / step > 5 ? 2 * step : span / step > 2 ? step : step / 2;
    const ticks = [];
    if (log) for (let y = 10 ** Math.ceil(Math.log10(least)); y <= reach; y *= 10) ticks.push(y);
    else for (let y = tick * Math.ceil(ground / tick - 1e-9); y <= reach; y += tick) ticks.push(y);
    const far = methods.filter((m) => !bright.has(m.name) && (!ground || m.mean.every((y) => y >= ground)));
    const under = methods.filter((m) => !bright.has(m.name)).length - far.length;
    const front = methods.filter((m) => bright.has(m.name));
    // names at the ends of the lines, the gray ones together; they make room for each other
    const lastOf = (m) => { const at = there(m, m.mean).at(-1); return at ? { at: px(at[1]), y: py(at[0]) } : null; };
    const ends = front.map((m) => ({ ...lastOf(m), m })).filter((x) => x.y != null);
    const gray = far.map(lastOf).filter(Boolean);
    if (gray.length || under) ends.push({ at: px(levels.length - 1), y: gray.length ? gray.reduce((sum, x) => sum + x.y, 0) / gray.length : H - bottom, m: null });
    ends.sort((a, b) => a.y - b.y);
    for (const x of ends) x.words = x.m ? x.m.name.length > 15 ? x.m.name.split(/(?<=,) /) : [x.m.name] : [...(gray.length ? [`${gray.length} other${gray.length > 1 ? "s" : ""}`] : []), ...(under ? [`${under} further down`] : [])];
    const tall = (x) => 3 + 14 * x.words.length;
    ends.forEach((x, k) => (x.to = Math.max(x.y, k ? ends[k - 1].to + tall(ends[k - 1]) : top + 4)));
    for (let k = ends.length - 1, low = H - bottom + 12; k >= 0; k--) low = ends[k].to = Math.min(ends[k].to, low - tall(ends[k]));
    const edge = px(levels.length - 1);
    const callouts = ends.flatMap(({ at, y, to, m, words }) => [
      s("line", { class: "gr-reg-lead", x1: at + (m ? 7 : 2), y1: y, x2: edge + 18, y2: to }),
      ...words.map((word, k) =>
        s("text", { class: "gr-reg-name", style: `fill:${m ? "#111" : "#555"}`, x: edge + 21, y: to + 5 + 14 * k, ...(m && m.name === best.first ? { "font-weight": 700 } : {}) }, word)),
    ]);
    const mark = (m, x, y) => s("polygon", { class: "gr-reg-mark", style: face(m), points: m.points, transform: `translate(${x - 6} ${y - 6})` });
    chart.replaceChildren(
      s("rect", { class: "gr-reg-pale", x: 0, y: 0, width: W, height: H, rx: 4 }),
      ...ticks.flatMap((y) => [
        s("line", { class: "gr-reg-axis", x1: left - 4, x2: left, y1: py(y), y2: py(y) }),
        s("text", { class: "gr-reg-ink", x: left - 7, y: py(y) + 5, "text-anchor": "end" }, y ? short(Number(y.toPrecision(2))).replace(/^0/, "") : "0"),
      ]),
      s("line", { class: "gr-reg-axis", x1: left, x2: left, y1: top, y2: H - bottom }),
      s("line", { class: "gr-reg-axis", x1: left, x2: W - right + 10, y1: H - bottom, y2: H - bottom }),
      ...levels.map((x, k) => s("text", { class: "gr-reg-ink", x: px(k), y: H - bottom + 17, "text-anchor": "middle" }, short(x))),
      s("text", { class: "gr-reg-ink", x: (W - right + left) / 2, y: H - 6, "text-anchor": "middle" }, slice.knob.includes(slice.unit) || (slice.knob + slice.unit).length > 44 ? slice.knob : `${slice.knob} (${slice.unit})`),
      ...(asked ? [] : [s("rect", { class: "gr-reg-zone", x: px(place) - 7, width: 14, y: py(zone.high[place]), height: py(zone.low[place]) - py(zone.high[place]) })]),
      ...far.map((m) => s("polyline", { class: "gr-reg-line gr-reg-far", points: points(m, m.mean).join(" ") })),
      ...front.map((m) => s("polygon", { class: "gr-reg-band", style: `fill:${m.color}`, points: [...points(m, m.high), ...points(m, m.low).reverse()].join(" ") })),
      ...front.flatMap((m) => [
        s("polyline", { class: "gr-reg-line", "stroke-dasharray": m.variant ? "6 4" : "none", style: `stroke:${m.color}`, points: points(m, m.mean).join(" ") }),
        ...there(m, m.mean).map(([y, k]) => mark(m, px(k), py(y))),
      ]),
      ...(asked ? [] : callouts),
      ...(asked ? [] : [s("text", { class: "gr-reg-ink", x: 4, y: 17 }, "first"), ...part.first.map((x, k) => mark(methods.find((m) => m.name === x.first), px(k), 12))]),
      s("line", { class: "gr-reg-here", style: "stroke:#111", x1: px(place), x2: px(place), y1: top, y2: H - bottom }),
      ...(slice.mine == null || part !== slice.sets[0] ? [] : [
        s("circle", { cx: px(slice.mine), cy: H - bottom, r: 6, style: "fill:#111" }),
        s("text", { class: "gr-reg-ink", x: px(slice.mine), y: H - bottom - 10, "text-anchor": slice.mine > levels.length / 2 ? "end" : "start" }, "your data"),
      ]),
    );
    const held = document.activeElement?.dataset?.method;
    const listed = asked || all ? ranked : ranked.filter((m) => near.has(m.name) || m.name === pressed);
    const behind = ranked.length - listed.length;
    const leader = find(best.first);
    names.replaceChildren(
      ...listed.map((m) => {
        const kind = asked ? "" : m.name === best.first ? "gr-reg-first" : near.has(m.name) ? "" : "gr-reg-behind";
        const value = m.mean[place] > 0 || !log ? number(m.mean[place]) : "does not fit";
        const told = m.name === best.first ? value : near.has(m.name) ? `${value}${m.mean[place] < leader.low[place] ? `, to ${number(m.high[place])}` : ""} ≈` : value;
        return h("li", {},
          s("svg", { class: "gr-reg-swatch", viewBox: "0 0 12 12", "aria-hidden": "true" }, s("polygon", { points: m.points, style: face(m) })),
          h("button", { type: "button", class: kind, "data-method": m.name, "aria-pressed": String(pressed === m.name),
            onclick: () => {
              pressed = pressed === m.name ? null : m.name;
              if (asked) put({ said: m.name });
              else draw();
            } }, asked ? m.name : `${m.name} ${told}`));
      }),
      ...(asked || !(behind || all) ? [] : [h("li", {}, h("button", { type: "button", class: "gr-reg-behind", "data-method": "all", "aria-expanded": String(all), onclick: () => {
        all = !all;
        draw();
      } }, all ? "hide those behind" : `${behind} behind`))]),
    );
    if (held) [...names.querySelectorAll("button")].find((x) => x.dataset.method === held)?.focus();

    const first = methods.find((m) => m.name === best.first);
    title.textContent = `${slice.measure}, ${part.name}`;
    says.textContent = asked ? "" : slice.says;
    const named = part.names ? ` (${part.names[place]})` : "";
    const property = part.names?.[place] ?? `${slice.knob} ${level(slice, part, place)}`;
    const where = `${part.name}, ${slice.unit.startsWith("share") ? property : level(slice, part, place) + named}`;
    if (asked) {
      const question = `${where}: who is first, whose is the line on top? Press a name.`;
      chart.setAttribute("aria-label", question);
      say(question);
      return;
    }
    const rivals = ranked.filter((m) => near.has(m.name) && m.name !== best.first).map((m) => spoken(m.name));
    const tie = rivals.length ? ` Cannot be told from it (≈): ${list(rivals.length > 4 ? [...rivals.slice(0, 3), `${rivals.length - 3} more`] : rivals)}.` : " Everybody else is behind.";
    const lit = pressed ? methods.find((m) => m.name === pressed) : null;
    const also = lit && lit !== first ? ` ${spoken(lit.name)}: ${number(lit.mean[place])}, from ${number(lit.low[place])} to ${number(lit.high[place])}.` : "";
    const guessed = model.get("said") && model.get("guess") === model.get("slice") ? `You said ${model.get("said")}. ` : "";
    const told = `${guessed}${where}: ${spoken(first.name)} is first, ${number(first.mean[place])}, from ${number(first.low[place])} to ${number(first.high[place])}.${tie}${also}`;
    chart.setAttribute("aria-label", told);
    say(told);
  }

  const events = ["slice", "set", "places", "slices", "said"].map((name) => `change:${name}`);
  for (const event of events) model.on(event, draw);
  draw();
  return () => events.forEach((event) => model.off(event, draw));
}

export default { render };
