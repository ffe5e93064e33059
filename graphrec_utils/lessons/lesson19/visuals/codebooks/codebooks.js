// Two books of words on a plane. State: points (n × 2), films (way -> epoch -> words, used, alive, codes (a digit each), left), kmeans,
// revive, step (the epoch), chosen (a first word), yours.

import { button, frame, h, player, roving, s } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const [points, films] = ["points", "films"].map((x) => model.get(x));
  const { root, body, controls, say } = frame(el, {
    label: "Books of words",
    help: "Step through the epochs with → and ←. Squares: first words, hollow and † if they spell nothing. Triangles: what the second book adds to the chosen word.",
  });
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const way = () => `${model.get("kmeans") ? "k-means" : "anywhere"}${model.get("revive") ? ", revived" : ""}`;
  const epochs = films["anywhere"].length - 1;
  const [size, middle] = [320, 160];
  const places = [points, ...Object.values(films).flat().map((f) => f.words[0])].flat(2);
  const reach = 1.06 * Math.max(...places.map(Math.abs));
  const at = ([x, y]) => [middle + (150 * x) / reach, middle - (150 * y) / reach].map((z) => Number(z.toFixed(1)));
  const dots = points.map((p) => s("circle", { cx: at(p)[0], cy: at(p)[1], r: 3.5, class: "gr-cb-point" }));
  const first = films["anywhere"][0].words[0].map((_, k) =>
    s("g", { class: "gr-cb-word", onclick: () => put("chosen", k) }, s("rect", { x: -6, y: -6, width: 12, height: 12 }), s("text", { x: 9, y: 5 })),
  );
  const second = s("g", {});
  const plane = s(
    "svg",
    { viewBox: `0 0 ${size} ${size}`, width: size, height: size, role: "img" },
    s("rect", { class: "gr-cb-frame", x: 0.5, y: 0.5, width: size - 1, height: size - 1 }),
    ...dots, second, ...first,
  );
  const words = first.map((_, k) => button(`word ${k}`, () => put("chosen", k)));
  const list = h("div", { class: "gr-cb-words", role: "group", "aria-label": "First words" }, ...words);
  const counts = h("div", { class: "gr-title" });
  const told = h("p", {});
  body.append(plane, h("div", { style: "flex: 1 1 15em" }, counts, list, told));
  roving(list, () => [words], words[model.get("chosen")]);

  const play = player(model, root, () => epochs, 600);
  const start = button("start at k-means", () => put("kmeans", !model.get("kmeans")));
  const again = button("revive", () => put("revive", !model.get("revive")));
  controls.append(...play.nodes, start, again);

  const draw = () => {
    const [step, chosen] = ["step", "chosen"].map((x) => model.get(x));
    const { words: [one, two], used, alive, codes, left } = films[way()][step];
    start.setAttribute("aria-pressed", String(model.get("kmeans")));
    again.setAttribute("aria-pressed", String(model.get("revive")));
    dots.forEach((dot, k) => dot.classList.toggle("gr-cb-own", Number(codes[k]) === chosen));
    first.forEach((node, k) => {
      const [x, y] = at(one[k]);
      node.setAttribute("transform", `translate(${x} ${y})`);
      node.classList.toggle("gr-cb-dead", !used[0][k]);
      node.classList.toggle("gr-cb-chosen", k === chosen);
      node.lastChild.textContent = used[0][k] ? "" : "†";
      words[k].textContent = `word ${k}: ${used[0][k] || "†"}`;
      words[k].setAttribute("aria-pressed", String(k === chosen));
    });
    const [a, b] = at(one[chosen]);
    second.replaceChildren(
      ...two.flatMap(([x, y], k) => {
        const [c, d] = at([one[chosen][0] + x, one[chosen][1] + y]);
        return [
          s("line", { x1: a, y1: b, x2: c, y2: d, class: "gr-cb-tie" }),
          s("path", { d: `M${c} ${d - 5}L${c + 5} ${d + 4}L${c - 5} ${d + 4}Z`, class: `gr-cb-second${used[1][k] ? "" : " gr-cb-dead"}` }),
        ];
      }),
    );
    counts.textContent = `alive ${alive[0]} of ${one.length}, ${alive[1]} of ${two.length} second words`;
    const own = used[0][chosen];
    told.textContent = own ? `Word ${chosen} spells ${own} of ${points.length} points.` : `Word ${chosen} spells nothing: no gradient moves it.`;
    const yours = model.get("yours") && model.get("revive") ? " Revived by your function." : "";
    const line = `Epoch ${step}: ${alive[0]} of ${one.length} first words spell something. Left over: ${left.toFixed(2)}.`;
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
