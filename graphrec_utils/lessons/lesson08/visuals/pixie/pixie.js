// Pixie's walker: pin, board, pin, and after every step a coin that may send it home. Bars count the visits
// of pins; the dashed line is n_v, and the search ends when more than n_p pins have reached it.
// State: users (boards), items (pins), likes, start (a pin), restart, liked (of every node), language,
// favor (how many times as often liked nodes are taken), stop [n_p, n_v], seed, step (how many); answers: the
// pins that a student's function visits, ["start restart"][step], or null. It counts pins: over which board it
// went, and where a walk ended, is not known.

import { button, count, frame, h, list, player, s, slider } from "../../../../plots/visuals/base/base.js";
import { graph } from "../../../../plots/visuals/base/graph.js";

const MOST = 600; // steps, as in the picture; with a student's walk as many as it has

// Mulberry32: the same numbers everywhere for the same seed.
const random = (seed) => () => {
  seed = (seed + 1831565813) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

function render({ model, el }) {
  const [pins, liked, language] = [model.get("items"), model.get("liked"), model.get("language")];
  const m = model.get("users").length;
  const [most, often] = model.get("stop");
  const { root, body, controls, say } = frame(el, {
    label: "Pixie's walker between boards and pins, and the visits of pins",
    help: "Click a pin, or reach it with the arrow keys and press Enter, to begin there.",
  });
  const put = (values) => {
    time.stop();
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const net = graph({
    users: model.get("users"),
    items: pins,
    likes: model.get("likes"),
    label: "Boards (circles) and pins (squares): press a pin to begin there",
    verb: "begin here",
    pick: (v) => {
      if (v < m) return say("A walk begins at a pin; boards are the way.");
      if (!net.neighbors[v].length) return say(`${net.all[v]} is on no board: no walk can leave it.`);
      put({ step: 0, start: v - m });
    },
  });
  net.node.querySelectorAll(".gr-pick").forEach((node, v) => {
    if (liked[v]) node.classList.add("gr-pix-liked");
  });

  // ---- the walk, made as a whole: what is shown are its first steps
  let walk = null;
  const make = () => {
    const [home, back, favor] = [m + model.get("start"), model.get("restart"), model.get("favor")];
    const next = random(model.get("seed"));
    const most_steps = stopping ? MOST : (Object.values(model.get("answers") ?? {})[0]?.length ?? MOST);
    const choose = (v) => {
      const near = net.neighbors[v];
      const weight = near.map((w) => (liked[w] ? favor : 1));
      let left = next() * weight.reduce((a, b) => a + b, 0);
      return near.find((_, k) => (left -= weight[k]) < 0) ?? near.at(-1);
    };
    const visits = net.all.map(() => 0);
    walk = { steps: [], stopped: false, home, yours: false };
    let [at, high] = [home, 0];
    const said = favor === 1 ? model.get("answers")?.[`${home - m} ${back.toFixed(2)}`] : null;
    if (said) {
      // a board that holds the last pin and this one; where there is none, the walk had gone home
      const joint = (v, w) => net.neighbors[v].filter((board) => net.neighbors[w].includes(board));
      for (const k of said) {
        const pin = m + k;
        visits[pin] += 1;
        high += visits[pin] === often;
        const from = joint(at, pin).length ? at : home;
        walk.steps.push({ from, boards: joint(from, pin), pin, returns: false, high });
        at = pin;
      }
      walk.yours = true;
      return;
    }
    while (walk.steps.length < most_steps && !walk.stopped) {
      const board = choose(at);
      const pin = choose(board);
      visits[pin] += 1;
      high += visits[pin] === often;
      const returns = next() < back;
      walk.steps.push({ from: at, board, pin, returns, high });
      at = returns ? home : pin;
      walk.stopped = stopping && returns && high > most;
    }
  };

  // ---- bars: one per pin, and a line at n_v
  const [row, zero, long] = [26, 118, 170];
  const bars = pins.map((name, k) => {
    const y = k * row;
    const bar = s("rect", { x: zero, y: y + 5, height: 16, class: liked[m + k] ? "gr-pix-liked" : "gr-item" });
    const shown = name.length > 14 ? name.slice(0, 13) + "…" : name;
    return { bar, text: s("text", { y: y + 18 }), name: s("text", { x: zero - 8, y: y + 18, "text-anchor": "end" }, shown) };
  });
  const line = s("line", { y1: 0, y2: pins.length * row, class: "gr-pix-line" });
  const chart = s(
    "svg",
    { viewBox: `0 0 340 ${pins.length * row}`, width: 340, height: pins.length * row, role: "img" },
    ...bars.flatMap((x) => [x.bar, x.text, x.name]),
    line,
  );
  // the early stop is told where a preference is, in the branches
  const stopping = liked.some(Boolean);
  const place = h("div", { class: "gr-title" });
  const meter = h("div", {});
  if (!stopping) [line, meter].forEach((node) => (node.style.visibility = "hidden"));
  body.append(h("div", { class: "gr-pix-box" }, h("div", { class: "gr-body gr-pix-row" },
    h("div", {}, place, net.node),
    h("div", {}, h("div", { class: "gr-title" }, stopping ? `visits; the dashed line is n_v = ${often}` : "visits"), chart, meter),
  )));

  // of the pins that were never visited: those that no way over boards joins with home
  const unmet = (visits) => {
    const met = new Set([walk.home]);
    for (const v of met) net.neighbors[v].forEach((w) => met.add(w));
    const apart = pins.filter((_, k) => !visits[m + k] && !met.has(m + k));
    const first = pins.reduce((best, _, k) => (visits[m + k] > visits[m + best] ? k : best), 0);
    return `${stopping ? "" : ` Most: ${pins[first]}, ${visits[m + first]}.`}` + (apart.length ? ` ${list(apart)}: 0, no board joins ${apart.length === 1 ? "it" : "them"} with the rest.` : "");
  };

  let turned = null; // the restart that was just chosen: it is answered by what it spreads
  const about = (visits, step) => {
    const back = model.get("restart");
    const share = Math.round((100 * visits[walk.home]) / Math.max(1, step));
    const whose = model.get("answers") && !walk.yours && !stopping ? " (your walk was asked at another restart, this is the library’s)" : "";
    const spread = step ? ` Of the ${count(step, "visit")} ${share} % stay with ${net.all[walk.home]}.` : "";
    return `Restart ${back.toFixed(2)}: home after every ${Number((1 / back).toFixed(1))} steps, in the mean${whose}.${spread}`;
  };

  const draw = () => {
    const step = Math.max(0, Math.min(walk.steps.length, model.get("step")));
    const visits = net.all.map(() => 0);
    for (const { pin } of walk.steps.slice(0, step)) visits[pin] += 1;
    const now = walk.steps[step - 1];
    const at = now ? (now.returns ? walk.home : now.pin) : walk.home;
    const top = Math.max(2 * often, ...visits);
    net.all.forEach((_, v) => {
      net.mark(v, (v === at ? "gr-full" : "gr-passed") + (v === walk.home ? " gr-start" : ""));
      net.names[v].setAttribute("class", v === at ? "gr-strong" : "");
      net.neighbors[v].forEach((w) => net.edge(v, w).classList.remove("gr-used"));
    });
    for (const board of now?.boards ?? (now ? [now.board] : [])) {
      net.edge(now.from, board).classList.add("gr-used");
      net.edge(board, now.pin).classList.add("gr-used");
    }
    bars.forEach(({ bar, text }, k) => {
      const x = (long * visits[m + k]) / top;
      bar.setAttribute("width", x);
      text.setAttribute("x", zero + x + 6);
      text.textContent = visits[m + k];
    });
    for (const x of ["x1", "x2"]) line.setAttribute(x, zero + (long * often) / top);
    const high = now ? now.high : 0;
    chart.setAttribute("aria-label", pins.map((name, k) => `${name} ${visits[m + k]}`).join(", "));
    meter.textContent = `${count(high, "pin")} with ${often} visits; the search ends with more than ${most}`;
    place.replaceChildren(`step ${step} `, h("span", { class: "gr-yours" }, walk.yours ? "of your walk " : ""), now?.returns ? h("span", { class: "gr-pix-home" }, "⟲ home") : "");
    restart.set(model.get("restart"));
    favor?.set(model.get("favor"));
    const ended = step === walk.steps.length;
    const end = !ended || walk.yours ? "" : walk.stopped ? ` Early stop: ${count(high, "pin")} have ${often} visits.` : ` The ${step} steps are made.${unmet(visits)}`;
    if (turned !== null) return say(about(visits, step));
    say(
      !now
        ? `At home, ${net.all[walk.home]}.${stopping ? "" : " Which pin will the walk visit most, and which never?"}`
        : walk.yours
        ? `Step ${step}: the walk visits ${net.all[now.pin]}${now.boards.length ? `, over ${now.boards.map((x) => net.all[x]).join(" or ")}` : ""}.${ended ? unmet(visits) : ""}`
        : `Step ${step}: ${net.all[now.from]} → ${net.all[now.board]} → ${net.all[now.pin]}` +
            `${now.returns ? `; the coin says home, to ${net.all[walk.home]}` : ""}.${end}`,
    );
  };

  // ---- controls
  const time = player(model, root, () => walk.steps.length, 600);
  const restart = slider("restart", { min: 0.05, max: 0.95, step: 0.05, value: model.get("restart") }, (x) => {
    turned = x;
    put({ restart: x });
    turned = null;
  });
  const favor = liked.some(Boolean)
    ? slider(`${language} ×`, { min: 1, max: 10, value: model.get("favor") }, (x) => put({ step: 0, favor: x }))
    : null;
  controls.prepend(
    ...time.nodes,
    button("To the end", () => time.jump(walk.steps.length)),
    restart.node,
    ...(favor ? [favor.node] : []),
  );
  const anew = () => {
    make();
    draw();
  };
  const watched = { step: draw, start: anew, restart: anew, favor: anew, answers: anew };
  for (const [name, f] of Object.entries(watched)) model.on(`change:${name}`, f);
  anew();
  return () => {
    time.stop();
    for (const [name, f] of Object.entries(watched)) model.off(`change:${name}`, f);
  };
}

export default { render };
