// Systems of industry, a row each, filtered by graph, by what they are built of, by company, by the lecture.
// State: systems, kinds, ways, day (looked up), and what is chosen: kind, way, company ("" for all), lecture,
// open (the name of the system whose cells are shown, "" for none).

import { button, count, frame, h, list, roving } from "../base/base.js";

function render({ model, el }) {
  const [systems, kinds, ways, day] = ["systems", "kinds", "ways", "day"].map((x) => model.get(x));
  const { body, controls, say } = frame(el, {
    label: "Atlas of industry",
    help:
      "Choose what to show. A row opens by a click or Enter; the arrow keys go from row to row. " +
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
    if (row.also) told.push(["Also", row.also]);
    told.push(["Source", `${row.source}; read: ${READ[row.read]}`], ["Lesson", row.lesson]);
    if (missing.length) told.push(["Not read", list(missing)]);
    return h("dl", { class: "gr-at-cells" }, ...told.flatMap(([a, b]) => [h("dt", {}, a), h("dd", {}, b)]));
  };
  const rows = systems.map((row) => {
    const toggle = h(
      "button",
      {
        type: "button",
        class: "gr-at-row",
        "aria-expanded": "false",
        onclick: () => put("open", model.get("open") === row.name ? "" : row.name),
      },
      h("span", { class: "gr-at-name" }, row.name, row.read === "abstract" ? h("span", { title: "abstract only" }, " ᴬ") : ""),
      h("span", {}, `${row.company}, ${row.year}`),
      h("span", { class: "gr-at-tag gr-at-kind" }, row.kind + dagger(row, "kind")),
      h("span", { class: "gr-at-tags" }, ...row.by.map((way) => h("span", { class: "gr-at-tag" }, way + dagger(row, "by")))),
    );
    return { row, toggle, inside: null, node: h("div", { role: "listitem" }, toggle) };
  });
  const table = h("div", { class: "gr-at-list", role: "list" }, ...rows.map((x) => x.node));
  body.append(table);
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
      x.inside?.remove();
      x.inside = row.name === open ? cells(row) : null;
      if (x.inside) x.node.append(x.inside);
    }
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
