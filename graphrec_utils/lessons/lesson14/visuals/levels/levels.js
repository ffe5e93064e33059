// Two levels of attention as the model has them: neighbors into graphs, graphs into the pin; lines are as wide as their
// weights. Choose a pin, then a graph, and see its neighbors there.
// State: pins ([{ name, itself, graphs: [{ name, looks, near: [[name, weight], …] }] }]), pin, graph.

import { button, frame, h, roving, s } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const pins = model.get("pins");
  const { body, controls, say } = frame(el, {
    label: "Two levels of attention",
    help: "Choose a pin above, then a graph by mouse or with the arrow keys.",
  });
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const write = (x) => x.toFixed(2);
  const cut = (text, length) => (text.length > length ? text.slice(0, length - 1) + "…" : text);

  const tabs = pins.map((pin, k) => button(pin.name, () => put("pin", k)));
  controls.prepend(...tabs);

  // ---- left: the graphs, right: the neighbors in one of them
  const [slot, width, ends] = [46, 330, [12, 84, 312]];
  const high = slot * (pins[0].graphs.length + 1);
  const middle = (k) => slot * (k + 0.5); // the pin itself is first, then the graphs
  const label = (k, text) => s("text", { x: ends[1] + 16, y: middle(k) - 6, class: "gr-lev-name" }, text);
  const own = { line: s("line", { x1: ends[1], y1: middle(0), x2: ends[2], y2: high / 2 }), value: label(0, "") };
  const graphs = pins[0].graphs.map((_, g) => {
    const k = g + 1;
    const line = s("line", { x1: ends[1], y1: middle(k), x2: ends[2], y2: high / 2 });
    const fan = s("g", {});
    const value = label(k, "");
    const choose = s("g", { class: "gr-lev-graph", role: "button", onclick: () => put("graph", g) },
      s("rect", { x: 0, y: middle(k) - slot / 2 + 2, width: ends[1] + 130, height: slot - 4, class: "gr-lev-touch" }),
      fan, s("circle", { cx: ends[1], cy: middle(k), r: 8 }), value);
    return { line, fan, value, choose };
  });
  const left = s("svg", { viewBox: `0 0 ${width} ${high}`, width, height: high, role: "group", "aria-label": "graphs" },
    own.line, ...graphs.map((x) => x.line), s("circle", { cx: ends[1], cy: middle(0), r: 8, class: "gr-user" }), own.value,
    ...graphs.map((x) => x.choose), s("circle", { cx: ends[2], cy: high / 2, r: 12, class: "gr-user" }));
  roving(left, () => graphs.map((x) => [x.choose]), graphs[0].choose);
  left.addEventListener("focusin", (event) => {
    const k = graphs.findIndex((x) => x.choose === event.target);
    if (k >= 0 && k !== model.get("graph")) put("graph", k);
  });
  const [step, zero, long] = [26, 164, 92];
  const chart = s("svg", { viewBox: `0 0 300 ${8 * step}`, width: 300, height: 8 * step, role: "img" });
  const [leftTitle, rightTitle] = [h("div", { class: "gr-title" }), h("div", { class: "gr-title" })];
  body.append(h("div", {}, leftTitle, left), h("div", {}, rightTitle, chart));

  const draw = () => {
    const [at, graph] = ["pin", "graph"].map((x) => model.get(x));
    const pin = pins[at];
    tabs.forEach((x, k) => x.setAttribute("aria-pressed", String(k === at)));
    const wide = (x, most) => 1 + most * x;
    own.line.setAttribute("stroke-width", wide(pin.itself, 24));
    own.line.setAttribute("class", "gr-lev-line gr-lev-own");
    own.value.textContent = `the pin itself ${write(pin.itself)}`;
    graphs.forEach((x, k) => {
      const { name, looks, near } = pin.graphs[k];
      const here = k === graph ? " gr-lev-here" : "";
      const y = middle(k + 1);
      x.fan.replaceChildren(...near.map(([, w], j) =>
        s("line", { x1: ends[0], y1: y + ((j - (near.length - 1) / 2) * (slot - 10)) / 8, x2: ends[1], y2: y, "stroke-width": wide(w, 8), class: `gr-lev-line${here}` })));
      x.line.setAttribute("stroke-width", near.length ? wide(looks, 24) : 0);
      x.line.setAttribute("class", `gr-lev-line${here}`);
      x.value.textContent = `${cut(name, 16)} ${near.length ? write(looks) : "(nobody)"}`;
      x.choose.setAttribute("class", `gr-lev-graph${here}${near.length ? "" : " gr-lev-nobody"}`);
      x.choose.setAttribute("aria-label", `${name}, ${near.length ? write(looks) : "nobody"}`);
      x.choose.setAttribute("aria-pressed", String(k === graph));
    });
    const { name, looks, near } = pin.graphs[graph];
    const top = Math.max(...near.map(([, w]) => w), 0.01);
    chart.replaceChildren(
      ...near.flatMap(([title, w], k) => [
        s("text", { x: zero - 8, y: k * step + 18, "text-anchor": "end" }, cut(title, 22)),
        s("rect", { x: zero, y: k * step + 4, height: 17, width: Math.max(1, (long * w) / top), class: "gr-item" }),
        s("text", { x: zero + 8 + (long * w) / top, y: k * step + 18 }, write(w)),
      ]),
      ...(near.length ? [] : [s("text", { x: 20, y: 30 }, "nobody: this graph is not looked at")]),
    );
    leftTitle.textContent = `${cut(pin.name, 40)} looks at`;
    rightTitle.textContent = `its neighbors in ${name}`;
    chart.setAttribute("aria-label", near.length ? near.map(([title, w]) => `${title} ${write(w)}`).join(", ") : "nobody");
    say(
      near.length
        ? `${pin.name} looks at ${name} with ${write(looks)}; there most at ${near.reduce((a, b) => (b[1] > a[1] ? b : a))[0]}.`
        : `${pin.name} has no neighbor in ${name}: the graph gets nothing, and the others share its part.`,
    );
  };
  const names = ["pin", "graph"];
  for (const name of names) model.on(`change:${name}`, draw);
  draw();
  return () => {
    for (const name of names) model.off(`change:${name}`, draw);
  };
}

export default { render };
