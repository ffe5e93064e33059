// MultiBiSage as a machine: neighbors, a vector for each graph, one vector. A graph can be taken away.
// State: pins ([{ name, itself (or null), graphs: [{ name, looks, near: [[name, weight], …] }] }]), missed
// (graph -> { one: recall with all, other: without it, gap, low, high }), pin, out (a graph's place or -1), seen
// (places of the graphs that have been away).

import { button, frame, h, list, moves, roving, s, travel } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const [pins, missed] = ["pins", "missed"].map((x) => model.get(x));
  const names = pins[0].graphs.map((g) => g.name);
  const known = Object.values(missed);
  const verb = known.length ? "take it away" : "ask about it"; // what a press does
  const lists = !known.length && pins.some((p) => p.graphs.some((g) => g.near.length));
  let ear = null; // of the graph that is asked: a neighbor (else the one heard most)
  const { root, body, controls, say } = frame(el, {
    label: "MultiBiSage: lists of neighbors, a vector for each graph, one vector",
    help: `Lines are as wide as the attention they carry. Press a graph, or reach it with the arrow keys and press Enter, to ${verb}.${lists ? " Then press a neighbor, or go through them by ← and →." : ""}`,
  });
  const put = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const share = (x) => x.toFixed(2);
  const recall = (x) => x.toFixed(3).replace("-0.000", "0.000").replace("-", "−");
  const drop = (k) => {
    const back = model.get("out") === k;
    const seen = model.get("seen");
    put({ seen: seen.includes(k) ? seen : [...seen, k], out: back ? -1 : k });
  };
  const tabs = pins.map((pin, k) => button(pin.name, () => put({ pin: k })));
  const all = button(known.length ? "Put it back" : "All graphs", () => put({ out: -1 }));
  controls.prepend(...(pins.length > 1 ? tabs : []), all);

  // ---- left: the machine, the pin itself in its first row
  // kinds of pins without lists: a press asks who hears the graph, and bars beside the machine answer
  const kinds = pins.filter((p) => !p.name.startsWith("all "));
  const asks = !known.length && kinds.length > 1 && pins.every((p) => p.graphs.every((g) => !g.near.length));
  const alone = !known.length && !asks && !matchMedia("(max-width: 600px)").matches; // nothing stands beside it
  const [row, above, box, fan, cells, flow, end, width] = alone ? [42, 20, 114, 258, 346, 388, 640, 690] : [42, 20, 118, 140, 208, 250, 374, 410];
  const y = (k) => above + row * k + row / 2; // of row k
  const height = y(names.length) + row / 2;
  const middle = (y(0) + y(names.length)) / 2;
  const cell = (x, at, size, kind = "") => s("rect", { x, y: at, width: size, height: size, class: `gr-mac-cell ${kind}` });
  const nobody = ({ looks, near }) => looks === 0 && !near.length;
  const listened = (k) => {
    const near = pins[model.get("pin")].graphs[k].near;
    return ear ?? near.reduce((best, x, j) => (x[1] > near[best][1] ? j : best), 0);
  };
  const rows = [null, ...names].map((name, k) => {
    const own = k === 0 ? "gr-mac-own" : "";
    const label = s("text", { x: 8, y: y(k) + 5 }, name ?? "the pin itself");
    const graph = name && s(
      "g",
      {
        class: "gr-mac-graph",
        role: "button",
        "aria-label": known.length ? `${name}, take away` : `${name}, ask`,
        onclick: () => drop(k - 1),
        onkeydown: (event) => {
          const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
          const many = way && lists && model.get("out") === k - 1 ? pins[model.get("pin")].graphs[k - 1].near.length : 0;
          if (many) {
            event.preventDefault();
            ear = (listened(k - 1) + way + many) % many;
            return draw();
          }
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          drop(k - 1);
        },
      },
      s("rect", { class: "gr-mac-box", x: 2, y: y(k) - 15, width: box - 4, height: 30, rx: 4 }),
      label,
    );
    const path = `M ${flow} ${y(k)} C ${(flow + end) / 2} ${y(k)} ${(flow + end) / 2} ${middle} ${end} ${middle}`;
    return {
      graph,
      head: graph ?? label,
      list: s("g", {}),
      vector: s("g", {}, ...[0, 1, 2, 3].map((c) => cell(cells + 10 * c, y(k) - 5, 10, own))),
      line: s("path", { class: `gr-mac-flow ${own}`, d: path, onclick: () => k && drop(k - 1) }),
      value: s("text", { class: "gr-mac-small", x: cells + 20, y: y(k) - 8, "text-anchor": "middle" }),
    };
  });
  const heads = [["graphs", 2], ...(pins.some((p) => p.graphs.some((g) => g.near.length)) ? [["neighbors", fan - 22]] : []), ["a vector each", cells - 6], ["one", end - 2]];
  const svg = s(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": `The machine: press a graph to ${verb}` },
    ...heads.map(([text, x]) => s("text", { class: "gr-mac-small", x, y: 13 }, text)),
    ...rows.map((x) => x.line),
    ...rows.flatMap((x) => [x.list, x.vector, x.value, x.head]),
    ...[-2, -1, 0, 1].map((c) => cell(end + 1, middle + 15 * c, 15)),
  );
  const graphs = rows.slice(1).map((x) => x.graph);
  roving(svg, () => graphs.map((x) => [x]), graphs[0]);

  // ---- right: what a model finds that was trained without the graph
  const whole = known[0]?.one;
  const ends = known.flatMap((x) => [x.one - x.high, x.one - x.low, x.one]);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const [zero, long] = [122, 142];
  const px = (x) => zero + (long * (x - low)) / (high - low || 1);
  const found = names.map((name, k) => {
    const x = missed[name];
    const at = y(k + 1);
    return {
      name: s("text", { x: zero - 12, y: at + 5, "text-anchor": "end" }, name),
      reach: s("line", { class: "gr-mac-reach", y1: at, y2: at, x1: x && px(x.one - x.high), x2: x && px(x.one - x.low) }),
      dot: s("circle", { r: 6, cx: x && px(x.other), cy: at, class: "gr-item" }),
      value: s("text", { x: zero + long + 12, y: at + 5 }, x ? recall(x.other) : "?"),
      hidden: s("text", { x: zero + 10, y: at + 5, class: x ? "gr-mac-small gr-mac-take" : "gr-mac-small", onclick: () => x && drop(k) }, x ? "take it away" : "not measured"),
    };
  });
  const unit = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5].find((x) => (high - low) / x < 4) ?? 1; // two or three ticks
  const ticks = known.length ? Array.from({ length: 5 }, (_, k) => unit * (Math.ceil(low / unit) + k)).filter((x) => x <= high) : [];
  const chart = known.length > 0 && s(
    "svg",
    { viewBox: `0 0 320 ${height + 20}`, width: 320, height: height + 20, role: "img" },
    s("line", { class: "gr-mac-whole", x1: px(whole), x2: px(whole), y1: above + 8, y2: height }),
    s("text", { class: "gr-mac-small", x: px(whole), y: above, "text-anchor": "middle" }, `with all ${recall(whole)}`),
    s("line", { class: "gr-mac-tick", x1: zero, x2: zero + long, y1: height, y2: height }),
    ...ticks.flatMap((x) => [
      s("line", { class: "gr-mac-tick", x1: px(x), x2: px(x), y1: height, y2: height + 5 }),
      s("text", { class: "gr-mac-small", x: px(x), y: height + 17, "text-anchor": "middle" }, recall(x)),
    ]),
    ...found.flatMap((x) => [x.name, x.reach, x.dot, x.value, x.hidden]),
  );
  const title = h("div", { class: "gr-title" });
  body.append(h("div", { class: "gr-mac-left" }, title, svg));
  root.classList.toggle("gr-mac-losses", known.length > 0);
  const most = Math.max(0.01, ...kinds.flatMap((p) => p.graphs.map((g) => g.looks ?? 0)));
  const hears = kinds.map((p, k) => ({
    p,
    name: s("text", { x: 104, y: y(k) + 5, "text-anchor": "end" }, p.name),
    bar: s("rect", { x: 112, y: y(k) - 9, width: 0, height: 18, class: "gr-item" }),
    value: s("text", { x: 118, y: y(k) + 5 }),
  }));
  const asking = h("div", { class: "gr-title" });
  const who = s("svg", { viewBox: `0 0 320 ${y(kinds.length)}`, width: 320, height: y(kinds.length), role: "img" },
    ...hears.flatMap((x) => [x.name, x.bar, x.value]));
  if (asks) body.append(h("div", { class: "gr-mac-right" }, asking, who));
  if (chart) body.append(h("div", { class: "gr-mac-right" }, h("div", { class: "gr-title" }, "recall@10, trained without it"), chart));

  const draw = () => {
    const [pin, out, seen] = [pins[model.get("pin")], ...["out", "seen"].map((x) => model.get(x))];
    tabs.forEach((x, k) => x.setAttribute("aria-pressed", String(k === model.get("pin"))));
    title.textContent = pin.name;
    const flows = [{ looks: pin.itself, near: [] }, ...pin.graphs];
    rows.forEach((x, k) => {
      const { looks, near } = flows[k];
      const asked = k > 0 && k - 1 === out;
      const away = asked && known.length > 0;
      const empty = away || nobody(flows[k]);
      x.vector.classList.toggle("gr-mac-empty", empty);
      x.line.style.strokeWidth = empty ? 0 : looks === null ? 1.5 : 1 + 27 * looks;
      x.line.classList.toggle("gr-mac-unknown", looks === null);
      x.value.textContent = away ? "away" : empty ? "nobody" : looks === null ? "" : share(looks);
      x.graph?.setAttribute("aria-pressed", String(asked));
      for (const part of [x.line, x.list, x.vector]) part.classList.toggle("gr-mac-pale", !known.length && out >= 0 && !asked && !(k === 0 && pin.graphs.every(nobody)));
      const open = asked && lists && near.length > 0; // its list is opened
      const [apart, side] = open ? [6.6, 6] : [3.8, 3];
      const half = (apart * (near.length - 1)) / 2;
      const mid = open ? Math.min(y(k), height - half - (alone ? 8 : 22)) : y(k);
      const at = (j) => mid + apart * j - half;
      const mine = open ? listened(k - 1) : -1;
      const pale = (j) => (open && j !== mine ? "gr-mac-still" : "");
      const lines = near.map(([, w], j) => s("line", { class: `gr-mac-list ${pale(j)}`, x1: fan, x2: cells - 2, y1: at(j), y2: y(k), "stroke-width": 0.5 + 6 * w }));
      const dots = near.map(([name, w], j) => s("rect", { class: `gr-item ${pale(j)}`, x: fan - 1 - side, y: at(j) - side / 2, width: side + 1, height: side }, s("title", {}, `${name} ${share(w)}`)));
      const plain = k > 0 && !near.length && s("line", { class: "gr-mac-list", x1: box, x2: cells - 2, y1: y(k), y2: y(k) });
      x.list.replaceChildren(...(empty ? [] : plain ? [plain] : [...lines, ...dots]));
      if (!open) return;
      const [name_, w] = near[mine];
      const place = alone ? { x: fan - 14, y: at(mine) + 4, "text-anchor": "end" } : { x: fan - 6, y: at(near.length - 1) + 17 };
      x.list.append(
        s("text", { class: "gr-mac-small gr-mac-ear", ...place }, `${name_} ${share(w)}`),
        ...near.map((_, j) => s("rect", { class: "gr-mac-reachable", x: fan - 30, y: at(j) - apart / 2, width: cells - fan + 20, height: apart, onclick: () => {
          ear = j;
          draw();
        } })),
      );
    });
    found.forEach((x, k) => {
      const there = seen.includes(k);
      for (const part of ["reach", "dot", "value"]) x[part].style.display = there && missed[names[k]] ? "" : "none";
      x.hidden.style.display = there && missed[names[k]] ? "none" : "";
      x.reach.classList.toggle("gr-mac-now", k === out);
      x.name.setAttribute("class", k === out ? "gr-mac-strong" : "");
    });
    if (chart) {
      const told = names.filter((name, k) => seen.includes(k) && missed[name]).map((name) => `${name} ${recall(missed[name].other)}`);
      chart.setAttribute("aria-label", `with all ${recall(whole)}${told.length ? `; without ${told.join(", ")}` : ""}`);
    }
    const name = names[out];
    const x = missed[name];
    // beside the machine: the graph that was pressed, or the one that is heard most
    const beside = out < 0 ? pin.graphs.reduce((a, g, k) => (g.looks > pin.graphs[a].looks ? k : a), 0) : out;
    asking.textContent = `attention to ${names[beside]}, by kind of pin`;
    for (const { p, name: label, bar, value } of hears) {
      for (const x of [label, value]) x.setAttribute("class", p === pin ? "gr-mac-strong" : "");
      const g = p.graphs[beside];
      const wide = (150 * (g.looks ?? 0)) / most;
      bar.setAttribute("width", wide);
      value.setAttribute("x", 118 + wide);
      value.textContent = nobody(g) ? "nobody" : share(g.looks);
    }
    who.setAttribute("aria-label", hears.map((z) => `${z.p.name} ${z.value.textContent}`).join(", "));
    // the one that was taken away before, for the eye to compare
    const past = known.length && out >= 0 ? seen.filter((k) => k !== out && missed[names[k]]).at(-1) : undefined;
    const old = past === undefined ? null : missed[names[past]];
    const heard = pin.graphs.filter((g) => !nobody(g)).sort((a, b) => b.looks - a.looks);
    const silent = pin.graphs.filter(nobody).map((g) => g.name);
    const own = pin.itself;
    const opened = !heard.length
      ? `${pin.name} hears nobody but itself: it is in none of the graphs.`
      : `${pin.name}: most is heard from ${own > heard[0].looks ? `itself, ${share(own)}, then from ` : ""}${heard[0].name}, ${share(heard[0].looks)}.` +
        (silent.length ? ` Nobody in ${list(silent)}: ${silent.length > 1 ? "these graphs say" : "this graph says"} nothing.` : "") +
        (asks ? " Do all kinds hear alike? Press a graph." : known.length && !seen.length ? " Is what is heard most also missed most? Press a graph." : "");
    say(
      out < 0
        ? opened
        : !known.length
        ? answer(pin, out)
        : !x
        ? `${name} is away. What a model finds that was trained without it was not measured.`
        : old
        ? compared(pin, out, past)
        : `A model trained without ${name} finds ${recall(x.other)} instead of ${recall(x.one)}. Lost: ${recall(x.gap)}, from ${recall(x.low)} to ${recall(x.high)}` +
          `${x.low > 0 ? "." : ": that anything is, one cannot tell."} Attention of ${pin.name}: ${share(pin.graphs[out].looks)}.`,
    );
  };
  // the second that is taken away beside the one before: looks, and what is lost without
  const compared = (pin, k, past) => {
    const [a, b] = [past, k].sort((i, j) => pin.graphs[j].looks - pin.graphs[i].looks);
    const [x, y] = [a, b].map((i) => missed[names[i]]);
    const [p, q] = [a, b].map((i) => pin.graphs[i].looks);
    const blind = [a, b].filter((i) => missed[names[i]].low <= 0).map((i) => names[i]);
    const apart = q > 0 && p >= 2 * q && !blind.length && x.low < y.high && y.low < x.high;
    return `${names[a]} has ${share(p)} of the looks of ${pin.name}, ${names[b]} ${share(q)}. Trained without one of them, a model loses ${recall(x.gap)} and ${recall(y.gap)}` +
      (blind.length ? `: that anything is lost without ${list(blind)}, one cannot tell.` : apart ? ". Attention need not be importance." : ".");
  };
  // a press where nothing can be taken away: the first level of a pin, or who hears the graph most
  const answer = (pin, k) => {
    const { name, looks, near } = pin.graphs[k];
    if (near.length) {
      const [who, w] = near.reduce((a, b) => (b[1] > a[1] ? b : a));
      const [one, part] = near[listened(k)];
      if (one !== who) return `In ${name}, ${one} is heard with ${share(part)}; most is heard from ${who}, ${share(w)}. The whole list then counts ${share(looks)}.`;
      const itself = 1 - near.reduce((sum, x) => sum + x[1], 0);
      const rest = itself > 0.005 ? `; the pin itself keeps ${share(itself)}` : "";
      return `In ${name}, ${who} is heard most of ${near.length}, ${share(w)}${rest}. The whole list then counts ${share(looks)}.`;
    }
    if (pin.graphs.every(nobody)) return `${pin.name} has nobody in any graph: it hears itself alone.`;
    const heard = kinds.map((p) => [p.name, p.graphs[k]]);
    const mute = heard.filter(([who, g]) => nobody(g) && who !== pin.name).map(([who]) => who);
    const [most, least] = [1, -1].map((way) => heard.filter(([, g]) => !nobody(g)).sort((a, b) => way * (b[1].looks - a[1].looks))[0]);
    if (!most || (nobody(pin.graphs[k]) && pins.some((p) => p.graphs.some((g) => g.near.length)))) return `${pin.name} has nobody in ${name}: this graph says nothing.`;
    const mine = !kinds.includes(pin) || kinds.length < 2 ? "" : nobody(pin.graphs[k]) ? `${pin.name} have nobody in ${name}. ` : `${pin.name} give ${name} ${share(looks)}. `;
    return `${mine}${mine ? "It" : name} is heard most by ${most[0]}, ${share(most[1].looks)}` +
      (least === most ? "." : `, least by ${least[0]}, ${share(least[1].looks)}.`) + (mute.length ? ` Nobody is there for ${list(mute)}${nobody(pin.graphs[k]) && kinds.includes(pin) ? ", either" : ""}.` : "") +
      (asks ? " That is where they look, not what the graph is worth." : "");
  };
  const flowing = () => {
    ear = null;
    draw();
    const pin = pins[model.get("pin")];
    travel(svg, pin.graphs.flatMap((g, k) => (!nobody(g) && k !== model.get("out") ? [[[flow, y(k + 1)], [end, middle], "gr-item"]] : [])));
  };
  const watched = { pin: flowing, out: flowing, seen: draw };
  for (const [name, f] of Object.entries(watched)) model.on(`change:${name}`, f);
  draw();
  moves(root);
  return () => {
    for (const [name, f] of Object.entries(watched)) model.off(`change:${name}`, f);
  };
}

export default { render };
