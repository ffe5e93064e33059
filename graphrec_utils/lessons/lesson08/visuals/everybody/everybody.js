// How deep until you are everybody? Sparks leave three films, film - person - film, and a stranger's list becomes yours.
// State: titles, x, y (0 to 255) and likes (base64, see __init__.py), loved and stranger (three films each), depth, deepest, way, count, home (chance),
// shared (way -> count -> of ten films by depth, measured on pairs of strangers), answers (films, and visits: what a student's walks say of them, or null), address (whether the page's holds all this).

import { button, count, frame, h, list, s, slider, still } from "../../../../plots/visuals/base/base.js";

const TOP = 10;
const SPARKS = 1500;
const TRIP = 700; // ms from film to film
const TASTES = [[255, 176, 59], [94, 201, 255], [255, 112, 166]]; // of what left each of the three films
const WALKED = [120, 230, 160]; // visits of a student's walks: of all three films together
const NIGHT = "#0b1026";

const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

// People as lists of films: for each person how many, then the gaps between them, seven bits a byte.
function unpack(text) {
  const bytes = bytesOf(text);
  let at = 0;
  const next = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const people = [];
  while (at < bytes.length) {
    let film = 0;
    people.push(Uint16Array.from({ length: next() }, () => (film += next())));
  }
  return people;
}

// A walker's chances, layer by layer, from each film that was asked for; kept, so that a slider costs nothing.
function spreader(people, n) {
  const degree = new Float64Array(n);
  for (const films of people) for (const f of films) degree[f] += 1;
  const kept = new Map();
  const step = (x) => {
    const y = new Float64Array(n);
    for (const films of people) {
      let sum = 0;
      for (const f of films) sum += x[f] / degree[f];
      if (sum) for (const f of films) y[f] += sum / films.length;
    }
    return y;
  };
  const layer = (film, k) => {
    if (!kept.has(film)) kept.set(film, [Float64Array.from({ length: n }, (_, f) => Number(f === film))]);
    const known = kept.get(film);
    while (known.length <= k) known.push(step(known.at(-1)));
    return known[k];
  };
  const whole = (film, steps, way, home) => {
    if (way === "walk") return layer(film, steps);
    const sum = new Float64Array(n);
    for (let k = 0; k <= steps; k++) {
      const weight = way === "layers" ? 1 / (steps + 1) : (1 - home) ** k * (k < steps ? home : 1);
      const x = layer(film, k);
      for (let f = 0; f < n; f++) sum[f] += weight * x[f];
    }
    return sum;
  };
  // between two whole depths the sparks are mixed
  const at = (film, depth, way, home) => {
    const [low, part] = [Math.floor(depth), depth % 1];
    const a = whole(film, low, way, home);
    if (!part) return a;
    const b = whole(film, low + 1, way, home);
    return a.map((v, f) => (1 - part) * v + part * b[f]);
  };
  return { degree, at };
}

const mean = (parts) => parts[0].map((_, f) => parts.reduce((sum, x) => sum + x[f], 0) / parts.length);

