// Semantic IDs: points, their codes, and who shares a prefix. State: points (n × 2 in 0 … 1), sums (L × n × 2, what
// the first codes stand for), codes (n × L), names, chosen, level.

import { button, frame, h, roving, s, slider } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const [points, sums, codes, names] = ["points", "sums", "codes", "names"].map((x) => model.get(x));
  const L = sums.length;
  const { body, controls, say } = frame(el, {
    label: "Semantic IDs",
    help: "Choose a point by mouse or among its words with the arrow keys; the slider says how many codes must agree.",
  });
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const [width, height, edge] = [340, 250, 24];
  const at = ([x, y]) => [edge + x * (width - 2 * edge), height - edge - y * (height - 2 * edge)];
  const back = s("g", {});
  const dots = points.map((p, k) => {
    const [cx, cy] = at(p);
    return s("circle", { cx, cy, r: 8, class: "gr-st-point", onclick: () => put("chosen", k) });
  });
  const svg = s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": "points and their centers" }, back, ...dots);
  const words = names.map((name, k) => button("", () => put("chosen", k), { "aria-pressed": "false" }));
  const list = h("div", { class: "gr-st-words", role: "group", "aria-label": "words" }, ...words);
  body.append(svg, list);
  roving(list, () => [words], words[model.get("chosen")]);
  list.addEventListener("focusin", (event) => {
    const k = words.indexOf(event.target);
    if (k >= 0 && k !== model.get("chosen")) put("chosen", k);
  });
  const depth = slider("codes that agree", { min: 0, max: L, value: model.get("level") }, (x) => put("level", x));
  controls.prepend(depth.node);

  const draw = () => {
    const [chosen, level] = [model.get("chosen"), model.get("level")];
    depth.set(level);
    const same = (k) => codes[k].slice(0, level).every((c, l) => c === codes[chosen][l]);
    back.replaceChildren(
      ...points.flatMap((p, k) => {
        if (!level) return [];
        const [[x, y], [a, b]] = [at(p), at(sums[level - 1][k])];
        return [
          s("line", { x1: a, y1: b, x2: x, y2: y, class: "gr-st-rest" }),
          s("path", { d: `M${a - 5} ${b}h10M${a} ${b - 5}v10`, class: "gr-st-center" }),
        ];
      }),
    );
    dots.forEach((dot, k) => {
      dot.setAttribute("class", `gr-st-point${same(k) ? " gr-st-same" : ""}${k === chosen ? " gr-st-chosen" : ""}`);
    });
    words.forEach((word, k) => {
      word.textContent = `${names[k]} ${codes[k].join("·")}`;
      word.classList.toggle("gr-st-same", same(k));
      word.setAttribute("aria-pressed", String(k === chosen));
    });
    const group = names.filter((_, k) => same(k) && k !== chosen);
    const prefix = level ? codes[chosen].slice(0, level).join("·") : "nothing";
    say(
      `${names[chosen]} begins with ${prefix}. ` +
        (group.length ? `So ${group.length === 1 ? "does" : "do"} ${group.join(", ")}.` : "Nobody else does."),
    );
  };
  for (const name of ["chosen", "level"]) model.on(`change:${name}`, draw);
  draw();
  return () => {
    for (const name of ["chosen", "level"]) model.off(`change:${name}`, draw);
  };
}

export default { render };
