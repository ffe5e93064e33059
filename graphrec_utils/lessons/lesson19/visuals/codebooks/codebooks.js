// Two books of words on a plane. State: points (n × 2), films (way -> epoch, as long as anything moves -> words, used, codes (a digit each), left (over after the
// first book, after both), ours (the library's left, if a function's is another), calls (what revival did to each book, if anything: `record` of __init__.py)),
// kmeans, revive, step (the epoch), chosen (a first word), yours (a function's), failed (a function did).

import { button, count, frame, h, player, roving, s } from "../../../../plots/visuals/base/base.js";
import { nearest, pull } from "../../../../plots/visuals/base/pull.js";

// what a call of a function did to its words: a living one it moved, a dead one it left, or put (all but "right" is not as the library does)
const DID = {
  living: "",
  renumbered: "",
  stayed: "where it was",
  pile: "all in one place",
  taken: "on a living word",
  emptied: "where a living word was",
  buried: "where a dead word lay",
  by: "beside a living word",
  one: "all on one point",
  heap: "all in one place, on no point",
  order: 'on a point that "order" names first, but not in its order',
  other: 'on a point that "order" names later',
  apart: "on another point than ours",
  first: 'on the first of "rest", not of "order"',
  beside: "beside a point, not on it",
  nowhere: "where no point is",
  right: "where ours does",
};
const more = (text) => text.replace(/\ba ((living |dead )?\w+)/, "$1s").replace("another point", "other points").replace("on it", "on them").replace("it was", "they were").replace("words was", "words were");
const wrongs = (call = {}) => Object.keys(DID).filter((kind) => kind !== "right" && call[kind]);
const did = (call, brief) => {
  const { living = [], renumbered, rare: [most] = [], died = [], turn = [], lives = [], took: [k, mine, ours] = [] } = call;
  const deaths = died.length ? ` ${count(died.length, "living word")} died of it.` : "";
  if (renumbered) return `put the words where ours are, but under other numbers: a code now means another word.${deaths}`;
  const example = turn.length ? ' It takes "order" as ours does: check how it finds the dead.' : k === undefined ? "" : ` Word ${k} took rest[order[${mine}]], ours rest[order[${ours}]].`;
  const several = living.length > 1;
  const said = living.length ? [`moved ${several ? `${living.length} living words` : "a living word"}${most && !brief ? ` that spelled ${several ? "at most " : ""}${most}` : ""}`] : [];
  const of_dead = Object.keys(DID).filter((kind) => call[kind] && kind !== "living" && !(brief && kind === "right"));
  const verbs = of_dead.map((kind) => (["stayed", "pile"].includes(kind) ? "left " : "put "));
  of_dead.forEach((kind, k) => {
    const n = call[kind].length;
    const verb = verbs[k] === verbs[k - 1] ? "" : verbs[k];
    const fates = ["one", "heap"].includes(kind) ? `: ${lives.length || "none"} of them revived` : "";
    said.push(`${verb}${k ? n : count(n, "dead word")} ${n > 1 ? more(DID[kind]) : DID[kind]}${fates}`);
  });
  return `${said.slice(0, -1).join(", ")}${said.length > 1 ? ", and " : ""}${said.at(-1)}.${example}${deaths}`;
};

// the part of a shape no farther from a than from b: all of it if they are in one place
const cut = (shape, a, b) => {
  const much = ([x, y]) => (a[0] - b[0]) * (2 * x - a[0] - b[0]) + (a[1] - b[1]) * (2 * y - a[1] - b[1]);
  return shape.flatMap((p, k) => {
    const q = shape[(k + 1) % shape.length];
    const [u, v] = [p, q].map(much);
    return [u >= 0 && p, u >= 0 !== v >= 0 && p.map((x, i) => x + ((q[i] - x) * u) / (u - v))].filter(Boolean);
  });
};

