// OmniSage's losses as switches. State: boxes (name → x, y, words, losses that reach it), edges (from, to, loss),
// losses (letter → name), measured (letters → name → number), on (letters), size (of a box), shares (letters →
// letter → its share in the number trained on, or null), weighed (whether weights change them), batch (letter → examples), same (two lines: who makes each z).

import { button, frame, h, list, roving, s, travel } from "../../../../plots/visuals/base/base.js";
import { pull } from "../../../../plots/visuals/base/pull.js";

const WORDS = { encoder: "the encoder", network: "the feature network", reader: "the user transformer" };

function render({ model, el }) {
  const [boxes, edges, names, measured, [w, tall], shares, weighed, batch, made] = ["boxes", "edges", "losses", "measured", "size", "shares", "weighed", "batch", "same"].map((x) => model.get(x));
  const { body, controls, say } = frame(el, {
    label: "Three losses",
    help: "Switch each loss on and off. Each has a color: its lines are thick, and whoever gets its gradient carries a stripe of it. Press a part, or reach it with the arrow keys, to ask whose." +
      (weighed ? " Pull a seam between the encoder's stripes (or ←, →): so you weigh the losses." : ""),
  });
  const narrow = matchMedia("(max-width: 600px)").matches;
  const across = narrow ? 0.55 : 1.25; // of the grid the boxes are given in
  const [wide, room] = [w * across, 640 * across];
  const at = (name) => [boxes[name][0] * across, boxes[name][1]];
  const heart = (name) => [at(name)[0] + wide / 2, at(name)[1] + tall / 2];
  const flip = (letter) => {
    const now = model.get("on");
    model.set("on", Object.keys(names).filter((k) => now.includes(k) !== (k === letter)).join(""));
    model.save_changes();
    // what is asked of the vectors goes back to whom it can change
    if (model.get("on").includes(letter)) travel(svg, [...edges.filter((e) => e[2] === letter), ["encoder", "found"], ...(letter === "u" ? [["encoder", "history"]] : [])].map(([one, other]) => [heart(other), heart(one), ""]));
  };
  const switches = Object.entries(names).map(([k, name]) => [k, button("", () => flip(k), { "aria-pressed": "false" }), h("span")]);
  switches.forEach(([k, node, part]) => node.append(h("i", { class: `gr-tw-key gr-tw-${k}` }), names[k], part));
  let mean = false; // whether all questions go into one mean, for the reader to compare
  const one = shares && button("one mean over all", () => {
    mean = !mean;
    draw();
  }, { "aria-pressed": "false" });
  const weights = Object.fromEntries(Object.keys(names).map((k) => [k, 1]));
  const equal = weighed && button("All weights 1", () => {
    for (const k of Object.keys(names)) weights[k] = 1;
    draw();
  });
  controls.prepend(...switches.map(([, node]) => node), one ?? "", equal || "");
  const lines = edges.map(([one, other, loss]) => {
    const [[x, y], [a, b]] = [at(one), at(other)];
    return [loss, s("path", { d: `M${x + wide} ${y + tall / 2}L${a} ${b + tall / 2}`, class: `gr-tw-edge gr-tw-${loss || "none"}` })];
  });
  const [from, top] = at("encoder");
  const same = made.map((words, k) => s("text", { x: from + wide + 10, y: top + 14 + 17 * k }, words));
  const wrap = (words) =>
    words.split(" ").reduce((rows, word) => {
      const last = rows.at(-1);
      if (last && last.length + word.length < (narrow ? 12 : 20)) rows[rows.length - 1] = `${last} ${word}`;
      else rows.push(word);
      return rows;
    }, []);
  const shapes = Object.entries(boxes).map(([name, [, , words, losses]]) => {
    const [x, y] = at(name);
    const box = s("rect", { x, y, width: wide, height: tall, rx: 8, class: "gr-tw-box" });
    const rows = wrap(words);
    const label = rows.map((part, k) =>
      s("text", { x: x + wide / 2, y: y + tall / 2 + 1 + (k - (rows.length - 1) / 2) * 17, "text-anchor": "middle" }, part),
    );
    const stripes = [...losses].map((k) => [k, s("rect", { y: y + tall - 11, height: 8, class: `gr-tw-stripe gr-tw-${k}` })]);
    const ask = () => {
      asked = name;
      draw();
    };
    const node = s("g", { role: "button", tabindex: -1, class: "gr-tw-part", "aria-label": words, onclick: () => performance.now() > pulled + 500 && ask(), onfocus: (event) => event.target.matches(":focus-visible") && ask(),
      onkeydown: (event) => event.key === "Enter" && ask() }, box, ...stripes.map((z) => z[1]), ...label);
    return { name, words, losses, box, stripes, node, x, y };
  });
  // seams between the stripes of the encoder, to be pulled: so the losses are weighed
  let [part, cuts] = [null, []]; // shares as drawn; [x, its left loss, its right one] of each seam
  const [left, foot] = [at("encoder")[0] + 8, at("encoder")[1] + tall - 7];
  let pulled = -1e9; // a finger that lets go of a seam taps what lies under it
  const weigh = (j, share) => {
    pulled = performance.now();
    const [, a, b] = cuts[j];
    if (!part[a] || !part[b]) return;
    const both = part[a] + part[b];
    const mine = Math.max(0.01, Math.min(both - 0.01, share));
    [weights[a], weights[b]] = [(weights[a] * mine) / part[a], (weights[b] * (both - mine)) / part[b]];
    const on = [...model.get("on")];
    const sum = on.reduce((all, k) => all + weights[k], 0);
    for (const k of on) weights[k] *= on.length / sum;
    draw();
  };
  const seams = weighed ? [0, 1].map((j) => s("g", { class: "gr-tw-seam", role: "slider", "aria-valuemin": 0, "aria-valuemax": 100, onkeydown: (event) => {
    const by = { ArrowLeft: -0.05, ArrowRight: 0.05 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    weigh(j, part[cuts[j][1]] + by);
  } }, s("rect", { x: -12, y: -18, width: 24, height: 30 }), s("circle", { r: 6 }))) : [];
  let asked = null;
  const svg = s("svg", { viewBox: `0 0 ${room} 290`, width: room, height: 290, role: "group", "aria-label": "parts of OmniSage" }, ...lines.map(([, x]) => x), ...same, ...shapes.map((x) => x.node), ...seams);
  seams.forEach((node, j) => pull(svg, (x) => weigh(j, (x - left) / (wide - 16) - (cuts[j - 1] ? (cuts[j - 1][0] - left) / (wide - 16) : 0)), { node }));
  // arrow keys go as the boxes stand
  const rows = [...new Set(shapes.map((x) => x.y))].sort((a, b) => a - b).map((y) => shapes.filter((x) => x.y === y).sort((a, b) => a.x - b.x).map((x) => x.node));
  roving(svg, () => rows, rows[0][1]);
  body.append(h("div", {}, svg));

  const percent = (x) => `${Math.round(100 * x)} %`;
  const whose = (part) => {
    const all = Object.entries(part);
    const [first, share] = all.reduce((x, y) => (y[1] > x[1] ? y : x));
    const uneven = all.some(([k]) => Math.abs(weights[k] - 1) > 0.005);
    const so = `${mean ? "One mean over all questions, w" : "W"}eights ${list(all.map(([k]) => weights[k].toFixed(2)))}: `;
    if (uneven && all.length > 1)
      return so + (all.every(([, x]) => Math.abs(x - 1 / all.length) < 0.02)
        ? `each has about ${percent(1 / all.length)} of the number.${mean ? " The many questions of one had to be weighed down for it." : ""}`
        : `“${names[first]}” has ${percent(share)} of the number. The encoder learns most of what it asks for; whether that finds more, only a test tells.`);
    if (all.length < 2) return `“${names[first]}” alone: all of the number is its. Switch on another: who has more of it then?`;
    const alike = all.every(([, x]) => Math.abs(x - 1 / all.length) < 0.005);
    if (alike && mean) return `One mean over all questions: each has ${percent(1 / all.length)}, for each has ${batch[first].toLocaleString("en-US")} questions. Now switch on “${names.u}”.`;
    const questions = all.reduce((sum, [k]) => sum + batch[k], 0);
    if (alike)
      return `Each has ${percent(1 / all.length)} of the number, with ${list(all.map(([k]) => batch[k].toLocaleString("en-US")))} questions in the batch: how many there are decides nothing, your weights do${weighed ? " (pull a seam)" : ""}. One mean over all would give them ${list(all.map(([k]) => percent(batch[k] / questions)))}.`;
    return `${mean ? "One mean over all questions: " : ""}“${names[first]}” has ${percent(share)} of the number${batch[first] > 1000 ? `, for it has ${batch[first].toLocaleString("en-US")} questions in the batch` : ""}: the encoder learns what it asks for, and little of the rest.`;
  };
  const draw = () => {
    const on = model.get("on");
    const reached = (losses) => [...losses].some((k) => on.includes(k));
    const questions = [...on].reduce((sum, k) => sum + batch[k], 0);
    const raw = mean ? Object.fromEntries([...on].map((k) => [k, batch[k] / questions])) : shares?.[on];
    const total = [...on].reduce((sum, k) => sum + weights[k] * (raw?.[k] ?? 0), 0);
    part = raw && total ? Object.fromEntries([...on].map((k) => [k, (weights[k] * raw[k]) / total])) : raw;
    one?.setAttribute("aria-pressed", String(mean));
    switches.forEach(([k, node, share]) => {
      node.setAttribute("aria-pressed", String(on.includes(k)));
      share.textContent = part && k in part ? ` ${percent(part[k])}` : "";
    });
    const mine = shapes.find((x) => x.name === asked)?.losses;
    lines.forEach(([loss, line]) => {
      const lit = loss !== "" && on.includes(loss);
      line.classList.toggle("gr-tw-flow", lit);
      line.classList.toggle("gr-tw-pale", mine !== undefined && !(lit && mine.includes(loss)));
      line.style.strokeWidth = lit && part ? `${1.5 + 10 * part[loss]}px` : "";
    });
    cuts = [];
    if (part) [...on].slice(1).reduce((x, k, j) => (cuts.push([x + (wide - 16) * part[on[j]], on[j], k]), cuts[j][0]), left);
    seams.forEach((node, j) => {
      node.setAttribute("visibility", cuts[j] ? "visible" : "hidden");
      node.setAttribute("tabindex", cuts[j] ? 0 : -1);
      if (!cuts[j]) return;
      const [x, a, b] = cuts[j];
      node.setAttribute("transform", `translate(${x} ${foot})`);
      node.setAttribute("aria-label", `seam between ${names[a]} and ${names[b]}`);
      node.setAttribute("aria-valuenow", Math.round(100 * part[a]));
    });
    shapes.forEach(({ name, losses, box, stripes, x }) => {
      box.classList.toggle("gr-tw-lit", reached(losses));
      box.classList.toggle("gr-tw-asked", name === asked);
      const shown = stripes.filter(([k]) => on.includes(k));
      stripes.forEach(([k, bar]) => {
        const j = shown.findIndex((z) => z[0] === k);
        bar.setAttribute("visibility", j < 0 ? "hidden" : "visible");
        // as wide as its share of those that reach the part; all alike where no share is known
        const weigh = (z) => (part ? part[z] : 1);
        const unit = (wide - 16) / (shown.reduce((sum, z) => sum + weigh(z[0]), 0) || 1);
        bar.setAttribute("x", x + 8 + unit * shown.slice(0, Math.max(0, j)).reduce((sum, z) => sum + weigh(z[0]), 0));
        bar.setAttribute("width", j < 0 ? 0 : Math.max(2, unit * weigh(k) - 2));
      });
    });
    if (asked) {
      const { words, losses } = shapes.find((x) => x.name === asked);
      const who = [...losses].filter((k) => on.includes(k)).map((k) => names[k]);
      asked = null;
      return say(!losses ? `“${words}” is data: no gradient changes it.` : who.length ? `“${words}” learns from ${list(who)}.` : `“${words}” gets no gradient from the losses that are on.`);
    }
    if (!on) return say("No loss is on: nothing learns.");
    const parts = shapes.filter(({ name, losses }) => WORDS[name] && reached(losses)).map(({ name }) => WORDS[name]);
    const idle = shapes.filter(({ name, losses }) => WORDS[name] && !reached(losses)).map(({ name }) => WORDS[name]);
    const found = Object.entries(measured[on] ?? {}).map(([name, x]) => `${name} ${x.toFixed(3)}`);
    if (part) return say(whose(part));
    say(
      `Gradients reach ${list(parts)}.` +
        (on.length > 1 ? ` ${on.length > 2 ? "All three" : "Both"} losses meet in the encoder.` : "") +
        (idle.length ? ` Nothing reaches ${idle.join(" and ")}.` : "") +
        (on.includes("f") ? "" : " Lost: what a board can teach about a pin before anybody engages with it.") +
        (found.length ? ` Measured recall@10: ${found.join(", ")}.` : ""),
    );
  };
  model.on("change:on", draw);
  draw();
  return () => model.off("change:on", draw);
}

export default { render };
