// One walker on a bipartite graph. At every step a coin decides: back to the start, or along an edge. The
// bars are the shares of its visits, the ticks where they converge: personalized PageRank.
// State: users, items (names), likes (rows of 0 and 1), start (a node), restart, seed, step (how many); answers:
// the shares that a student's function says, ["start restart"][node], or null where there is none.

import { button, frame, h, moves, s, slider, still } from "../../../../plots/visuals/base/base.js";
import { graph } from "../../../../plots/visuals/base/graph.js";

const MOST = 20000; // steps

// Mulberry32: the same numbers everywhere for the same seed.
const random = (seed) => () => {
  seed = (seed + 1831565813) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

function render({ model, el }) {
  const put = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const { root, body, controls, say } = frame(el, {
    label: "A walker that returns to its start, and the shares of its visits",
    help: "Click a node, or reach it with the arrow keys and press Enter, to start there.",
    least: 290,
  });
  const net = graph({
    users: model.get("users"),
    items: model.get("items"),
    likes: model.get("likes"),
    label: "Graph: press a node to start there",
    pick: (v) => {
      turned = null;
      stop();
      put({ step: 0, start: v });
    },
  });
  const N = net.all.length;

  // ---- bars: one per node, and a tick at the exact share
  const [row, zero, long] = [N > 16 ? 18 : 24, 110, 200];
  const bars = net.all.map((name, v) => {
    const y = v * row;
    const bar = s("rect", { x: zero, y: y + 5, height: 14, class: net.isUser(v) ? "gr-user" : "gr-item" });
    const tick = s("line", { y1: y + 2, y2: y + 22, class: "gr-walk-tick" });
    const share = s("text", { x: zero + long + 12, y: y + 17 });
    const shown = name.length > 11 ? name.slice(0, 10) + "…" : name;
    return { bar, tick, share, name: s("text", { x: zero - 8, y: y + 17, "text-anchor": "end" }, shown) };
  });
  const chart = s(
    "svg",
    { viewBox: `0 0 370 ${N * row}`, width: 370, height: N * row, role: "img" },
    ...bars.flatMap((x) => [x.bar, x.tick, x.name, x.share]),
  );
  const title = h("div", { class: "gr-title" }, "share of visits (bar), exact value (line)");
  const place = h("div", { class: "gr-title" });

  // ---- how far the shares are off after 1, 2, 3 … steps, both axes logarithmic
  const [wide, high, pad] = [370, 138, 20];
  const ax = (step) => zero + (long * Math.log10(step)) / Math.log10(MOST);
  const ay = (error) => pad + ((high - 2 * pad) * -Math.log10(Math.max(error, 1e-3))) / 3;
  const curve = s("polyline", { class: "gr-walk-error" });
  const dot = s("circle", { r: 5, class: "gr-walk-dot" });
  const error = s(
    "svg",
    { viewBox: `0 0 ${wide} ${high}`, width: wide, height: high, role: "img", "aria-label": "Error over steps, logarithmic" },
    ...[1, 0.1, 0.01].map((e) => s("line", { class: "gr-walk-grid", x1: ax(1), x2: ax(MOST), y1: ay(e), y2: ay(e) })),
    s("line", { class: "gr-walk-guide", x1: ax(1), y1: ay(1), x2: ax(MOST), y2: ay(1 / Math.sqrt(MOST)) }),
    curve,
    dot,
    ...[1, 0.1, 0.01].map((e) => s("text", { x: zero - 8, y: ay(e) + 5, "text-anchor": "end" }, String(e))),
    ...[1, 100, 10000].map((n) => s("text", { x: ax(n), y: high - 6, "text-anchor": "middle" }, n.toLocaleString("en"))),
  );
  const about = h("div", { class: "gr-title gr-walk-about" }, "visits still misplaced, by step; dashed: 1 / √steps");
  body.append(h("div", {}, place, net.node), h("div", {}, title, chart, about, error));

  // ---- where the shares converge: p = restart e + (1 - restart) Pᵀ p, by iteration
  const exact = () => {
    const [start, restart] = [model.get("start"), model.get("restart")];
    const said = model.get("answers")?.[`${start} ${restart.toFixed(2)}`];
    if (said) return said;
    let p = net.all.map((_, v) => Number(v === start));
    if (!net.neighbors[start].length) return p;
    for (let k = 0; k < 600; k += 1) {
      const next = net.all.map((_, v) => restart * Number(v === start));
      p.forEach((x, v) => net.neighbors[v].forEach((w) => (next[w] += ((1 - restart) * x) / net.neighbors[v].length)));
      p = next;
    }
    return p;
  };

  // ---- the walk; kept as long as only more steps are asked for
  let walk = null;
  const begin = () => {
    const start = model.get("start");
    const visits = net.all.map((_, v) => Number(v === start));
    walk = { next: random(model.get("seed")), visits, at: start, from: null, step: 0, target: exact(), errors: [] };
  };
  const advance = () => {
    const nearby = net.neighbors[walk.at];
    walk.from = walk.at;
    const home = walk.next() < model.get("restart") || !nearby.length;
    walk.at = home ? model.get("start") : nearby[Math.floor(walk.next() * nearby.length)];
    walk.home = home;
    walk.visits[walk.at] += 1;
    walk.step += 1;
    if (walk.step >= 1.1 * (walk.errors.at(-1)?.[0] ?? 0)) walk.errors.push([walk.step, off()]);
  };
  // the share of visits that would have to move: half of all gaps together
  const off = () => walk.visits.reduce((sum, x, v) => sum + Math.abs(x / (walk.step + 1) - walk.target[v]), 0) / 2;

  let turned = null; // the restart before the slider was moved, and the start's line there
  const draw = () => {
    const step = Math.max(0, Math.min(MOST, model.get("step")));
    const single = walk && step === walk.step + 1;
    if (!walk || step < walk.step) begin();
    while (walk.step < step) advance();
    if (single) net.walk([[walk.from, walk.at]]);
    const start = model.get("start");
    const total = walk.step + 1;
    const top = Math.min(1, 2 * Math.max(...walk.target)); // the lines stand still; a bar beyond is cut, its number is not
    let worst = 0;
    net.all.forEach((_, v) => {
      const share = walk.visits[v] / total;
      if (Math.abs(share - walk.target[v]) > Math.abs(walk.visits[worst] / total - walk.target[worst])) worst = v;
      bars[v].bar.setAttribute("width", long * Math.min(1, share / top));
      const x = zero + (long * walk.target[v]) / top;
      bars[v].tick.setAttribute("x1", x);
      bars[v].tick.setAttribute("x2", x);
      bars[v].share.textContent = share.toFixed(3);
      net.mark(v, (v === walk.at ? "gr-full" : "gr-passed") + (v === start ? " gr-start" : ""));
      net.names[v].setAttribute("class", v === walk.at ? "gr-strong" : "");
      net.notes[v].textContent = walk.visits[v] ? `${walk.visits[v]} visit${walk.visits[v] === 1 ? "" : "s"}` : "";
      net.neighbors[v].forEach((w) => net.edge(v, w).classList.remove("gr-used"));
    });
    if (walk.from !== null && !walk.home) net.edge(walk.from, walk.at).classList.add("gr-used");
    curve.setAttribute("points", walk.errors.map(([step, e]) => `${ax(step).toFixed(1)},${ay(e).toFixed(1)}`).join(" "));
    dot.setAttribute("cx", ax(Math.max(1, walk.step)));
    dot.setAttribute("cy", ay(off()));
    place.textContent = `step ${walk.step}: at ${net.all[walk.at]}`;
    restart.set(model.get("restart"));
    const came =
      walk.step === 0
        ? `At the start, ${net.all[start]}. All visits are here so far; in the long run ${walk.target[start].toFixed(2)} of them will be (the line).`
        : walk.home
          ? `Step ${walk.step}: restart, back to ${net.all[walk.at]}, which keeps ${Math.round((100 * walk.visits[start]) / total)} % of the visits.`
          : `Step ${walk.step}: from ${net.all[walk.from]} to ${net.all[walk.at]}.`;
    const gap = walk.visits[worst] / total - walk.target[worst];
    const back = model.get("restart");
    const [was, now] = [turned?.line ?? 0, walk.target[start]].map((x) => x.toFixed(2));
    const learned = was === now ? "" : now > was ? ": home keeps more, all others together less" : ": home keeps less, all others together more";
    chart.setAttribute("aria-label", `Shares of visits, the largest error is ${Math.abs(gap).toFixed(3)}`);
    if (turned && back !== turned.restart)
      return say(`Restart ${back.toFixed(2)}: home after every ${Number((1 / back).toFixed(1))} steps, in the mean; ${net.all[start]}’s line ${was === now ? `stays at ${now}` : `goes from ${was} to ${now}`}${learned}.`);
    if (!walk.step) return say(came);
    say(
      Math.abs(gap) < 0.02 && walk.step >= 100
        ? `${came} The bars lie on the lines: what the walk counts is what the formula says.`
        : `${came} Farthest from its line: ${net.all[worst]}, ${(walk.visits[worst] / total).toFixed(2)} of the visits, its line ${walk.target[worst].toFixed(2)}.`,
    );
  };

  // ---- controls
  let timer = null;
  const stop = () => {
    clearInterval(timer);
    timer = null;
    play.textContent = "▶ Play";
  };
  const more = (number) => {
    turned = null;
    put({ step: Math.min(MOST, model.get("step") + number) });
  };
  const press = (number) => () => {
    stop();
    more(number);
  };
  const play = button("▶ Play", () => {
    if (timer) return stop();
    timer = setInterval(() => more(1), 400);
    play.textContent = "❚❚ Pause";
  });
  play.hidden = still();
  const reset = () => {
    turned = null;
    stop();
    put({ step: 0 });
  };
  const restart = slider("restart", { min: 0.05, max: 0.95, step: 0.05, value: model.get("restart") }, (x) => {
    stop();
    turned ??= { restart: model.get("restart"), line: walk.target[model.get("start")] };
    put({ restart: x }); // as many steps with another chance: the bars answer at once
  });
  controls.prepend(
    button("Step →", press(1)),
    play,
    button("+100", press(100)),
    button("+1,000", press(1000)),
    button("Reset", reset),
    restart.node,
  );
  const anew = () => {
    walk = null;
    draw();
  };
  const watched = { step: draw, start: anew, restart: anew, answers: anew };
  for (const [name, f] of Object.entries(watched)) model.on(`change:${name}`, f);
  draw();
  moves(root);
  return () => {
    stop();
    for (const [name, f] of Object.entries(watched)) model.off(`change:${name}`, f);
  };
}

export default { render };