function render({ model, el }) {
  const [points, given] = ["points", "films"].map((x) => model.get(x));
  const epochs = given["anywhere"].length - 1;
  const films = Object.fromEntries(Object.entries(given).map(([name, f]) => [name, Array.from({ length: epochs + 1 }, (_, k) => f[Math.min(k, f.length - 1)])]));
  const wrong = Object.values(films).flat().some((f) => f.calls?.some((call) => wrongs(call).length));
  const { root, body, controls, say } = frame(el, {
    label: "Books of words",
    help: `Pull the curve through the epochs, or use → and ←. Press a word. Squares: first words, hollow if they spell nothing (†); a dashed road leads from where a dead word lay to where revival has put it${wrong ? ", a whole one from where a living word was; dotted is where ours would put the dead" : ""}. Blue: what the chosen word spells, and where no other is nearer. A dead one is tied to its nearest point, and that to the word that spells it. The second book adds to it: triangles. Thin curves: other switches.`,
    least: 260,
  });
  root.classList.toggle("gr-cb-asked", model.get("yours") || model.get("failed"));
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const start_of = () => (model.get("kmeans") ? "k-means" : "anywhere");
  const way = () => `${start_of()}${model.get("revive") ? ", revived" : ""}`;
  const [size, middle] = [312, 156];
  // as far as the farthest word; one that a function sends very far off is cut off
  const farthest = (...names) => Math.max(...[points, ...names.flatMap((name) => films[name]).map((f) => f.words[0])].flat(2).map(Math.abs));
  const reach = 1.06 * Math.min(farthest(...Object.keys(films)), 1.5 * farthest("anywhere", "k-means"));
  const at = ([x, y]) => [middle + (147 * x) / reach, middle - (147 * y) / reach].map((z) => Number(z.toFixed(1)));
  const dots = points.map((p) => s("circle", { cx: at(p)[0], cy: at(p)[1], r: 3.5, class: "gr-cb-point" }));
  const first = films["anywhere"][0].words[0].map((_, k) =>
    s("g", { class: "gr-cb-word", onclick: () => put("chosen", k) }, s("rect", { x: -7, y: -7, width: 14, height: 14 })),
  );
  // ways of the revived, from where they lay
  const [second, ways] = [s("g", {}), s("g", {})];
  // where no word is nearer than the chosen one
  const cell = s("polygon", { class: "gr-cb-cell" });
  const nearer = s("g", {});
  const labels = s("g", {});
  const ours_alone = s("text", { class: "gr-cb-label gr-yours", x: 10, y: size - 10 }, "ours, not yours");
  const plane = s(
    "svg",
    { viewBox: `0 0 ${size} ${size}`, width: size, height: size, role: "img" },
    s("rect", { class: "gr-cb-frame", x: 0.5, y: 0.5, width: size - 1, height: size - 1 }),
    cell, ...dots, ways, second, ...first, nearer, labels, ours_alone,
  );
  const words = first.map((_, k) => button(`word ${k}`, () => put("chosen", k)));
  const list = h("div", { class: "gr-cb-words", role: "group", "aria-label": "First words" }, ...words);
  const counts = h("div", { class: "gr-title" });
  const told = h("p", {});
  // ---- what is left over, epoch by epoch, on a logarithmic axis: all ways thin to the end and named there, this one thick as far as shown
  const [wide, tall] = [430, 128];
  // the second book is shown when somebody asks for it
  let both = false;
  const lefts = Object.values(films).flat().flatMap((f) => [...f.left, ...(f.ours ?? [])]);
  const [low, high] = [Math.min(...lefts), Math.max(...lefts)].map(Math.log);
  const px = (k) => 30 + ((wide - 152) * k) / epochs;
  const py = (value) => 8 + ((tall - 54) * (high - Math.log(value))) / Math.max(1e-9, high - low);
  const falls = Object.fromEntries(Object.keys(films).map((name) => [name, s("polyline", { class: "gr-cb-fall" })]));
  const roads = Object.fromEntries(Object.keys(films).map((name) => [name, s("polyline", { class: "gr-cb-thin" })]));
  const NAMES = { anywhere: "neither", "anywhere, revived": "revive", "k-means": "k-means", "k-means, revived": "both" };
  const ends = Object.fromEntries(Object.keys(films).map((name) => [name, s("text", { x: px(epochs) + 12 }, NAMES[name])]));
  const dotted = s("polyline", { class: "gr-cb-ours" });
  ends.ours = s("text", { x: px(epochs) + 12 }, "ours, dotted");
  const here = s("circle", { r: 8, class: "gr-cb-here" });
  const chart = s("svg", { viewBox: `0 0 ${wide} ${tall}`, width: wide, height: tall, role: "img" },
    s("line", { x1: 8, x2: px(epochs), y1: tall - 22, y2: tall - 22, class: "gr-cb-axis" }),
    ...[1, 10].filter((v) => Math.log(v) > low && Math.log(v) < high).flatMap((v) => [s("line", { x1: 26, x2: px(epochs), y1: py(v), y2: py(v), class: "gr-cb-grid" }), s("text", { x: 22, y: py(v) + 5, "text-anchor": "end" }, v)]),
    ...Object.values(roads), ...Object.values(falls), dotted, ...Object.values(ends), here,
    ...[0, epochs].map((k) => s("text", { x: px(k), y: tall - 5, "text-anchor": k ? "end" : "start" }, `epoch ${k}`)));
  pull(chart, (x) => play.jump(nearest(Array.from({ length: epochs + 1 }, (_, k) => px(k)), x)));
  body.append(h("div", {}, plane), h("div", {}, counts, list, told, h("div", { class: "gr-title" }, "left over: mean squared distance, points to words (log axis)"), chart));
  const spelled = films[way()][model.get("step")].used[0];
  // at first one that spells something
  if (!spelled[model.get("chosen")]) model.set("chosen", spelled.indexOf(Math.max(...spelled)));
  roving(list, () => [words], words[model.get("chosen")]);

  const play = player(model, root, () => epochs, 600);
  const start = button("start at k-means", () => put("kmeans", !model.get("kmeans")));
  const again = button("revive", () => put("revive", !model.get("revive")));
  const more = button("second book", () => {
    both = !both;
    draw();
  });
  controls.append(...play.nodes, start, again, more);

  // a label beside one of its spots, where it covers least and lies within the picture
  const label = (text, spots, covered) => {
    const wide = 9 * text.length;
    const cost = ([x, y]) => (Math.min(x, y, size - wide - x, size - 18 - y) < 0 ? 99 : 0) + covered.reduce((sum, [a, b, much]) => sum + (a > x - 9 && a < x + wide + 9 && b > y - 8 && b < y + 26 ? much : 0), 0);
    // what is cut off is named at the edge
    const within = (z) => Math.max(20, Math.min(size - 20, z));
    const sides = spots.map((z) => z.map(within)).flatMap(([x, y]) => [-9, -30, 12, -50, 32].flatMap((up) => [[x - wide - 13, y + up, "end", x - 13], [x + 13, y + up, "start", x + 13], [x - wide / 2, y + up, "middle", x]]));
    if (!sides.length) return [];
    const [left, top, anchor, x] = sides.reduce((best, side) => (cost(side) < cost(best) ? side : best));
    covered.push(...[0, 0.25, 0.5, 0.75, 1].map((part) => [left + part * wide, top + 9, 9]));
    return [s("text", { class: `gr-cb-label${text === "ours" ? " gr-cb-theirs" : ""}`, x, y: top + 14, "text-anchor": anchor }, text)];
  };

  const draw = () => {
    const [step, chosen] = ["step", "chosen"].map((x) => model.get(x));
    const film = films[way()];
    const { words: [one, two], used, codes, left: over, ours, calls: [call] = [{}] } = film[step];
    const alive = used.map((book) => book.filter(Boolean).length);
    const dies = one.length - alive[0];
    const past = film[Math.max(0, step - 1)];
    const { from: moved = [], stood = [], due = [], right = [], living = [] } = call;
    const placed = [...moved.map(([k]) => k), ...living];
    // without a move of its own
    const woken = past.used[0].filter((x, k) => !x && used[0][k] && !placed.includes(k)).length;
    const left = over[Number(both)];
    const failed = model.get("failed") && model.get("revive");
    start.setAttribute("aria-pressed", model.get("kmeans"));
    again.setAttribute("aria-pressed", model.get("revive"));
    more.setAttribute("aria-pressed", both);
    dots.forEach((dot, k) => dot.classList.toggle("gr-cb-own", Number(codes[k]) === chosen));
    // words of one place fan out towards the middle, so that each is seen, and can be pressed
    const spots = one.map(at);
    cell.setAttribute("points", spots.reduce((shape, z) => cut(shape, spots[chosen], z), [[1, 1], [311, 1], [311, 311], [1, 311]]));
    const piles = spots.map(([x, y]) => spots.flatMap(([a, b], k) => (Math.hypot(a - x, b - y) < 4 ? [k] : [])));
    const places = spots.map((z, k) => z.map((x) => x + 5 * piles[k].indexOf(k) * (x > middle ? -1 : 1)));
    first.forEach((node, k) => {
      node.setAttribute("transform", `translate(${places[k].join(" ")})`);
      node.classList.toggle("gr-cb-dead", !used[0][k]);
      node.classList.toggle("gr-cb-chosen", k === chosen);
      words[k].textContent = `word ${k}${used[0][k] ? "" : " †"}`;
      words[k].setAttribute("aria-pressed", k === chosen);
    });
    const curve = (pairs) => pairs.map((pair, k) => `${px(k)},${py(pair[Number(both)])}`).join(" ");
    for (const [name, fall] of Object.entries(falls)) {
      fall.setAttribute("points", curve(films[name].slice(0, step + 1).map((f) => f.left)));
      fall.classList.toggle("gr-cb-this", name === way());
    }
    // names at the ends make room; ways of one curve share a line
    const seen = new Map();
    for (const [name, road] of Object.entries(roads)) {
      const whole = curve(films[name].map((f) => f.left));
      road.setAttribute("points", whole);
      const first_of = seen.get(whole);
      ends[name].toggleAttribute("hidden", Boolean(first_of));
      ends[name].replaceChildren(s("tspan", name === way() ? { class: "gr-cb-this" } : {}, NAMES[name]));
      if (first_of) ends[first_of].append(", ", ...ends[name].childNodes);
      else seen.set(whole, name);
    }
    const theirs = films[`${start_of()}, revived`];
    const another = theirs.some((f) => f.ours && f.ours[Number(both)] !== f.left[Number(both)]);
    const library = another ? theirs.map((f) => f.ours ?? f.left) : [];
    dotted.setAttribute("points", curve(library));
    ends.ours.toggleAttribute("hidden", !another);
    const last = [...[...seen.values()].map((name) => [name, films[name].at(-1).left]), ...(another ? [["ours", library.at(-1)]] : [])];
    const named = last.map(([name, pair]) => ({ name, y: py(pair[Number(both)]) + 5 })).sort((a, b) => a.y - b.y);
    for (let again = 0; again < 9; again += 1) named.forEach((a, k) => {
      const b = named[k + 1];
      const near = b ? Math.max(0, 15 - (b.y - a.y)) / 2 : 0;
      if (near) (a.y -= near), (b.y += near);
    });
    for (const { name, y } of named) ends[name].setAttribute("y", y);
    here.setAttribute("cx", px(step));
    here.setAttribute("cy", py(left));
    chart.setAttribute("aria-label", `left over in epoch ${step}: ${left.toFixed(2)}`);
    const heaps = spots.map(([x, y]) => spots.flatMap(([a, b], k) => (Math.hypot(a - x, b - y) < 0.5 ? [k] : []))).filter((these, k) => these.length > 2 && these[0] === k);
    // those of a heap are told there
    const dead = first.flatMap((_, k) => (used[0][k] || heaps.flat().includes(k) ? [] : [k]));
    const way_of = (kind) => ([k, ...lay]) => {
      const [[x1, y1], [x2, y2]] = [lay, one[k]].map(at);
      return [s("line", { x1, y1, x2, y2, class: kind }), s("rect", { x: x1 - 7, y: y1 - 7, width: 14, height: 14, class: kind })];
    };
    const rings = due.map(([, ...z]) => at(z));
    const owed = due.map(([k], i) => [at(one[k]), rings[i]]).map(([[x1, y1], [x2, y2]]) => s("line", { x1, y1, x2, y2, class: "gr-cb-owed" }));
    ways.replaceChildren(...owed, ...stood.flatMap(way_of("gr-cb-way gr-cb-lived")), ...moved.flatMap(way_of("gr-cb-way")), ...rings.map(([cx, cy]) => s("circle", { cx, cy, r: 11, class: "gr-cb-due" })));
    const covered = [...places.map((z) => [...z, 9]), ...[...moved, ...stood].map(([, ...z]) => [...at(z), 4]), ...rings.map((z) => [...z, 4]), ...points.map((z) => [...at(z), 1])];
    labels.replaceChildren(...[...heaps.map((these) => [`${these.length} words, ${these.filter((k) => !used[0][k]).length} dead`, these.map((k) => places[k])]), [`${dead.length} dead`, dead.map((k) => places[k])], ["ours", rings], [`${living.length} moved`, stood.map(([, ...z]) => at(z))]].flatMap(([text, spots]) => label(text, spots, covered)));
    ours_alone.toggleAttribute("hidden", !failed);
    const [a, b] = places[chosen];
    second.replaceChildren(
      ...(both ? two : []).flatMap(([x, y], k) => {
        const [c, d] = at([one[chosen][0] + x, one[chosen][1] + y]);
        return [
          s("line", { x1: a, y1: b, x2: c, y2: d, class: "gr-cb-tie" }),
          s("path", { d: `M${c} ${d - 5}L${c + 5} ${d + 4}L${c - 5} ${d + 4}Z`, class: `gr-cb-second${used[1][k] ? "" : " gr-cb-dead"}` }),
        ];
      }),
    );
    counts.textContent = `alive ${alive[0]} of ${one.length}${both ? `, ${alive[1]} of ${two.length} second words` : ""}`;
    const own = used[0][chosen];
    // a dead word's nearest point is nearer to another one, or as near
    const far = (k, [x, y]) => Math.hypot(one[k][0] - x, one[k][1] - y);
    const point = nearest(points.map((z) => far(chosen, z)), 0);
    const winner = Number(codes[point]);
    const [c, d] = at(points[point]);
    const line_to = ([x, y], kind) => s("line", { x1: x, y1: y, x2: c, y2: d, class: `gr-cb-near${kind}` });
    nearer.replaceChildren(...(own ? [] : [line_to([a, b], ""), line_to(places[winner], " gr-cb-nearer"), s("circle", { cx: c, cy: d, r: 6, class: "gr-cb-near" })]));
    const fars = [1, 2].map((digits) => [winner, chosen].map((k) => far(k, points[point]).toFixed(digits))).find(([x, y]) => Number(x) < Number(y));
    const why = fars ? `Even its nearest point is nearer to word ${winner}: ${fars[0]} away, not ${fars[1]}` : `Its nearest point is as near to word ${winner}, which spells it`;
    told.textContent = own ? `Word ${chosen} spells ${own} of ${points.length} points.${both ? ` Triangles: word ${chosen} plus each of ${two.length} second words, so one word reaches ${two.length} places.` : ""}` : `Word ${chosen} spells nothing${piles[chosen].length > 1 ? "" : ", its blue field is empty"}: no gradient moves it. ${why}.`;
    // what a function does wrong: first of all in the first book, and last in time
    const told_of = ([epoch, level]) => {
      const said = `${epoch < step ? `In epoch ${epoch} y` : "Y"}our function ${did(film[epoch].calls[level], both && !level)}`;
      return level ? said.replaceAll(" word", " second word").replaceAll(" Word", " Second word").replaceAll("point", "residual") : said;
    };
    const of_this = (x) => x[0] === step && !x[1];
    const faults = [0, 1].flatMap((level) => film.slice(0, step + 1).map((_, k) => [k, level]).reverse()).filter(([k, level]) => wrongs(film[k].calls?.[level]).length);
    const later = film.findIndex((f) => f.calls?.some((c) => wrongs(c).length));
    const soon_wrong = !step && later > 0 ? ` Press Step: in epoch ${later} your function and ours differ.` : "";
    // of the second book: on a phone there is no room for more
    const full = both && (faults.length || soon_wrong);
    const news = full ? "" : (right.length && !faults.slice(0, 1).some(of_this) ? `${count(right.length, "dead word")} put on ${right.length > 1 ? "points" : "a point"}. ` : "") + (woken && !failed ? `${woken} alive again since others moved away. ` : "");
    const fault = faults.length ? told_of(faults[0]) : "";
    // it stands above the words, too
    const alive_now = fault && (both || news || fault.length > 110) ? "" : `${alive[0]} of ${one.length} first words spell something. `;
    const before = ours && ours[Number(both)] !== left ? `; with ours ${ours[Number(both)].toFixed(2)}` : moved.length && !both ? `; it was ${past.left[0].toFixed(2)}` : "";
    const soon = film[step + 1]?.calls?.[0];
    const will = soon?.right && !wrongs(soon).length ? ": revival will" : "";
    // what stands still is stored once
    const rests = [-1, -2].every((k) => film.at(k) === film[step]);
    const fate = full || faults.length || failed || (moved.length && dies) ? "" : dies ? ` A dead word is nobody's nearest, so no gradient moves it${will}.` : news ? "" : ` Each is somebody's nearest${rests ? `; nothing ${step ? "moves any more" : "has to move"}` : ", and learns"}.`;
    // of an epoch before this one
    const back = film.slice(0, step).findIndex((f) => f.calls?.[0]?.right);
    const were = back < 0 ? [] : film[back].calls[0].right;
    const asked = model.get("yours") && model.get("revive");
    const since = were.length && !news && !both && !failed && !asked ? `${count(were.length, "dead word")} ${were.length > 1 ? "were put on points" : "was put on a point"} in epoch ${back}. ` : "";
    const line = `Epoch ${step}: ${since}${news}${alive_now}${both && fault ? `Left over: ${over[0].toFixed(2)}; with both books ${left.toFixed(2)}` : both ? `The second book ${left > over[0] ? "raises" : "takes"} what is left over from ${over[0].toFixed(2)} to ${left.toFixed(2)}` : `Left over: ${left.toFixed(2)}`}${before}.${fate}`;
    const revived = model.get("yours") && right.length && right.every((k) => used[0][k]);
    const lived = were.filter((k) => film[back].used[0][k]).length;
    const idle = !film.slice(0, step ? step + 1 : undefined).some((f) => f.calls);
    const so_far = !asked
      ? ""
      : idle
        ? ` No word ${step ? "was" : "is"} dead: your function ${step ? "had" : "has"} nothing to do.`
        : !step && soon?.right
          ? " Press Step: your function revives."
          : lived
            ? ` In epoch ${back} your function revived ${count(lived, "word")}; it has done as ours does ever since.`
            : "";
    const yours = failed ? " Ours, not yours: see below." : fault ? ` ${fault}` : revived ? " Revived by your function." : soon_wrong || so_far;
    plane.setAttribute("aria-label", line);
    say(line, yours);
  };
  const names = ["kmeans", "revive", "step", "chosen"];
  for (const name of names) model.on(`change:${name}`, draw);
  draw();
  return () => {
    play.stop();
    for (const name of names) model.off(`change:${name}`, draw);
  };
}

export default { render };
