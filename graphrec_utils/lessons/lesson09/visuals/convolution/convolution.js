// PinSage's convolution: from walks to the new vector of a pin, in six steps.
// State: users (boards), items (pins), likes, vectors ([a, b] of each pin), features (their two names), steps (of the
// walks), paths (of a walk from each pin, as nodes), visits (from each pin, of all), said ([pin][T - 1] = [ids,
// weights, heard, new]), query (a pin), top (T), step.

import { frame, h, list, player, s, slider, travel } from "../../../../plots/visuals/base/base.js";
import { graph } from "../../../../plots/visuals/base/graph.js";

const [CON_WALK, CON_VISITS, CON_TOP, CON_WEIGHTS, CON_HEARD, CON_NEW] = [1, 2, 3, 4, 5, 6];

function render({ model, el }) {
  const [pins, vectors, features, said, visits, paths] = ["items", "vectors", "features", "said", "visits", "paths"].map((x) => model.get(x));
  const m = model.get("users").length;
  const { root, body, controls, say } = frame(el, {
    label: "PinSage's convolution, from walks to a vector",
    help: "Click a pin, or reach it with the arrow keys and press Enter, to ask for it; then Step (← and →). Pull over the bars: the pin under your hand is the last that is heard.",
  });
  const put = (values) => {
    time.stop();
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  // on a telephone closer together: what is written is not to shrink
  const narrow = matchMedia("(max-width: 480px)").matches;
  if (narrow) root.classList.add("gr-con-narrow");
  const net = graph({
    link: narrow ? 70 : undefined,
    users: model.get("users"),
    items: pins,
    likes: model.get("likes"),
    label: "Boards (circles) and pins (squares): press a pin to ask for it",
    verb: "ask for it",
    pick: (v) => (v < m ? say("Boards are the way: they have no content, and no vector.") : put({ query: v - m })),
  });

  // ---- right of the graph, in the same drawing: content, what is heard, the new vector
  const svg = net.node.querySelector("svg");
  const [, , inner, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  const [width, above, reach] = [inner + (narrow ? 180 : 350), 22, 23];
  const [near, far, slim, thick] = narrow ? [30, 131, 15, 23] : [40, 280, 28, 48]; // where bars stand, half their width
  svg.setAttribute("viewBox", `0 ${-above} ${width} ${height + above}`);
  svg.setAttribute("width", width);
  svg.setAttribute("height", height + above);
  const y = (k) => Number(net.names[m + k].getAttribute("y")) - 1;
  const write = (x) => x.toFixed(2).replace("-0.00", "0.00").replace("-", "−");
  const pair = (x) => `(${x.map(write).join(", ")})`;
  const glyph = (x, at, size = reach, wide = slim) => {
    const bars = [0, 1].map((k) => s("rect", { x: x - wide - 1 + (wide + 2) * k, width: wide, y: at, height: 0 }));
    const fill = (values, silent) =>
      bars.forEach((bar, k) => {
        const length = size * Math.abs(values[k]);
        bar.setAttribute("y", values[k] > 0 ? at - length : at);
        bar.setAttribute("height", length);
        bar.setAttribute("class", `gr-con-bar ${values[k] >= 0 ? "" : silent ? "gr-con-silent" : "gr-con-below"}`);
      });
    return { node: s("g", {}, s("line", { class: "gr-con-axis", x1: x - wide - 4, x2: x + wide + 4, y1: at, y2: at }), ...bars), fill, at: [x, at] };
  };
  const join = ([x1, y1], [x2, y2], kind) => s("line", { class: kind, x1: x1 + slim + 6, y1, x2: x2 - thick - 8, y2 });
  const own = pins.map((_, k) => glyph(inner + near, y(k)));
  const heard = glyph(inner + far, 0.28 * height, 80, thick);
  const made = glyph(inner + far, 0.85 * height, 80, thick);
  const flows = own.map((x) => join(x.at, heard.at, "gr-con-flow"));
  const alone = own.map((x) => join(x.at, made.at, "gr-con-on"));
  const on = s("line", { class: "gr-con-on", x1: made.at[0], x2: made.at[0], y1: heard.at[1] + 40, y2: made.at[1] - 84 });
  const small = (x, at, text = "") => s("text", { class: "gr-con-small", x, y: at, "text-anchor": "middle" }, text);
  const [told, spoken] = [heard, made].map(({ at: [x, at] }) => small(x, at + 33));
  svg.prepend(...flows, ...alone, on);
  const later = [[heard, "heard", told], [made, "new vector", spoken]].map(([bars, word, value]) =>
    s("g", {}, small(bars.at[0], bars.at[1] + 17, word), bars.node, value),
  );
  // the pin under a hand on the bars is the last that is heard
  const hear = (k) => {
    const query = model.get("query");
    const top = said[query].at(-1)[0].indexOf(k) + 1;
    if (top === model.get("top")) draw(); // another sentence may stand there
    else if (top) put(model.get("step") < CON_WEIGHTS ? { top, step: CON_WEIGHTS } : { top });
    else say(k === query ? `${pins[k]} does not hear itself: it joins at the end.` : `${pins[k]} is not among those that walks from ${pins[query]} visit most.`);
  };
  const hands = pins.map((_, k) =>
    s("rect", { class: "gr-con-hand", x: inner + near - slim - 6, y: y(k) - reach, width: 2 * slim + 12, height: height / pins.length,
      onpointerdown: () => hear(k), onpointerenter: (event) => event.buttons && hear(k) }));
  svg.append(small(inner + near, 12 - above, features.join(", ")), ...own.map((x) => x.node), ...later, ...hands);
  body.append(h("div", {}, net.node));

  // ---- controls
  const time = player(model, root, () => CON_NEW, 1400);
  const top = slider("top T", { min: 1, max: said[0].length, value: model.get("top") }, (x) => put({ top: x }));
  controls.prepend(...time.nodes, top.node);

  let before = {}; // what was shown
  const draw = () => {
    const [step, query] = ["step", "query"].map((x) => model.get(x));
    const [ids, weights, sum, result] = said[query][model.get("top") - 1];
    const [home, path] = [m + query, paths[query]];
    const count = visits[query];
    top.set(model.get("top"));
    net.all.forEach((name, v) => {
      const k = v - m;
      const full = v === home || (step === CON_WALK ? path.includes(v) : step === CON_VISITS ? count[k] > 0 : step > CON_VISITS && ids.includes(k));
      net.mark(v, `${full ? "gr-full" : step > CON_VISITS && k >= 0 ? "gr-hollow" : "gr-passed"}${v === home ? " gr-start" : ""}`);
      net.names[v].setAttribute("class", v === home ? "gr-strong" : "");
      net.neighbors[v].forEach((w) => net.edge(v, w).classList.remove("gr-used"));
      const place = ids.indexOf(k);
      const under = step >= CON_WEIGHTS && place >= 0 ? `weight ${write(weights[place])}` : `${count[k]} visits`;
      if (k >= 0) net.notes[v].textContent = step >= CON_VISITS ? under : "";
    });
    const hops = path.slice(1).map((v, k) => [path[k], v]);
    if (step === CON_WALK) for (const [v, w] of hops) net.edge(v, w).classList.add("gr-used");
    own.forEach((x, k) => {
      const place = ids.indexOf(k);
      x.fill(vectors[k], step >= CON_HEARD && place >= 0);
      const wide = step < CON_TOP || place < 0 ? 0 : step < CON_WEIGHTS ? 1.5 : 1.5 + 13 * Math.max(0, Math.min(1, weights[place]));
      flows[k].style.strokeWidth = wide;
      alone[k].style.display = step >= CON_NEW && k === query ? "" : "none";
    });
    on.style.display = step >= CON_NEW ? "" : "none";
    heard.fill(step >= CON_HEARD ? sum : [0, 0]);
    made.fill(step >= CON_NEW ? result : [0, 0]);
    later.forEach((node, k) => node.setAttribute("visibility", step >= [CON_TOP, CON_NEW][k] ? "visible" : "hidden"));
    told.textContent = step >= CON_HEARD ? pair(sum) : "";
    spoken.textContent = step >= CON_NEW ? pair(result) : "";

    const name = pins[query];
    const names = ids.map((k) => pins[k]);
    const total = ids.reduce((a, k) => a + count[k], 0);
    // the last word: which of the two has grown more, and who said most of it
    const was = vectors[query];
    const grown = Number(result[1] - was[1] > result[0] - was[0]);
    const parts = ids.map((k, j) => weights[j] * Math.max(0, vectors[k][grown]));
    const most = Math.max(...parts);
    const silent = ids.filter((k) => Math.min(...vectors[k]) < 0).map((k) => pins[k]);
    const nobody = `${name} is on no board: no walk leaves it, and nobody is heard.`;
    const lost = path.length < 2;
    const line = [
      `${name} knows its content alone, ${features.join(" and ")}: ${pair(vectors[query])}. Whom should it hear?`,
      lost ? nobody : `A walk: ${path.map((v) => net.all[v]).join(" → ")}, and home again.`,
      lost ? nobody : `${model.get("steps")} steps of such walks: ${count[query]} of them lead to ${name} itself, the others to those it could hear.`,
      ids.length ? `The most visited are kept: ${list(names)}. All others, and boards, are left behind.` : nobody,
      ids.length ? `A weight is a share of the ${total} visits of those kept: ${list(ids.map((k, j) => `${pins[k]} ${write(weights[j])}`))}.` : nobody,
      ids.length
        ? `Each message goes through a ReLU${silent.length ? `: what is below 0 is not said (${list(silent)})` : ""}. Weighted, they are heard as ${pair(sum)}.`
        : `${nobody} What is heard is ${pair(sum)}.`,
      ids.length
        ? `${features[grown]} went from ${write(was[grown])} to ${write(result[grown])}: of the ${write(sum[grown])} heard, ${pins[ids[parts.indexOf(most)]]} said ${write(most)}. Own and heard together, a ReLU${was[grown] + sum[grown] > 0 ? "" : ", as it is still below 0"}, and the length becomes 1: ${name} is now ${pair(result)}.`
        : `Nobody was heard: ${name} is its content alone, at length 1: ${pair(result)}.`,
    ][step];
    // T in the hand: what is heard, beside what was heard before
    const past = before.top !== model.get("top") && before.query === query && before.step === step ? said[query][before.top - 1] : null;
    before = { top: model.get("top"), query, step };
    if (past && step >= CON_HEARD && ids.length) {
      const [key, word] = step === CON_NEW ? [3, ", and is now"] : [2, "; heard is"];
      const [now, then] = [[ids, weights, sum, result], past].map((x) => pair(x[key]));
      return say(`T = ${before.top}: ${name} hears ${list(names)}${word} ${now}${now === then ? ", as before" : `; with ${list(past[0].map((k) => pins[k]))} it was ${then}`}.`);
    }
    say(line);
  };
  // what flows in this step
  const stepped = () => {
    draw();
    const [step, query] = ["step", "query"].map((x) => model.get(x));
    const [ids] = said[query][model.get("top") - 1];
    const path = paths[query];
    if (step === CON_WALK) net.walk(path.slice(1).map((v, k) => [path[k], v]));
    if (step === CON_HEARD) travel(svg, ids.map((k) => [own[k].at, heard.at, "gr-item"]));
    if (step === CON_NEW) travel(svg, [own[query], heard].map((x) => [x.at, made.at, "gr-item"]));
  };
  const watched = { step: stepped, query: draw, top: draw };
  for (const [name, f] of Object.entries(watched)) model.on(`change:${name}`, f);
  draw();
  return () => {
    time.stop();
    for (const [name, f] of Object.entries(watched)) model.off(`change:${name}`, f);
  };
}

export default { render };
