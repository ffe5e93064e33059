// A plane of items in clusters; somebody's list from the mean of what is liked, or from several centers.
// State: items, topic (-1: none), topics, centers (the last one is that of no topic), counts, liked, middle, lists (person
// -> a list for 1, 2, 3 queries), means (person -> list), places, person, queries, mean (true: the mean is asked), yours.

import { button, count, frame, h, list, s, slider } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const [items, topic, topics, centers, counts, liked, middle, lists, means, places] = [
    "items", "topic", "topics", "centers", "counts", "liked", "middle", "lists", "means", "places",
  ].map((x) => model.get(x));
  const people = Object.keys(liked);
  const { body, controls, say } = frame(el, {
    label: "One mean vector or several",
    help: "Buttons choose a person and how to ask; the slider (arrow keys) sets with how many centers at most.",
  });
  const put = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
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
  const star = ([x, y]) => {
    const points = Array.from({ length: 10 }, (_, k) => {
      const [r, a] = [k % 2 ? 5 : 12, (Math.PI * k) / 5 - Math.PI / 2];
      return `${px([x]) + r * Math.cos(a)} ${py([0, y]) + r * Math.sin(a)}`;
    });
    return s("path", { d: `M${points.join("L")}Z`, class: "gr-mm-star" });
  };
  const names = topics.map((name, k) => {
    const [x, y] = centers[k];
    return s("text", { x: px([x]), y: py([0, y]) + (y > 0 ? -52 : -46), "text-anchor": "middle" }, name);
  });
  const stars = s("g", {});
  const plane = s(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "img" },
    s("rect", { class: "gr-mm-frame", x: 0.5, y: 0.5, width: width - 1, height: height - 1 }),
    ...dots, ...likes, ...rings, stars, ...names,
  );
  const shares = h("table", { class: "gr-mm-table" });
  body.append(
    h("div", {}, plane),
    h("div", { style: "flex: 1 1 14em" }, h("div", { class: "gr-title" }, "who gets the places"), shares,
      h("p", {}, "Dots in shapes: liked. Rings: recommended. Stars: asked with.")),
  );

  const who = people.map((name) => ({ name, node: button(name, () => put({ person: name })) }));
  const how = [[true, "The mean"], [false, "Several centers"]].map(([mean, text]) => ({ mean, node: button(text, () => put({ mean })) }));
  const most = slider("centers", { min: 1, max: 3, value: model.get("queries") }, (x) => put({ queries: x, mean: false }));
  controls.before(h("div", { class: "gr-controls", role: "group", "aria-label": "Person" }, "Person:", ...who.map((x) => x.node)));
  controls.prepend("Ask with:", ...how.map((x) => x.node), most.node);

  const draw = () => {
    const [person, queries, mean] = ["person", "queries", "mean"].map((x) => model.get(x));
    const order = counts[person].map((_, c) => c).sort((a, b) => counts[person][b] - counts[person][a] || a - b);
    const kept = order.filter((c) => counts[person][c] > 0).slice(0, queries);
    const total = kept.reduce((sum, c) => sum + counts[person][c], 0);
    const ids = mean ? means[person] : lists[person][queries - 1];
    const own = new Set(counts[person].flatMap((x, c) => (x > 0 ? [c] : [])));
    const old = new Set(liked[person]);
    const fit = new Set(ids.filter((i) => own.has(kind(i)) && !old.has(i)));
    rings.forEach((node, i) => node.classList.toggle("gr-mm-on", ids.includes(i)));
    likes.forEach((node, i) => node.classList.toggle("gr-mm-on", old.has(i)));
    stars.replaceChildren(...(mean ? [middle[person]] : kept.map((c) => centers[c])).map(star));
    for (const x of who) x.node.setAttribute("aria-pressed", x.name === person);
    for (const x of how) x.node.setAttribute("aria-pressed", x.mean === mean);
    most.set(queries);
    const rows = mean
      ? [["the mean", places]]
      : kept.map((c) => [topics[c] ?? "others", `${counts[person][c]}/${total} of ${places}`]);
    shares.replaceChildren(h("tbody", {}, ...rows.map(([name, x]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, x)))));
    const likes_of = list(topics.filter((_, c) => counts[person][c] > 0));
    const asks = mean ? "the mean of it" : count(kept.length, "center");
    const yours = !mean && model.get("yours") ? " The list is what your function returns." : "";
    plane.setAttribute("aria-label", `${person} likes ${likes_of}; asked with ${asks}, ${fit.size} of ${places} items fit`);
    say(`${person} likes ${likes_of}. Asked with ${asks}: ${fit.size} of ${places} recommended items are of these topics.`, yours);
  };
  for (const name of ["person", "queries", "mean"]) model.on(`change:${name}`, draw);
  draw();
  return () => {
    for (const name of ["person", "queries", "mean"]) model.off(`change:${name}`, draw);
  };
}

export default { render };
