// Systems of industry by year and kind of graph, with arrows to who is built on another, a line to pull
// to a year, and a row each, filtered by graph, by what they are built of, by company, by the lecture.
// State: systems, kinds, ways, day (looked up), and what is chosen: kind, way, company ("" for all), lecture,
// open (the name of the system whose cells are shown, "" for none), until (the last year that counts).

import { button, count, frame, h, list, roving, s } from "../base/base.js";

const ASKED = "sequence"; // the kind that the question is about

function render({ model, el }) {
  const [systems, kinds, ways, day] = ["systems", "kinds", "ways", "day"].map((x) => model.get(x));
  const { root, body, controls, say } = frame(el, {
    label: "Atlas of industry",
    help:
      "Pull the line to a year. Point at a square (or arrow keys): arrows lead to who takes over its vectors or method. A click or Enter opens it, Escape closes it. " +
      `ᴬ: abstract only, †: told by a summary of others. //: a year without any. Looked up on ${day}.`,
  });
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const first = ["kind", "way", "company", "lecture", "open"].map((x) => [x, model.get(x)]);

  let filtered = false; // until somebody is pointed at or pressed, a filter is what is told
  const filter = (name, value) => {
    filtered = true;
    put(name, value);
    if (!kept().some((row) => row.name === model.get("open"))) put("open", ""); // its row is hidden
  };
  const menu = (text, name, values) => {
    const options = ["", ...values].map((value) => h("option", { value }, value || "all"));
    const select = h("select", { class: "gr-at-select", onchange: (event) => filter(name, event.target.value) }, ...options);
    return { name, select, node: h("label", {}, `${text} `, select) };
  };
  const companies = [...new Set(systems.map((row) => row.company))].sort();
  const menus = [menu("Graph", "kind", kinds), menu("Built of", "way", ways), menu("Company", "company", companies)];
  const box = h("input", { type: "checkbox", onchange: () => filter("lecture", box.checked) });
  controls.append(
    ...menus.map((x) => x.node),
    h("label", {}, box, " in the lecture"),
    button("Show all", () => {
      first.forEach(([name]) => put(name, name === "lecture" ? false : ""));
      put("until", years.at(-1));
    }),
  );

  const READ = { paper: "the paper", abstract: "its abstract only", code: "the released code" };
  const CELLS = { nodes: "Nodes, edges", encoder: "Encoder", loss: "Loss", use: "Used for", reports: "Reports" };
  const dagger = (row, name) => ((row.summary ?? []).includes(name) ? " †" : "");
  const cells = (row) => {
    const known = Object.entries(CELLS).filter(([name]) => row[name]);
    const told = known.map(([name, title]) => [title, row[name] + dagger(row, name)]);
    const missing = Object.entries(CELLS).filter(([name]) => !row[name]).map(([, title]) => title);
    if (row.on) told.push(["Built on", list(row.on) + (row.on_by ? " †" : "")]);
    if (row.also) told.push(["Also", row.also]);
    told.push(["Source", `${row.source}; read: ${READ[row.read]}`], ["Lesson", row.lesson]);
    if (missing.length) told.push(["Not read", list(missing)]);
    return h("dl", { class: "gr-at-cells" }, ...told.flatMap(([a, b]) => [h("dt", {}, a), h("dd", {}, b)]));
  };
  let under = ""; // whose square was pressed: while it is open, its row stands right under the drawing
  const rows = systems.map((row) => {
    const toggle = h(
      "button",
      {
        type: "button",
        class: "gr-at-row",
        "aria-expanded": "false",
        onclick: () => {
          under = "";
          filtered = false;
          put("open", model.get("open") === row.name ? "" : row.name);
        },
      },
      h("span", { class: "gr-at-name" }, row.name, row.read === "abstract" ? h("span", { title: "abstract only" }, " ᴬ") : ""),
      h("span", {}, `${row.company}, ${row.year}`),
      h("span", { class: "gr-at-tag gr-at-kind" }, row.kind + dagger(row, "kind")),
      h("span", { class: "gr-at-tags" }, ...row.by.map((way) => h("span", { class: "gr-at-tag" }, way + dagger(row, "by")))),
    );
    return { row, toggle, inside: null, node: h("div", { role: "listitem" }, toggle) };
  });
  const table = h("div", { class: "gr-at-list", role: "list" }, ...rows.map((x) => x.node));

  // ---- years to the right, a lane for each kind, a line at the last year that counts
  const years = [...new Set(systems.map((row) => row.year))].sort();
  const inCell = (kind, year) => systems.filter((row) => row.kind === kind && row.year === year);
  const nick = (name) => name.replace(" at YouTube", "").replace("foundation", "found.");
  const press = (name) => {
    under = name;
    filtered = false;
    put("open", model.get("open") === name ? "" : name);
  };
  const SORTS = { graph: "on a graph", reads: "reads sequences of what people did", neither: "neither" };
  const sort = (kind) => ({ [ASKED]: "reads", "no graph": "neither" })[kind] ?? "graph";
  const key = h("div", { class: "gr-at-key" }, ...Object.entries(SORTS).map(([name, text]) =>
    h("span", {}, s("svg", { width: 14, height: 14, viewBox: "-7 -7 14 14", "aria-hidden": "true" }, s("rect", { class: `gr-at-dot gr-at-${name}`, x: -6, y: -6, width: 12, height: 12 })), text)));
  let pointed = "";
  const point = (name) => () => {
    pointed = name;
    if (name) filtered = false;
    light();
  };
  const marks = systems.map((row) => {
    const hit = s("rect", { class: "gr-at-hit" });
    const node = s("g", { role: "button", tabindex: -1, onpointerenter: point(row.name), onpointerleave: point(""), onfocus: point(row.name), onblur: point(""), onclick: () => press(row.name), onkeydown: (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      press(row.name);
    } }, hit, s("rect", { class: "gr-at-dot", x: -6, y: -6, width: 12, height: 12 }), s("text", { x: 11, y: 4 }, nick(row.name)));
    node.setAttribute("aria-label", `${row.name}, ${row.company}, ${row.year}, ${row.kind}`);
    node.querySelector(".gr-at-dot").classList.add(`gr-at-${sort(row.kind)}`);
    return { row, node, hit };
  });
  const arrows = systems.flatMap((row) => (row.on ?? []).map((other) => ({ ends: [other, row.name], line: s("path", { class: "gr-at-arrow" }), head: s("path", { class: "gr-at-head" }) })));
  for (const x of arrows) x.node = s("g", {}, x.line, x.head);
  const lanes = kinds.map((kind, k) => ({ back: s("rect", { class: `gr-at-lane gr-at-lane-${k % 2}`, x: 0 }), text: s("text", { class: "gr-at-what", x: 4 }, kind) }));
  const heads = years.map((year) => s("text", { class: "gr-at-what", y: 15 }, year));
  const breaks = years.map((year, k) => s("text", { class: "gr-at-what", y: 15, "text-anchor": "end" }, k && year - years[k - 1] > 1 ? "//" : ""));
  const late = s("rect", { class: "gr-at-late", y: 0 });
  const knob = s("g", { class: "gr-at-knob", role: "slider", tabindex: 0, "aria-label": "Until which year", "aria-valuemin": years[0], "aria-valuemax": years.at(-1) },
    s("rect", { class: "gr-at-hit", x: -16, y: 0, width: 28 }), s("line", { y1: 4 }), s("g", {}, s("circle", { r: 11 }), s("circle", { r: 15, class: "gr-at-ring" }), s("path", { d: "M-3 -4L-7 0L-3 4M3 -4L7 0L3 4" })));
  const picture = s("svg", { role: "group", "aria-label": "Systems by year and kind of graph", class: "gr-at-time" },
    ...lanes.map((x) => x.back), late, ...heads, ...breaks, ...arrows.map((x) => x.node), ...lanes.map((x) => x.text), ...marks.map((x) => x.node), knob);
  const WIDE = 858;
  const wordy = (row) => small && row.kind === ASKED; // the lane that the question is about has names on a telephone, too: a line each
  const place = new Map();
  let edges = []; // where each year ends
  let small = null;
  const layout = () => {
    const narrow = (body.clientWidth || 840) < 600;
    if (narrow === small) return;
    small = narrow;
    const [wide, left, high, top] = narrow ? [360, 4, 28, 26] : [WIDE, 86, 21, 26];
    const across = narrow ? 2 : 1; // squares side by side, where their names have no room
    const long = years.map((year) => (narrow ? 1 : 5.5 + Math.max(...systems.filter((row) => row.year === year).map((row) => nick(row.name).length))));
    const unit = (wide - left - (narrow ? 0 : 22)) / long.reduce((a, b) => a + b, 0);
    const starts = long.map((_, k) => left + unit * long.slice(0, k).reduce((a, b) => a + b, 0));
    edges = starts.map((_, k) => (starts[k + 1] ?? wide - 9) - 3);
    let y = top;
    kinds.forEach((kind, k) => {
      const named = narrow && kind === ASKED ? systems.filter((row) => row.kind === kind) : null;
      const lines = named ? 0.62 * named.length + 0.3 : Math.max(1, ...years.map((year) => Math.ceil(inCell(kind, year).length / across)));
      const title = narrow ? 18 : 0;
      const height = title + lines * high + 10;
      for (const [name, value] of Object.entries({ y, width: wide, height })) lanes[k].back.setAttribute(name, value);
      lanes[k].text.setAttribute("y", y + (narrow ? 15 : 20));
      years.forEach((year, x) => inCell(kind, year).forEach((row, j) => place.set(row.name, [starts[x] + 10 + 25 * (named ? 0 : j % across), y + title + 16 + high * (named ? 0.62 * named.indexOf(row) : Math.floor(j / across))])));
      y += height;
    });
    for (const { row, node, hit } of marks) {
      node.setAttribute("transform", `translate(${place.get(row.name)})`);
      const long = 20 + 7 * nick(row.name).length;
      const turned = wordy(row) && place.get(row.name)[0] > 180;
      const own = wordy(row) ? 0.62 * high : high;
      const size = { x: turned ? 12 - long : -12, y: -own / 2, width: narrow && !wordy(row) ? 24 : long, height: own };
      const text = node.lastChild;
      text.setAttribute("x", turned ? -11 : 11);
      text.setAttribute("text-anchor", turned ? "end" : "start");
      text.classList.toggle("gr-at-named", wordy(row));
      for (const [name, value] of Object.entries(size)) hit.setAttribute(name, value);
    }
    for (const { ends, line, head } of arrows) {
      const [[a, b], [c, y2]] = ends.map((name) => place.get(name));
      const [x, z, fx, fy] = [c - 9, y2 - 9, a + 8, (b + y2) / 2]; // it comes from above, where no name stands
      const size = Math.hypot(x - fx, z - fy);
      const [dx, dy] = [(x - fx) / size, (z - fy) / size];
      line.setAttribute("d", `M${a} ${b + 8}Q${fx} ${fy} ${x} ${z}`);
      head.setAttribute("d", `M${x + 3 * dx} ${z + 3 * dy}L${x - 8 * dx - 5 * dy} ${z - 8 * dy + 5 * dx}L${x - 8 * dx + 5 * dy} ${z - 8 * dy - 5 * dx}z`);
    }
    heads.forEach((node, k) => node.setAttribute("x", starts[k] + (narrow ? 2 : 4)));
    breaks.forEach((node, k) => node.setAttribute("x", starts[k] - (narrow ? 3 : 8)));
    for (const [name, value] of Object.entries({ viewBox: `0 0 ${wide} ${y + 36}`, width: wide, height: y + 36 })) picture.setAttribute(name, value);
    late.setAttribute("height", y);
    knob.children[0].setAttribute("height", y + 36);
    knob.children[1].setAttribute("y2", y + 4);
    knob.children[2].setAttribute("transform", `translate(0 ${y + 18})`);
    picture.classList.toggle("gr-at-narrow", narrow);
    light();
  };
  const until = (k) => put("until", years[Math.max(0, Math.min(years.length - 1, k))]);
  knob.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    until(years.indexOf(model.get("until")) + by);
  });
  let hand = null; // the line follows the hand, and goes to the end of a year when it is let go
  const across = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(picture.getScreenCTM().inverse()).x;
  let off = 0; // it is held where it was pressed
  knob.addEventListener("pointerdown", (event) => {
    knob.setPointerCapture(event.pointerId);
    off = across(event) - edges[years.indexOf(model.get("until"))];
  });
  knob.addEventListener("lostpointercapture", () => {
    hand = null;
    light();
  });
  knob.addEventListener("pointermove", (event) => {
    if (!knob.hasPointerCapture(event.pointerId)) return;
    hand = Math.max(edges[0], Math.min(edges.at(-1), across(event) - off));
    const far = edges.map((edge) => Math.abs(edge - hand));
    const k = far.indexOf(Math.min(...far));
    if (years[k] !== model.get("until")) until(k);
    else light();
  });
  const kept = () => rows.filter((x) => x.fits).map((x) => x.row);
  const light = () => {
    const [last, open] = ["until", "open"].map((x) => model.get(x));
    const who = filtered ? null : systems.find((row) => row.name === (pointed || open));
    const rest = new Set(kept());
    const family = systems.filter((row) => row.company === who?.company);
    const bound = arrows.filter((x) => who && x.ends.includes(who.name));
    const near = new Set([...bound.flatMap((x) => x.ends), ...family.map((row) => row.name)]);
    // who is pointed at, or belongs to it, is seen in full ink, whatever its year
    for (const { row, node } of marks) {
      const [gone, lit] = [row !== who && !rest.has(row), near.has(row.name)];
      const kinds = { gone, lit: lit && !gone, dim: who ? !lit : row.year > last, open: open === row.name };
      node.setAttribute("class", ["gr-at-mark", ...Object.keys(kinds).filter((x) => kinds[x]).map((x) => `gr-at-${x}`)].join(" "));
    }
    for (const x of arrows) {
      const ends = x.ends.map((name) => systems.find((row) => row.name === name));
      x.node.classList.toggle("gr-at-on", bound.includes(x));
      x.node.classList.toggle("gr-at-gone", !ends.every((row) => row === who || rest.has(row)));
      x.node.classList.toggle("gr-at-dim", !bound.includes(x) && ends.some((row) => row.year > last));
    }
    heads.forEach((node, k) => node.classList.toggle("gr-at-dim", years[k] > last));
    const at = hand ?? edges[years.indexOf(last)];
    knob.setAttribute("transform", `translate(${at} 0)`);
    knob.setAttribute("aria-valuenow", last);
    late.setAttribute("x", at);
    late.setAttribute("width", Math.max(0, (small ? 360 : WIDE) - at));
    tell(who);
  };
  // one sentence: of who is pointed at, of the year in the hand, or of all
  const tell = (who) => {
    const [rest, last] = [kept(), model.get("until")];
    const old = rest.filter((row) => row.year <= last);
    const reads = (part) => `${part.filter((row) => row.kind === ASKED).length} of ${part.length}`;
    if (!rest.length) return say("No system is all of this.");
    if (who) {
      const [others, heirs] = [rest.filter((row) => row !== who && row.company === who.company).length, arrows.filter((x) => x.ends[0] === who.name).map((x) => x.ends[1])];
      return say(
        `${who.name} (${who.company}, ${who.year}): ${who.kind}. ` + (who.on ? `Built on ${list(who.on)}. ` : "") +
          (heirs.length ? `Its heirs: ${list(heirs)}. ` : "") + (others ? `Bold: what else ${who.company} built.` : ""),
      );
    }
    if (old.length < rest.length) return say(`Until ${last}, ${reads(old)} of these systems read sequences of what people did; after it, ${reads(rest.filter((row) => row.year > last))}.`);
    const abstracts = rest.filter((row) => row.read === "abstract").length;
    const span = rest.map((row) => row.year);
    say(
      (rest.length === systems.length ? "When did sequences take over? Pull the line. " : "") +
        `${rest.length} of ${count(systems.length, "system")}, ${Math.min(...span)} to ${Math.max(...span)}${whats(rest)}${listed() ? `; of ${abstracts} (marked ᴬ) only the abstract was read` : ""}.`,
    );
  };
  // what was filtered by, and who of these came first and last
  const whats = (rest) => {
    const [kind, way, company, lecture] = ["kind", "way", "company", "lecture"].map((x) => model.get(x));
    const by = [kind, way && `built of ${way}`, company, lecture && "in the lecture"].filter(Boolean).join(", ");
    const [first, last] = [rest.reduce((a, b) => (b.year < a.year ? b : a)), rest.reduce((a, b) => (b.year > a.year ? b : a))];
    return by ? ` (${by})${rest.length > 1 ? `, from ${first.name} to ${last.name}` : `: ${first.name}`}` : "";
  };
  const listed = () => all.getAttribute("aria-expanded") === "true";
  const all = button("List", () => {
    const on = !listed();
    all.setAttribute("aria-expanded", on);
    table.classList.toggle("gr-at-all", on);
    light();
  }, { "aria-expanded": "false" });
  controls.append(all);
  body.append(key, picture, table);
  root.addEventListener("keydown", (event) => event.key === "Escape" && model.get("open") && put("open", ""));
  const visible = () => rows.filter((x) => !x.node.hidden).map((x) => [x.toggle]);

  const draw = () => {
    const [kind, way, company, lecture, open] = ["kind", "way", "company", "lecture", "open"].map((x) => model.get(x));
    for (const x of menus) x.select.value = model.get(x.name);
    box.checked = lecture;
    for (const x of rows) {
      const { row } = x;
      const fits =
        (!kind || row.kind === kind) && (!way || row.by.includes(way)) &&
        (!company || row.company === company) && (!lecture || row.lecture);
      x.fits = fits;
      x.node.hidden = !fits;
      x.toggle.setAttribute("aria-expanded", String(row.name === open));
      x.node.classList.toggle("gr-at-under", row.name === open && row.name === under);
      x.inside?.remove();
      x.inside = row.name === open ? cells(row) : null;
      if (x.inside) x.node.append(x.inside);
    }
    // whom a filter hides keeps neither the focus nor the stop of Tab
    const here = marks.filter((x) => kept().includes(x.row)).map((x) => x.node);
    for (const { node } of marks) {
      if (here.includes(node)) node.removeAttribute("aria-hidden");
      else {
        node.tabIndex = -1;
        node.setAttribute("aria-hidden", "true");
        if (node === document.activeElement) node.blur();
      }
    }
    if (here.length && !here.some((node) => node.tabIndex === 0)) here[0].tabIndex = 0;
    if (edges.length) light();
    const now = rows.find((x) => x.row.name === open && !x.node.hidden);
    if (visible().length) settle(now?.toggle ?? visible()[0][0]);
  };
  const settle = roving(table, visible);
  // arrow keys on the map: a lane up or down, a square to the left or right
  roving(picture, () => kinds.map((kind) => marks.filter((x) => x.row.kind === kind && kept().includes(x.row)).map((x) => x.node)).filter((x) => x.length), marks[0].node);
  const names = ["kind", "way", "company", "lecture", "open", "until"];
  for (const name of names) model.on(`change:${name}`, draw);
  draw();
  layout();
  const watch = new ResizeObserver(layout);
  watch.observe(body);
  return () => {
    watch.disconnect();
    names.forEach((name) => model.off(`change:${name}`, draw));
  };
}

export default { render };
