// Ward's tree of what somebody saved; the cut decides how many interests there are.
// State: names, ages, order (of the leaves), merges ([a, b, distance], joined clusters are numbered from n on), labels (for
// 1, 2, … clusters), found (for each: ids of the medoids, shares, heaviest first), step (clusters − 1), yours.

import { count, frame, h, player, s, slider } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const [names, ages, order, merges, labels, found] = ["names", "ages", "order", "merges", "labels", "found"].map((x) => model.get(x));
  const n = names.length;
  const { root, body, controls, say } = frame(el, {
    label: "A tree of saved pins, and a cut",
    help: "Pull the cut, or move it with the slider, the buttons, ← and →. A frame: the pin that stands for its interest.",
  });
  const [line, left, long] = [22, 130, matchMedia("(max-width: 600px)").matches ? 200 : 400];
  const height = n * line + 8;
  const top = merges.at(-1)[2] * 1.08;
  const px = (d) => left + 10 + (long * d) / top;
  const row = Object.fromEntries(order.map((v, k) => [v, k * line + line / 2 + 4]));

  // ---- the tree, lying on its side: leaves on the left
  const at = order.map(() => null);
  order.forEach((v) => (at[v] = { y: row[v], d: 0, leaf: v }));
  const paths = merges.map(([a, b, d], k) => {
    const [p, q] = [at[a], at[b]];
    at[n + k] = { y: (p.y + q.y) / 2, d, leaf: p.leaf };
    return s("path", { d: `M${px(p.d)} ${p.y}H${px(d)}V${q.y}H${px(q.d)}`, class: "gr-dg-branch" });
  });
  const frames = names.map((_, v) => s("rect", { x: 1, y: row[v] - 10, width: left - 2, height: 20, rx: 3, class: "gr-dg-frame" }));
  const dots = names.map((_, v) => s("circle", { cx: left - 10, cy: row[v], r: 5 }));
  const texts = names.map((name, v) =>
    s("text", { x: left - 20, y: row[v] + 5, "text-anchor": "end" }, s("title", {}, `${ages[v]} days ago`), name.length > 13 ? name.slice(0, 12) + "…" : name),
  );
  const unit = top > 2 ? 1 : 0.25; // a scale: how far apart
  const scale = [0, 1, 2, 3].map((k) => s("text", { x: px(k * unit), y: height + 15, "text-anchor": "middle" }, k * unit > top ? "" : `${k * unit}${k ? "" : " apart"}`));
  const cut = s("line", { y1: 0, y2: height, class: "gr-dg-cut" });
  const svg = s(
    "svg",
    { viewBox: `0 0 ${left + long + 20} ${height + 20}`, width: left + long + 20, height: height + 20, role: "img" },
    ...scale, ...paths, ...frames, ...dots, ...texts, cut,
  );
  const pulled = (event) => {
    if (!event.buttons) return;
    svg.setPointerCapture(event.pointerId);
    const box = svg.getBoundingClientRect();
    const d = ((((event.clientX - box.left) / box.width) * (left + long + 20) - left - 10) * top) / long;
    play.jump(merges.filter((x) => x[2] > d).length);
  };
  for (const kind of ["pointerdown", "pointermove"]) svg.addEventListener(kind, pulled);
  const table = h("table", { class: "gr-dg-table" });
  body.append(h("div", {}, svg), h("div", { style: "flex: 1 1 14em" }, h("div", { class: "gr-title" }, "stands for an interest, share"), table));

  // of two parts the larger one keeps its color; a part of one pin, or after four colors, is gray
  const hues = [names.map(() => 0)];
  const parted = [null]; // the two leaves' places whose clusters a cut has parted last
  for (let step = 1, fresh = 1; step < n; step++) {
    const before = labels[step - 1];
    const part = (v) => names.map((_, w) => w).filter((w) => labels[step][w] === labels[step][v]);
    const v = names.findIndex((_, w) => part(w).length < before.filter((x) => x === before[w]).length);
    const rest = names.findIndex((_, w) => before[w] === before[v] && labels[step][w] !== labels[step][v]);
    const [most, less] = [part(v), part(rest)].sort((a, b) => b.length - a.length);
    const hue = less.length > 1 && fresh < 4 ? fresh++ : 4;
    hues.push(hues[step - 1].map((x, w) => (less.includes(w) ? hue : most.length < 2 && most[0] === w ? 4 : x)));
    parted.push([most[0], less[0]]);
  }

  const play = player(model, root, () => n - 1, 900);
  const turn = slider("interests", { min: 1, max: n, value: model.get("step") + 1 }, (k) => play.jump(k - 1));
  controls.prepend(turn.node, ...play.nodes);

  const draw = () => {
    const step = model.get("step");
    const k = step + 1;
    const low = k < n ? merges[n - k - 1][2] : 0;
    const high = k > 1 ? merges[n - k][2] : top;
    for (const end of ["x1", "x2"]) cut.setAttribute(end, px((low + high) / 2));
    const { ids, shares } = found[step];
    const label = labels[step];
    names.forEach((_, v) => {
      dots[v].setAttribute("class", `gr-dg-${hues[step][v]}`);
      frames[v].classList.toggle("gr-dg-on", ids.includes(v));
    });
    paths.forEach((path, j) => path.classList.toggle("gr-dg-gone", j >= n - k));
    const stands = (v) => names[ids.find((i) => label[i] === label[v]) ?? v];
    const shown = ids.slice(0, 6);
    table.replaceChildren(
      h("tbody", {}, ...shown.map((v, j) =>
        h("tr", {}, h("th", { scope: "row" }, names[v]), h("td", {}, `${Math.round(100 * shares[j])} %`),
          h("td", {}, h("i", { class: `gr-dg-bar gr-dg-fill-${hues[step][v]}`, style: `width:${Math.round(90 * shares[j])}px` }))),
      ), ids.length > 6 ? h("tr", {}, h("td", { colspan: 3 }, `and ${ids.length - 6} more`)) : ""),
    );
    turn.set(k);
    const three = shares.slice(0, 3).reduce((a, b) => a + b, 0);
    svg.setAttribute("aria-label", `${count(k, "interest")}; medoids ${ids.map((v) => names[v]).join(", ")}`);
    say(
      `${count(k, "interest")}. ` +
        (k === n ? "Every pin is one: nothing was summed up. " : k === 1 ? "One pin stands for everything. " : "") +
        (k > 1 && k < n ? `The last cut parted ${stands(parted[step][0])} from ${stands(parted[step][1])}, ${high.toFixed(1)} apart; the next would part what is ${low.toFixed(1)} apart${low < 0.6 * high && high > 0.2 * merges.at(-1)[2] ? ": a big drop, a place to stop" : ""}. ` : "") +
        `The three heaviest have ${Math.round(100 * three)} % of the weight.`,
      model.get("yours") ? " Medoids and shares are those of your function." : "",
    );
  };
  model.on("change:step", draw);
  draw();
  return () => {
    play.stop();
    model.off("change:step", draw);
  };
}

export default { render };