function render({ model, el }) {
  const titles = model.get("titles");
  const [X, Y] = ["x", "y"].map((key) => bytesOf(model.get(key)));
  const n = titles.length;
  const people = unpack(model.get("likes"));
  const fans = Array.from({ length: n }, () => []); // a film's people
  people.forEach((films, p) => films.forEach((f) => fans[f].push(p)));
  const { degree, at } = spreader(people, n);
  const { root, body, controls, say } = frame(el, {
    label: "How deep until you are everybody?",
    help: `${n} films, likes of ${people.length} people (MovieTweetings). Near each other lie films that the same people like. Colors are your three films'; where they have run into white, you are everybody. Dashed rings: the stranger's three. Tap a film or type a title: it takes the place of one of your three. In the small chart: dots are the depths that you two have tried, the line is strangers in the mean.`,
  });
  root.classList.add("gr-eb");
  const deepest = () => model.get("deepest");
  // what a student's function said holds for the films that it was asked for
  const yours = () => {
    const answers = model.get("answers");
    const asked = answers && String(answers.films) === String([model.get("loved"), model.get("stranger")]);
    return asked && model.get("way") === "yours" ? answers.visits : null;
  };
  const put = (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  };

  // ---- the address holds what is shown
  const valid = (films) => films.length === 3 && new Set(films).size === 3 && films.every((f) => f >= 0 && f < n && Number.isInteger(f));
  if (model.get("address")) {
    const [loved, stranger, depth, way, by] = (/^#films=(.+)$/.exec(location.hash)?.[1] ?? "").split(";");
    const [mine, theirs] = [loved, stranger].map((text) => (text ?? "").split(",").map(Number));
    if (valid(mine) && valid(theirs)) {
      model.set("loved", mine);
      model.set("stranger", theirs);
      if (Number(depth) >= 0 && Number(depth) <= deepest()) model.set("depth", Math.round(Number(depth)));
      if (model.get("shared")[way]?.[by]) (model.set("way", way), model.set("count", by));
    }
  }
  const address = () =>
    `${location.href.split("#")[0]}#films=${[model.get("loved").join(","), model.get("stranger").join(","), model.get("depth"), model.get("way"), model.get("count")].join(";")}`;

  // ---- controls
  const depth = slider("Depth", { min: 0, max: deepest(), value: model.get("depth") }, (value) => {
    put({ depth: value, ...(model.get("way") === "yours" && { way: "walk" }) }); // visits of a student's walk have no depth
    wake();
  });
  depth.node.classList.add("gr-eb-depth");
  const play = button("▶ Sparks", () => {
    if (timer) return stop();
    wake();
    tell(model.get("depth") || shown.answers ? "Each spark goes from a film to one of its people, and on to a film of theirs. " : "At depth 0 all sparks stay at home: pull Depth. ");
  }, { "aria-pressed": "false" });
  play.hidden = still();
  const choice = (text, key, on, off, title) =>
    button(text, () => put({ [key]: model.get(key) === on ? off : on }), { title, "data-on": on, "data-key": key });
  const ways = [
    choice("Home after a step", "way", "home", "walk", "After each step a spark begins anew with chance ½: personalized PageRank"),
    choice("Mean of all depths", "way", "layers", "walk", "What LightGCN does with its layers"),
    choice("÷ √likes", "count", "root", "visits", "Divides a film's sparks by the root of its likes"),
  ];
  if (model.get("answers")) {
    ways.unshift(choice("Your walk", "way", "yours", "walk", "Visits of your own walks from these films, going home with chance ½"));
    ways[0].addEventListener("click", (event) => {
      const films = model.get("answers")?.films;
      if (!films || String(films) === String([model.get("loved"), model.get("stranger")])) return;
      event.stopImmediatePropagation(); // it holds for the films that it was asked for: back to them
      back = true;
      put({ loved: films[0], stranger: films[1], way: "yours" });
    }, { capture: true });
  }
  let back = false;
  controls.append(depth.node, play, ...ways, button("Another stranger", stranger));
  let met = null; // the stranger who was just asked for
  function stranger() {
    let films = [];
    while (films.length < 3) films = [...people[Math.floor(Math.random() * people.length)]].filter((f) => !model.get("loved").includes(f));
    for (let k = 0; k < 3; k++) {
      const j = k + Math.floor(Math.random() * (films.length - k));
      [films[k], films[j]] = [films[j], films[k]];
    }
    met = films.slice(0, 3);
    put({ stranger: met });
  }
  const id = `gr-eb-${Math.random().toString(36).slice(2)}`;
  const search = h("input", { type: "text", list: id, placeholder: "a film that you love", "aria-label": "A film that you love", autocomplete: "off" });
  const options = h("datalist", { id });
  const place = new Map(titles.map((title, k) => [title.toLowerCase(), k]));
  const exact = () => {
    const film = place.get(search.value.trim().toLowerCase());
    if (film == null) return false;
    love(film);
    search.value = "";
    return true;
  };
  search.addEventListener("input", () => {
    if (exact()) return;
    const words = search.value.trim().toLowerCase();
    const hits = words.length < 2 ? [] : titles.filter((title) => title.toLowerCase().includes(words)).slice(0, 20);
    options.replaceChildren(...hits.map((title) => h("option", { value: title })));
  });
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const words = search.value.trim().toLowerCase();
    const film = titles.findIndex((title) => words && title.toLowerCase().includes(words));
    if (film < 0) return tell(`No film here has “${search.value}” in its title. `);
    search.value = titles[film];
    exact();
  });
  let oldest = 0;
  function love(film) {
    if (model.get("loved").includes(film)) return;
    const films = [...model.get("loved")];
    films[oldest] = film;
    oldest = (oldest + 1) % 3;
    put({ loved: films, stranger: model.get("stranger") });
    wake();
  }

  // ---- the sky and the two lists
  const canvas = h("canvas", { role: "img", class: "gr-eb-sky" });
  const name = h("div", { class: "gr-eb-name", "aria-hidden": "true" });
  const chips = h("div", { class: "gr-eb-chips" });
  const number = h("div", { class: "gr-eb-number", "aria-hidden": "true" });
  const chart = s("svg", { viewBox: "0 0 400 58", width: 400, height: 58, class: "gr-eb-chart", "aria-hidden": "true" });
  const tried = new Map(); // what two people shared: way and count -> depth -> films; forgotten with the two
  const column = (title) => {
    const films = h("ol", {});
    const said = h("div", { class: "gr-eb-seen" });
    return { node: h("div", {}, h("div", { class: "gr-title" }, title), said, films), films, said };
  };
  const [mine, theirs] = [column("You"), column("A stranger")];
  const share = h("div", { class: "gr-eb-row" },
    button("Save a picture", save),
    ...(model.get("address") ? [button("Copy the address", (event) => {
      const done = (text) => (event.target.textContent = text);
      navigator.clipboard?.writeText(address()).then(() => done("Copied"), () => done("It is in the address bar")) ?? done("It is in the address bar");
      history.replaceState(null, "", address());
    })] : []));
  body.append(
    h("div", { class: "gr-eb-left" }, h("div", { class: "gr-eb-stage" }, canvas, name), chips, h("div", { class: "gr-eb-row" }, search, options)),
    h("div", { class: "gr-eb-right" }, number, chart, h("div", { class: "gr-eb-lists" }, mine.node, theirs.node), share),
  );

  const sky = { width: 0, height: 0, ratio: 1, base: document.createElement("canvas") };
  const px = (f, width = sky.width) => 14 + ((width - 28) * X[f]) / 255;
  const py = (f, height = sky.height) => 14 + ((height - 28) * Y[f]) / 255;
  let shown = null; // what the lists and the light say now

  function compute() {
    const [loved, other, deep, way, by] = ["loved", "stranger", "depth", "way", "count"].map((key) => model.get(key));
    const answers = yours();
    const road = way === "yours" ? "walk" : way;
    const parts = loved.map((f) => at(f, deep, road, model.get("home")));
    const mass = answers ?? [mean(parts), mean(other.map((f) => at(f, deep, road, model.get("home"))))];
    const listed = (masses) => masses.map((x, side) => {
      const own = side ? other : loved;
      const score = (f) => (by === "root" ? x[f] / Math.sqrt(degree[f]) : x[f]);
      return [...titles.keys()].filter((f) => x[f] > 0 && !own.includes(f)).sort((a, b) => score(b) - score(a) || a - b).slice(0, TOP)
        .map((f) => ({ film: f, score: score(f) }));
    });
    const common = (two) => new Set(two[0].map((row) => row.film).filter((f) => two[1].some((row) => row.film === f)));
    const lists = listed(mass);
    const both = common(lists);
    // what a student's walk is measured by: the library's sparks, going home after a step as it does, as deep as there is
    const goal = answers && common(listed([loved, other].map((own) => mean(own.map((f) => at(f, deepest(), "home", model.get("home"))))))).size;
    return { goal, loved, other, deep, way, by, parts, mass: mass[0], lists, both, answers };
  }

  // The light of a film: how many sparks are there, in the mixed colors of the three films they left.
  function light(context, width, height, ratio) {
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = NIGHT;
    context.fillRect(0, 0, width, height);
    context.fillStyle = "rgba(160,175,220,.5)";
    for (let f = 0; f < n; f++) context.fillRect(px(f, width) - 0.7, py(f, height) - 0.7, 1.4, 1.4);
    context.globalCompositeOperation = "lighter";
    const largest = Math.max(...shown.mass.filter((_, f) => !shown.loved.includes(f)), 1e-9);
    for (let f = 0; f < n; f++) {
      const share = Math.max(0, shown.mass[f]) / largest;
      if (share < 0.003) continue;
      const sum = shown.parts[0][f] + shown.parts[1][f] + shown.parts[2][f] || 1;
      const color = shown.answers ? WALKED : [0, 1, 2].map((c) => Math.round(TASTES.reduce((all, taste, k) => all + (taste[c] * shown.parts[k][f]) / sum, 0)));
      const size = 3 + 20 * Math.sqrt(Math.min(1, share));
      const glow = context.createRadialGradient(px(f, width), py(f, height), 0, px(f, width), py(f, height), size);
      glow.addColorStop(0, `rgba(${color},${0.25 + 0.6 * Math.min(1, share)})`);
      glow.addColorStop(1, `rgba(${color},0)`);
      context.fillStyle = glow;
      context.fillRect(px(f, width) - size, py(f, height) - size, 2 * size, 2 * size);
    }
    context.globalCompositeOperation = "source-over";
    context.font = "13px system-ui, sans-serif";
    context.strokeStyle = "#fff";
    context.lineWidth = 1.5;
    context.setLineDash([3, 3]);
    for (const f of shown.other) {
      context.beginPath();
      context.arc(px(f, width), py(f, height), shown.loved.includes(f) ? 11 : 7, 0, 7);
      context.stroke();
    }
    context.setLineDash([]);
    shown.loved.forEach((f, k) => {
      context.strokeStyle = `rgb(${TASTES[k]})`;
      context.lineWidth = 2;
      context.beginPath();
      context.arc(px(f, width), py(f, height), 7, 0, 7);
      context.stroke();
      const text = titles[f].replace(/ \(\d+\)$/, "");
      const right = px(f, width) + 16 + context.measureText(text).width > width;
      context.textAlign = right ? "right" : "left";
      context.lineWidth = 4;
      context.strokeStyle = NIGHT;
      context.strokeText(text, px(f, width) + (right ? -12 : 12), py(f, height) + 5);
      context.fillStyle = "#fff";
      context.fillText(text, px(f, width) + (right ? -12 : 12), py(f, height) + 5);
    });
  }

  const learned = (way, by, deep, known) => {
    if (!deep) return ": nobody has left home";
    if (way === "home" && by === "visits") return `: going home alone does not keep you yourself, together with ÷ √likes it is ${model.get("shared").home.root[deep].toFixed(1)}`;
    if (known >= 8) return ": wherever one begins, the lists are nearly the same";
    return known >= 4.5 ? ": half a list, or more, is everybody's" : ": most of a list is still one's own";
  };
  let [than, swapped] = ["", ""]; // beside what was shared before the last move; which film came for which
  const short = (film) => titles[film].replace(/ \(\d+\)$/, "");
  // each depth that was tried leaves a dot
  const trace = (was) => {
    const { loved, other, deep, way, by, both, answers } = shown;
    const pair = String([loved, other]);
    const state = (x) => String([x.loved, x.other, x.deep, x.way, x.by, Boolean(x.answers)]);
    const changed = was && String(was.other) === String(other) ? loved.flatMap((f, k) => (f === was.loved[k] ? [] : [k])) : [];
    if (!was || String([was.loved, was.other]) !== pair) tried.clear();
    if (!was || state(was) !== state(shown)) {
      swapped = changed.length === 1 ? `${short(loved[changed[0]])} for ${short(was.loved[changed[0]])}. ` : "";
      const more = was && (swapped || tried.size) && !answers && !was.answers ? both.size - was.both.size : 0;
      than = more ? `, ${Math.abs(more)} ${more > 0 ? "more" : "fewer"} than before` : swapped && !answers && !was.answers ? ", as many as before" : "";
    }
    const road = `${way === "yours" ? "walk" : way} ${by}`;
    if (!answers) tried.set(road, (tried.get(road) ?? new Map()).set(deep, both.size));
    const [x, y] = [(k) => 8 + (384 * k) / deepest(), (v) => 42 - 3.6 * v];
    const dots = (name, kind, r) => [...(tried.get(name) ?? [])].map(([k, v]) => s("circle", { cx: x(k), cy: y(v), r, class: kind }));
    const known = (model.get("shared")[way] ?? model.get("shared").walk)[by];
    chart.replaceChildren(
      s("line", { x1: 4, x2: 396, y1: 43.5, y2: 43.5, class: "gr-eb-axis" }),
      s("line", { x1: 58, x2: 396, y1: y(TOP), y2: y(TOP), class: "gr-eb-axis", "stroke-dasharray": "1 4" }),
      s("text", { x: 4, y: 10 }, `${TOP} films`),
      s("polyline", { class: "gr-eb-mean", points: known.map((v, k) => `${x(k)},${y(v)}`).join(" ") }),
      ...[...tried.keys()].filter((name) => name !== road).flatMap((name) => dots(name, "gr-eb-was", 2)),
      ...(answers ? [] : [...dots(road, "gr-eb-dot", 3), s("circle", { cx: x(deep), cy: y(both.size), r: 5.5, class: "gr-eb-dot" })]),
      s("text", { x: 4, y: 56 }, "0 steps"), s("text", { x: 396, y: 56, "text-anchor": "end" }, deepest()),
    );
  };

  const tell = (before = "") => {
    const { both, deep, way, by, answers, goal } = shown;
    const [low, high] = [Math.floor(deep), Math.ceil(deep)];
    const known = (model.get("shared")[way] ?? model.get("shared").walk)[by];
    const named = { walk: "", home: ", home with chance ½ after each", layers: ", mean of all depths", yours: "" }[way];
    const pairs = answers || way === "yours" ? "" : ` 200 pairs of strangers share ${low === high ? `${known[low].toFixed(1)} in the mean` : `${known[low].toFixed(1)} after ${count(low, "step")}, ${known[high].toFixed(1)} after ${high}`}${learned(way, by, high, known[high])}.`;
    const made = answers ? "" : `${count(deep, "step")}${named}`;
    const told = [made, by === "root" ? "÷ √likes" : ""].filter(Boolean).join(", ");
    say(`${before}${told ? `${told}: you` : "You"} two share ${both.size} of ten films${than}.${pairs}`, way !== "yours" ? "" : answers ? ` These are the visits of your walk, in one color and however deep; the library's, going home after each step, share ${goal}, and a right walk comes close to that. Depth leads back to them.` : " Your walk began at other films: these are the library's numbers.");
  };

  function update() {
    const was = shown;
    shown = compute();
    trace(was);
    const largest = shown.lists.map((rows) => rows[0]?.score || 1);
    canvas.dataset.shared = shown.both.size;
    depth.set(shown.deep);
    for (const [side, { films, said }] of [mine, theirs].entries()) {
      said.textContent = side ? `loves ${list(shown.other.map(short))}` : `love ${list(shown.loved.map(short))}`;
      films.replaceChildren(...shown.lists[side].map(({ film, score }) =>
        h("li", { class: shown.both.has(film) ? "gr-eb-both" : "" },
          h("span", { class: "gr-eb-bar", style: `width:${((100 * score) / largest[side]).toFixed(1)}%` }),
          h("span", { class: "gr-eb-film", title: titles[film] }, shown.both.has(film) ? "= " : "", titles[film]))));
    }
    number.replaceChildren(h("b", {}, String(shown.both.size)), " of 10 films are the same (=)");
    chips.replaceChildren(...shown.loved.map((f, k) => h("span", { class: "gr-eb-chip", style: `border-color:rgb(${TASTES[k]})` }, titles[f])));
    for (const node of ways) node.setAttribute("aria-pressed", String(model.get(node.dataset.key) === node.dataset.on && (node.dataset.on !== "yours" || Boolean(shown.answers))));
    canvas.setAttribute("aria-label", `Films as stars. The brightest: ${list(shown.lists[0].slice(0, 3).map((row) => titles[row.film]))}.`);
    tell(back && shown.answers ? "Back to the films that your walk was asked for. " : met === shown.other ? `Now somebody who loves ${list(met.map(short))}. ` : swapped);
    met = null;
    back = false;
    paint();
  }

  // ---- sparks: each knows its film, where it goes, over whom, and how far it has come
  const sparks = Array.from({ length: SPARKS }, (_, k) => ({ taste: k % 3, film: 0, to: 0, over: [0, 0], part: 0, left: 0, delay: Math.random() * 3 }));
  const heart = people.map(() => null); // where a person stands: amid the films
  const middle = (p) => (heart[p] ??= ["x", "y"].map((axis) => {
    const all = axis === "x" ? X : Y;
    return people[p].reduce((sum, f) => sum + all[f], 0) / people[p].length;
  }));
  const any = (values) => values[Math.floor(Math.random() * values.length)];
  function leave(spark, delay) {
    const [low, part] = [Math.floor(shown.deep), shown.deep % 1];
    spark.film = shown.loved[spark.taste];
    spark.left = low + Number(Math.random() < part);
    if (shown.answers) spark.left = deepest(); // a student's walks end by going home
    if (shown.way === "layers") spark.left = Math.floor(Math.random() * (spark.left + 1));
    spark.delay = spark.left ? delay : 0.2 + Math.random(); // who makes no step waits at home
    hop(spark);
  }
  function hop(spark) {
    const person = any(fans[spark.film]);
    spark.over = middle(person);
    spark.to = any(people[person]);
    spark.part = 0;
  }
  let timer = null;
  let last = 0;
  const rate = []; // seconds between frames
  function tick(now) {
    if (!el.isConnected) return stop();
    timer = requestAnimationFrame(tick);
    const passed = Math.min(100, now - last || 16);
    last = now;
    rate.push(passed);
    if (rate.length > 60) rate.shift();
    canvas.dataset.fps = Math.round((1000 * rate.length) / rate.reduce((a, b) => a + b, 0));
    const context = canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(sky.base, 0, 0);
    context.setTransform(sky.ratio, 0, 0, sky.ratio, 0, 0);
    for (const taste of [0, 1, 2]) {
      context.fillStyle = `rgb(${TASTES[taste]})`;
      for (let k = taste; k < SPARKS; k += 3) {
        const spark = sparks[k];
        if (spark.delay > 0 || spark.left <= 0) {
          spark.delay -= passed / 1000;
          if (spark.delay <= 0) leave(spark, 0);
          continue;
        }
        spark.part += passed / TRIP;
        if (spark.part >= 1) {
          spark.film = spark.to;
          spark.left -= 1;
          if (spark.left > 0 && !((shown.way === "home" || shown.answers) && Math.random() < model.get("home"))) hop(spark);
          else (spark.left = 0), (spark.delay = 0.1 + 0.3 * Math.random());
          continue;
        }
        const t = spark.part;
        const [a, b, c] = [(1 - t) ** 2, 2 * t * (1 - t), t * t];
        const x = 14 + ((sky.width - 28) * (a * X[spark.film] + b * spark.over[0] + c * X[spark.to])) / 255;
        const y = 14 + ((sky.height - 28) * (a * Y[spark.film] + b * spark.over[1] + c * Y[spark.to])) / 255;
        context.fillRect(x - 1, y - 1, 2, 2);
      }
    }
  }
  function wake() {
    if (timer || still()) return;
    for (const spark of sparks) leave(spark, 0.2 + Math.random());
    last = 0;
    timer = requestAnimationFrame(tick);
    play.textContent = "❚❚ Sparks";
    play.setAttribute("aria-pressed", "true");
  }
  function stop() {
    cancelAnimationFrame(timer);
    timer = null;
    play.textContent = "▶ Sparks";
    play.setAttribute("aria-pressed", "false");
    if (el.isConnected) paint();
  }
  // the wish for less motion may come and go while the page is open
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const settle = () => {
    play.hidden = still();
    if (still() && timer) stop();
  };
  calm.addEventListener("change", settle);

  function paint() {
    if (!sky.width) return;
    light(sky.base.getContext("2d"), sky.width, sky.height, sky.ratio);
    if (timer) return;
    const context = canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(sky.base, 0, 0);
  }
  const watch = new ResizeObserver(() => {
    const width = Math.round(canvas.parentElement.clientWidth);
    if (!width || width === sky.width) return;
    Object.assign(sky, { width, height: Math.round(Math.min(el.closest(".reveal") ? 290 : 420, 0.78 * width)), ratio: Math.min(2, devicePixelRatio || 1) });
    for (const c of [canvas, sky.base]) [c.width, c.height] = [sky.width * sky.ratio, sky.height * sky.ratio];
    canvas.style.height = `${sky.height}px`;
    if (shown) paint();
  });
  watch.observe(canvas.parentElement);

  // ---- a film under the finger
  const near = (event) => {
    const box = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let [best, least] = [-1, 18 ** 2];
    for (let f = 0; f < n; f++) {
      const far = (px(f) - x) ** 2 + (py(f) - y) ** 2;
      if (far < least) [best, least] = [f, far];
    }
    return best;
  };
  canvas.addEventListener("pointermove", (event) => {
    const film = near(event);
    name.hidden = film < 0;
    if (film < 0) return;
    name.textContent = titles[film];
    const right = px(film) > 0.6 * sky.width;
    Object.assign(name.style, { top: `${py(film) + 8}px`, left: right ? "auto" : `${px(film) + 8}px`, right: right ? `${sky.width - px(film) + 8}px` : "auto" });
  });
  canvas.addEventListener("pointerleave", () => (name.hidden = true));
  canvas.addEventListener("click", (event) => near(event) >= 0 && love(near(event)));

  // ---- a picture of 1,200 x 630
  function save() {
    const picture = document.createElement("canvas");
    [picture.width, picture.height] = [1200, 630];
    const context = picture.getContext("2d");
    light(context, 760, 630, 1);
    context.fillStyle = NIGHT;
    context.fillRect(760, 0, 440, 630);
    context.fillStyle = "#fff";
    context.textAlign = "left";
    const write = (text, size, y, weight = "400") => {
      context.font = `${weight} ${size}px system-ui, sans-serif`;
      context.fillText(text, 790, y, 390);
    };
    write("How deep until you are everybody?", 24, 60, "600");
    write(`At depth ${shown.deep} a stranger and I share`, 20, 100);
    write(`${shown.both.size} of 10 films`, 54, 165, "700");
    shown.lists[0].forEach(({ film }, k) => write(`${k + 1}  ${titles[film]}${shown.both.has(film) ? "  = both" : ""}`, 19, 225 + 34 * k, shown.both.has(film) ? "700" : "400"));
    write("Graph models for recommender systems", 17, 605);
    picture.toBlob((blob) => {
      const link = h("a", { href: URL.createObjectURL(blob), download: "everybody.png" });
      link.click();
      URL.revokeObjectURL(link.href);
    });
  }

  const keys = ["loved", "stranger", "depth", "way", "count", "answers"];
  let due = false;
  const soon = () => {
    if (due) return;
    due = true;
    queueMicrotask(() => {
      due = false;
      update();
    });
  };
  for (const key of keys) model.on(`change:${key}`, soon);
  name.hidden = true;
  update();
  return () => {
    stop();
    calm.removeEventListener("change", settle);
    watch.disconnect();
    for (const key of keys) model.off(`change:${key}`, soon);
  };
}

export default { render };
