// Two levels of attention: choose a pin, then a graph, and see its neighbors there.
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
  const graphs = pins[0].graphs.map((g, k) => {
    const bar = h("span", { class: "gr-lev-bar", "aria-hidden": "true" });
    const value = h("span", { class: "gr-lev-value" });
    const choose = button(g.name, () => put("graph", k), { class: "gr-button gr-lev-graph" });
    return { bar, value, choose, row: h("div", { class: "gr-lev-line" }, choose, bar, value) };
  });
  const own = { bar: h("span", { class: "gr-lev-bar gr-lev-own", "aria-hidden": "true" }), value: h("span", { class: "gr-lev-value" }) };
  const left = h("div", { class: "gr-lev-list" }, h("div", { class: "gr-lev-line" }, h("span", { class: "gr-lev-graph" }, "the pin itself"), own.bar, own.value), ...graphs.map((x) => x.row));
  roving(left, () => graphs.map((x) => [x.choose]), graphs[0].choose);
  left.addEventListener("focusin", (event) => {
    const k = graphs.findIndex((x) => x.choose === event.target);
    if (k >= 0 && k !== model.get("graph")) put("graph", k);
  });
  const [step, zero, long] = [26, 190, 110];
  const chart = s("svg", { viewBox: `0 0 350 ${8 * step}`, width: 350, height: 8 * step, role: "img" });
  const [leftTitle, rightTitle] = [h("div", { class: "gr-title" }), h("div", { class: "gr-title" })];
  body.append(h("div", {}, leftTitle, left), h("div", {}, rightTitle, chart));

  const draw = () => {
    const [at, graph] = ["pin", "graph"].map((x) => model.get(x));
    const pin = pins[at];
    const most = Math.max(pin.itself, ...pin.graphs.map((g) => g.looks), 0.01);
    tabs.forEach((x, k) => x.setAttribute("aria-pressed", String(k === at)));
    const fill = ({ bar, value }, x, text) => {
      bar.style.setProperty("--gr-lev-share", `${Math.round((100 * x) / most)}`);
      value.textContent = text;
    };
    fill(own, pin.itself, write(pin.itself));
    graphs.forEach((x, k) => {
      const { looks, near } = pin.graphs[k];
      fill(x, looks, near.length ? write(looks) : "nobody");
      x.choose.setAttribute("aria-pressed", String(k === graph));
      x.bar.classList.toggle("gr-lev-here", k === graph);
    });
    const { name, looks, near } = pin.graphs[graph];
    const top = Math.max(...near.map(([, w]) => w), 0.01);
    chart.replaceChildren(
      ...near.flatMap(([title, w], k) => [
        s("text", { x: zero - 8, y: k * step + 18, "text-anchor": "end" }, cut(title, 27)),
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
