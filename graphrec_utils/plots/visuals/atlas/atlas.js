// Systems of industry by year and kind of graph, with arrows to who is built on another, and a row each, filtered by graph, by what they are built of, by company, by the lecture.
// State: systems, kinds, ways, day (looked up), and what is chosen: kind, way, company ("" for all), lecture,
// open (the name of the system whose cells are shown, "" for none).

import { button, count, frame, h, list, roving, s } from "../base/base.js";

function render({ model, el }) {
  const [systems, kinds, ways, day] = ["systems", "kinds", "ways", "day"].map((x) => model.get(x));
  const { body, controls, say } = frame(el, {
    label: "Atlas of industry",
    help:
      "Choose what to show. Point at a square: its company's other systems and what it is built on light up; a click opens its row under the drawing. A row opens by a click or Enter; the arrow keys go from row to row. " +
      `Looked up on ${day}. † told by a summary of others; what we did not read is left out.`,
  });
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const first = ["kind", "way", "company", "lecture"].map((x) => [x, model.get(x)]);

  const menu = (text, name, values) => {
    const options = ["", ...values].map((value) => h("option", { value }, value || "all"));
    const select = h("select", { class: "gr-at-select", onchange: (event) => put(name, event.target.value) }, ...options);
    return { name, select, node: h("label", {}, `${text} `, select) };
  };
  const companies = [...new Set(systems.map((row) => row.company))].sort();
  const menus = [menu("Graph", "kind", kinds), menu("Built of", "way", ways), menu("Company", "company", companies)];
  const box = h("input", { type: "checkbox", onchange: () => put("lecture", box.checked) });
  controls.append(
    ...menus.map((x) => x.node),
    h("label", {}, box, " in the lecture"),
    button("Show all", () => first.forEach(([name]) => put(name, name === "lecture" ? false : ""))),
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

  // ---- years to the right, a lane for each kind; for the eyes, the rows tell the same
  const years = [...new Set(systems.map((row) => row.year))].sort();
  const inCell = (kind, year) => systems.filter((row) => row.kind === kind && row.year === year);
  const lanes = kinds.map((kind) => 10 + 19 * Math.max(1, ...years.map((year) => inCell(kind, year).length)));
  const [left, wide, head] = [82, 840, 24];
  const column = (wide - left) / years.length;
  const tops = lanes.map((_, k) => head + lanes.slice(0, k).reduce((a, b) => a + b, 0));
  const tall = head + lanes.reduce((a, b) => a + b, 0);
  const place = new Map();
  kinds.forEach((kind, k) => years.forEach((year, x) => inCell(kind, year).forEach((row, j) => place.set(row.name, [left + x * column + 8, tops[k] + 14 + 19 * j]))));
  let pointed = "";
  const marks = new Map(systems.map((row) => {
    const [x, y] = place.get(row.name);
    const point = (name) => () => {
      pointed = name;
      light();
    };
    const name = row.name.length > 15 ? row.name.slice(0, 14) + "…" : row.name;
    const node = s("g", { onpointerenter: point(row.name), onpointerleave: point(""), onclick: () => {
      under = row.name;
      put("open", row.name);
      draw();
      rows.find((z) => z.row === row).toggle.scrollIntoView({ block: "nearest" }); // by a line at most
    } },
      s("rect", { class: "gr-at-hit", x: x - 7, y: y - 9, width: column - 4, height: 18 }),
      s("rect", { class: "gr-at-dot", x: x - 5, y: y - 5, width: 10, height: 10 }),
      s("text", { x: x + 9, y: y + 4 }, name), s("title", {}, `${row.name}, ${row.company}`));
    return [row.name, node];
  }));
  const arrows = systems.flatMap((row) => (row.on ?? []).map((other) => {
    const [[a, b], [c, e]] = [place.get(other), place.get(row.name)];
    const [x, y] = [c - 9, e];
    const [fx, fy] = [a + 6, (b + e) / 2]; // where it comes from at its end
    const long = Math.hypot(x - fx, y - fy);
    const [dx, dy] = [(x - fx) / long, (y - fy) / long];
    const tip = `M${x + 3 * dx} ${y + 3 * dy}L${x - 8 * dx - 5 * dy} ${y - 8 * dy + 5 * dx}L${x - 8 * dx + 5 * dy} ${y - 8 * dy - 5 * dx}z`;
    return { ends: [other, row.name], node: s("g", {}, s("path", { class: "gr-at-arrow", d: `M${a} ${b + 7}Q${fx} ${fy} ${x} ${y}` }), s("path", { class: "gr-at-head", d: tip })) };
  }));
  const picture = s("svg", { viewBox: `0 0 ${wide} ${tall}`, width: wide, height: tall, "aria-hidden": "true", class: "gr-at-time" },
    ...kinds.map((_, k) => s("rect", { class: `gr-at-lane gr-at-lane-${k % 2}`, x: 0, y: tops[k], width: wide, height: lanes[k] })),
    ...kinds.map((kind, k) => s("text", { class: "gr-at-what", x: 4, y: tops[k] + 18 }, kind)),
    ...years.map((year, x) => s("text", { class: "gr-at-what", x: left + x * column, y: 15 }, year)),
    ...arrows.map((x) => x.node),
    ...marks.values(),
  );
  const light = () => {
    const who = systems.find((row) => row.name === pointed);
    const near = new Set(who ? [...arrows.filter((x) => x.ends.includes(pointed)).flatMap((x) => x.ends), ...systems.filter((row) => row.company === who.company).map((row) => row.name)] : []);
    const shown = new Set(rows.filter((x) => !x.node.hidden).map((x) => x.row.name));
    for (const [name, node] of marks) node.setAttribute("class", `gr-at-mark${shown.has(name) ? "" : " gr-at-out"}${near.has(name) ? " gr-at-lit" : ""}${who && !near.has(name) ? " gr-at-dim" : ""}${model.get("open") === name ? " gr-at-open" : ""}`);
    for (const { ends, node } of arrows) node.classList.toggle("gr-at-dim", !ends.every((x) => shown.has(x)) || (!!who && !ends.includes(pointed)));
  };
  body.append(table, picture); // the picture stands above, where there is room for it
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
      x.node.hidden = !fits;
      x.toggle.setAttribute("aria-expanded", String(row.name === open));
      x.node.classList.toggle("gr-at-under", row.name === open && row.name === under);
      x.inside?.remove();
      x.inside = row.name === open ? cells(row) : null;
      if (x.inside) x.node.append(x.inside);
    }
    light();
    const shown = rows.filter((x) => !x.node.hidden).map((x) => x.row);
    const abstracts = shown.filter((row) => row.read === "abstract").length;
    const years = shown.map((row) => row.year);
    say(
      shown.length
        ? `${shown.length} of ${count(systems.length, "system")}, ${Math.min(...years)} to ${Math.max(...years)}; ` +
            `of ${abstracts} (marked ᴬ) only the abstract was read.`
        : "No system is all of this.",
    );
    const now = rows.find((x) => x.row.name === open && !x.node.hidden);
    if (shown.length) settle(now?.toggle ?? visible()[0][0]);
  };
  const settle = roving(table, visible);
  const names = ["kind", "way", "company", "lecture", "open"];
  for (const name of names) model.on(`change:${name}`, draw);
  draw();
  return () => names.forEach((name) => model.off(`change:${name}`, draw));
}

export default { render };
