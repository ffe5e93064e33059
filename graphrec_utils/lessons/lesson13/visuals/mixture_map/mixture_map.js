// A plane of items in clusters; somebody's list from the mean of what is liked, or from several centers.
// State: items, topic (-1: none), topics, centers (the last one is that of no topic), counts, liked, middle, lists (person
// -> a list for 1, 2, 3 queries), means (person -> list), places, person, queries, mean (true: the mean is asked), yours.

import { button, count, frame, h, list, s, slider } from "../../../../plots/visuals/base/base.js";
import { pull } from "../../../../plots/visuals/base/pull.js";

function render({ model, el }) {
  const [items, topic, topics, centers, counts, liked, middle, lists, means, places] = [
    "items", "topic", "topics", "centers", "counts", "liked", "middle", "lists", "means", "places",
  ].map((x) => model.get(x));
  const people = Object.keys(liked);
  const { body, controls, say } = frame(el, {
    label: "One mean vector or several",
    help: "Pull a star, or focus it and use the arrow keys: it asks for its share of the nearest items (rings). Dots in shapes: liked.",
  });
  let own = null; // where the reader has put the star
  let spots = {}; // where one of several has been put: cluster -> place
  const put = (values) => {
    [own, spots] = [null, {}];
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
    draw();
  };
  const [width, height, unit] = [440, 352, 43];
  const px = ([x]) => width / 2 + unit * x;
  const py = ([, y]) => height / 2 - unit * y;

  const kind = (i) => (topic[i] < 0 ? topics.length : topic[i]);
  const shape = (k, x, y, r) =>
    [
      () => s("circle", { cx: x, cy: y, r }),
      () => s("rect", { x: x - r, y: y - r, width: 2 * r, height: 2 * r }),
      () => s("path", { d: `M${x} ${y - r}L${x + r} ${y + r}L${x - r} ${y + r}Z` }),
      () => s("path", { d: `M${x} ${y - r - 1}L${x + r + 1} ${y}L${x} ${y + r + 1}L${x - r - 1} ${y}Z` }),
      () => s("path", { d: `M${x - r} ${y - r}L${x + r} ${y + r}M${x - r} ${y + r}L${x + r} ${y - r}` }),
    ][k]();
  const dots = items.map((p, i) => {
    const node = shape(kind(i), px(p), py(p), 4);
    node.setAttribute("class", `gr-mm-item gr-mm-${kind(i)}`);
    return node;
  });
  const rings = items.map((p) => s("circle", { cx: px(p), cy: py(p), r: 10, class: "gr-mm-ring" }));
  const likes = items.map((p) => s("circle", { cx: px(p), cy: py(p), r: 2.5, class: "gr-mm-like" }));
  const star = ([x, y], movable) => {
    const points = Array.from({ length: 10 }, (_, k) => {
      const [r, a] = [k % 2 ? 6 : 14, (Math.PI * k) / 5 - Math.PI / 2];
      return `${px([x]) + r * Math.cos(a)} ${py([0, y]) + r * Math.sin(a)}`;
    });
    const path = s("path", { d: `M${points.join("L")}Z` });
    path.setAttribute("class", movable ? "gr-mm-star gr-mm-own" : "gr-mm-star");
    return path;
  };
  const names = topics.map((name, k) => {
    const top = Math.min(...items.filter((_, i) => topic[i] === k).map(py));
    return s("text", { x: px(centers[k]), y: top - 12, "text-anchor": "middle" }, name);
  });
  let asked = []; // the stars, [cluster (-1: the one), place]
  const hands = [0, 1, 2].map((j) => s("g", { tabindex: 0, role: "button", class: "gr-mm-hand", onkeydown: (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!way || event.altKey || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    const [c, [x, y]] = asked[j];
    move(c, x + 0.2 * way[0], y + 0.2 * way[1]);
  } }));
  const plane = s(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "group" },
    s("rect", { class: "gr-mm-frame", x: 0.5, y: 0.5, width: width - 1, height: height - 1 }),
    ...dots, ...likes, ...rings, ...names, ...hands,
  );
  const move = (c, x, y) => {
    const at = [Math.max(-4.9, Math.min(4.9, x)), Math.max(-3.9, Math.min(3.9, y))];
    c < 0 ? (own = at) : (spots[c] = at);
    draw();
  };
  let held = -1;
  pull(plane, (x, y, first) => {
    const [a, b] = [(x - width / 2) / unit, (height / 2 - y) / unit];
    const far = ([, [p, q]]) => Math.hypot(p - a, q - b);
    if (first) held = [...asked].sort((z, w) => far(z) - far(w))[0][0];
    move(held, a, b);
  }, { free: true });
  const nearest = ([x, y], old, most) => items.map((p, i) => [Math.hypot(p[0] - x, p[1] - y), i]).filter(([, i]) => !old.has(i))
    .sort((a, b) => a[0] - b[0]).slice(0, most).map(([, i]) => i);
  // as `mixture.retrieve`: the heaviest first, each its share of the places, rounded up
  const shared = (kept, spot, weights, old) => {
    const sum = kept.reduce((all, c) => all + weights[c], 0);
    return kept.reduce((ids, c) => [...ids, ...nearest(spot(c), new Set([...old, ...ids]), Math.min(places - ids.length, Math.ceil((places * weights[c]) / sum - 1e-9)))], []);
  };
  const shares = h("div", { class: "gr-mm-shares" });
  body.append(h("div", {}, plane), shares);

  const who = people.map((name) => ({ name, node: button(name, () => put({ person: name })) }));
  const how = [[true, "The mean"], [false, "Several centers"]].map(([mean, text]) => ({ mean, node: button(text, () => put({ mean })) }));
  const most = slider("centers", { min: 1, max: 3, value: model.get("queries") }, (x) => put({ queries: x, mean: false }));
  controls.before(h("div", { class: "gr-controls", role: "group", "aria-label": "Person" }, "Person:", ...who.map((x) => x.node)));
  controls.prepend("Ask with:", ...how.map((x) => x.node), most.node);

  const draw = () => {
    const [person, queries, mean] = ["person", "queries", "mean"].map((x) => model.get(x));
    const order = counts[person].map((_, c) => c).sort((a, b) => counts[person][b] - counts[person][a] || a - b);
    const loved = order.filter((c) => counts[person][c] > 0);
    const kept = loved.slice(0, queries);
    const old = new Set(liked[person]);
    const spot = (c) => spots[c] ?? centers[c];
    const moved = !mean && kept.some((c) => spots[c]);
    const ids = own ? nearest(own, old, places) : moved ? shared(kept, spot, counts[person], old) : mean ? means[person] : lists[person][queries - 1];
    const fit = new Set(ids.filter((i) => loved.includes(kind(i)) && !old.has(i)));
    rings.forEach((node, i) => node.classList.toggle("gr-mm-on", ids.includes(i)));
    likes.forEach((node, i) => node.classList.toggle("gr-mm-on", old.has(i)));
    const one = own ?? (mean ? middle[person] : null);
    asked = one ? [[-1, one]] : kept.map((c) => [c, spot(c)]);
    hands.forEach((hand, j) => {
      hand.replaceChildren(...(asked[j] ? [star(asked[j][1], one)] : []));
      hand.style.display = asked[j] ? "" : "none";
      hand.setAttribute("aria-label", `Star${one ? "" : ` ${j + 1}`}, arrow keys pull it`);
    });
    for (const x of who) x.node.setAttribute("aria-pressed", x.name === person);
    for (const x of how) x.node.setAttribute("aria-pressed", !own && !moved && x.mean === mean);
    most.set(queries);
    const got = (c) => ids.filter((i) => kind(i) === c);
    const rows = [...loved, ...order.filter((c) => !loved.includes(c) && got(c).length)];
    shares.replaceChildren(h("div", { class: "gr-title" }, `${places} places`), ...rows.map((c) => {
      const glyphs = got(c).map((_, k) => shape(c, 9 + 18 * k, 10, 5));
      for (const x of glyphs) x.setAttribute("class", `gr-mm-${c}`);
      return h("div", { class: loved.includes(c) ? "" : "gr-mm-other" }, `${topics[c] ?? "others"}: ${got(c).length}`,
        s("svg", { width: 144, height: 20, viewBox: "0 0 144 20", "aria-hidden": "true" }, ...glyphs));
    }));
    const likes_of = list(loved.map((c) => topics[c]));
    const none = loved.filter((c) => !got(c).length).map((c) => topics[c]);
    const asks = own ? "your star" : mean ? "the mean" : count(kept.length, "center") + (moved ? ", one where you put it" : "");
    const why = !fit.size
      ? mean && !own ? " The mean of what is liked lies where nothing is liked." : " Nothing that is liked is near."
      : none.length
        ? ` ${list(none)[0].toUpperCase()}${list(none).slice(1)} get no place: ${one ? "one star stands at one spot" : "no center stands there"}.`
        : loved.length > 1 ? " Each interest has places." : "";
    const spare = !moved && !mean && queries > loved.length
      ? ` ${loved.length === 1 ? "One interest" : "Two interests"}: more centers change nothing.` : "";
    const yours = !mean && !moved && model.get("yours") ? " The list is what your function returns." : "";
    const told = `asked with ${asks}, ${fit.size} of ${places} fit`;
    plane.setAttribute("aria-label", `${person} likes ${likes_of}; ${told}`);
    say(`${person} likes ${likes_of}: ${told}.${why}${spare}`, yours);
  };
  for (const name of ["person", "queries", "mean"]) model.on(`change:${name}`, draw);
  draw();
  return () => {
    for (const name of ["person", "queries", "mean"]) model.off(`change:${name}`, draw);
  };
}

export default { render };
