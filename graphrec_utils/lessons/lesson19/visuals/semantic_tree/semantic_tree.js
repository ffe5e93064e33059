// Semantic IDs: points, their codes, and who shares a prefix; a new pin can be carried anywhere and gets its spelling.
// State: points (n × 2 in 0 … 1), sums (L × n × 2, what the first codes stand for), codes (n × L), names, cells (the
// codes of a grid over the plane, row by row from the bottom, columns in a row), columns, chosen (n is the new pin),
// level, fresh (its column and row).

import { button, frame, h, list, roving, s, slider } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const [points, sums, codes, names, cells, columns] = ["points", "sums", "codes", "names", "cells", "columns"].map((x) => model.get(x));
  const [L, n, rows] = [sums.length, points.length, cells.length / columns];
  const { body, controls, say } = frame(el, {
    label: "Semantic IDs",
    help:
      "Choose a point by mouse or among the spellings with the arrow keys; the slider says how many codes must agree. " +
      "Carry the new pin by hand, tap where it shall lie, or use the arrow keys.",
  });
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const [width, height] = [468, 364];
  const side = [width / columns, height / rows];
  const at = ([x, y]) => [side[0] * (2 + x * (columns - 4)), height - side[1] * (2 + y * (rows - 4))];
  const middle = ([c, r]) => [side[0] * (c + 0.5), height - side[1] * (r + 0.5)];

  // ---- the plane: cells of one prefix, letters at points, and the new pin
  const word = (k) => (k < n ? codes[k] : cells[model.get("fresh")[1] * columns + model.get("fresh")[0]]);
  const shade = s("path", { class: "gr-st-shade" });
  const borders = s("path", { class: "gr-st-border" });
  const back = s("g", {});
  const dots = points.map((p, k) => {
    const [cx, cy] = at(p);
    const choose = () => put("chosen", k);
    return s("g", { class: "gr-st-pick", onclick: choose }, s("circle", { cx, cy, r: 9 }), s("text", { x: cx, y: cy + 5, "text-anchor": "middle" }, names[k]));
  });
  const carry = (c, r) => {
    if (model.get("chosen") !== n) put("chosen", n); // what is carried is what is told
    put("fresh", [Math.max(0, Math.min(columns - 1, c)), Math.max(0, Math.min(rows - 1, r))]);
  };
  const carried = (event) => {
    const box = svg.getBoundingClientRect();
    carry(Math.floor(((event.clientX - box.left) / box.width) * columns), Math.floor(((box.bottom - event.clientY) / box.height) * rows));
  };
  const mark = s("path", { d: "M0 -10 10 0 0 10 -10 0Z", class: "gr-st-diamond" });
  const tag = s("text", { "text-anchor": "middle" });
  const halo = s("circle", { r: 16, class: "gr-st-halo" });
  const pin = s("g", { class: "gr-st-new", role: "button", tabindex: 0 }, halo, mark, tag);
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  pin.addEventListener("keydown", (event) => {
    const go = STEPS[event.key];
    if (!go && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    if (!go) return put("chosen", n);
    const [c, r] = model.get("fresh");
    carry(c + go[0], r + go[1]);
  });
  const svg = s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": "points, their centers and a new pin" }, shade, borders, back, ...dots, pin);
  pin.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    pin.setPointerCapture(event.pointerId);
    pin.focus({ focusVisible: false });
    put("chosen", n);
  });
  pin.addEventListener("pointermove", (event) => {
    if (!pin.hasPointerCapture(event.pointerId)) return;
    carried(event);
  });

  svg.addEventListener("click", (event) => {
    if (!event.target.closest(".gr-st-pick, .gr-st-new")) carried(event);
  });

  // ---- the spellings
  const words = [...names, ""].map((_, k) => button("", () => put("chosen", k), { "aria-pressed": "false" }));
  const group = h("div", { class: "gr-st-words", role: "group", "aria-label": "spellings" }, ...words);
  body.append(svg, group);
  roving(group, () => [words], words[model.get("chosen")]);
  group.addEventListener("focusin", (event) => {
    const k = words.indexOf(event.target);
    if (k >= 0 && k !== model.get("chosen")) put("chosen", k);
  });
  const depth = slider("codes that agree", { min: 0, max: L, value: model.get("level") }, (x) => put("level", x));
  controls.prepend(depth.node);

  // borders between cells are stairs: their corners are drawn to the mean of their neighbors, ends and forks stay
  const smooth = (steps) => {
    const near = new Map();
    const join = (a, b) => near.set(a, [...(near.get(a) ?? []), b]);
    for (const [a, b] of steps) join(a, b), join(b, a);
    let places = new Map([...near.keys()].map((k) => [k, k.split(" ").map(Number)]));
    for (let turn = 0; turn < 12; turn += 1)
      places = new Map([...near].map(([k, [a, b, more]]) => {
        const [x, y] = places.get(k);
        if (!b || more) return [k, [x, y]];
        const [p, q] = [places.get(a), places.get(b)];
        return [k, [(p[0] + 2 * x + q[0]) / 4, (p[1] + 2 * y + q[1]) / 4]];
      }));
    const put_ = (k) => [side[0] * places.get(k)[0], height - side[1] * places.get(k)[1]].map((z) => z.toFixed(1)).join(" ");
    return steps.map(([a, b]) => `M${put_(a)}L${put_(b)}`).join("");
  };

  const draw = () => {
    const [chosen, level] = [model.get("chosen"), model.get("level")];
    depth.set(level);
    const mine = word(chosen).slice(0, level).join();
    const same = (k) => word(k).slice(0, level).join() === mine;
    const prefixes = cells.map((x) => x.slice(0, level).join());
    const [lit, lines] = [[], []];
    prefixes.forEach((prefix, k) => {
      const [c, r] = [k % columns, Math.floor(k / columns)];
      const [x, y] = [c * side[0], height - (r + 1) * side[1]];
      if (level && prefix === mine) lit.push(`M${x} ${y}h${side[0]}v${side[1]}h${-side[0]}z`);
      if (c + 1 < columns && prefix !== prefixes[k + 1]) lines.push([`${c + 1} ${r + 1}`, `${c + 1} ${r}`]);
      if (r + 1 < rows && prefix !== prefixes[k + columns]) lines.push([`${c} ${r + 1}`, `${c + 1} ${r + 1}`]);
    });
    shade.setAttribute("d", lit.join(""));
    borders.setAttribute("d", smooth(lines));
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
    dots.forEach((dot, k) => dot.setAttribute("class", `gr-st-pick${same(k) ? " gr-st-same" : ""}${k === chosen ? " gr-st-chosen" : ""}`));
    const [x, y] = middle(model.get("fresh"));
    const spelled = word(n).join("·");
    for (const node of [halo, mark]) node.setAttribute("transform", `translate(${x}, ${y})`);
    tag.setAttribute("x", Math.max(30, Math.min(width - 30, x)));
    tag.setAttribute("y", y > 34 ? y - 14 : y + 26);
    tag.textContent = spelled;
    pin.setAttribute("aria-label", `new pin, spelling ${spelled}; arrow keys carry it`);
    pin.classList.toggle("gr-st-same", same(n));
    words.forEach((node, k) => {
      node.textContent = `${k < n ? names[k] : "new"} ${word(k).join("·")}`;
      node.classList.toggle("gr-st-same", same(k));
      node.setAttribute("aria-pressed", String(k === chosen));
    });
    const others = names.filter((_, k) => same(k) && k !== chosen);
    const prefix = level ? word(chosen).slice(0, level).join("·") : "nothing";
    say(
      `${chosen < n ? names[chosen] : "The new pin"} begins with ${prefix}. ` +
        (others.length ? `So ${others.length === 1 ? "does" : "do"} ${list(others)}.` : "Nobody else does."),
    );
  };
  for (const name of ["chosen", "level", "fresh"]) model.on(`change:${name}`, draw);
  draw();
  return () => {
    for (const name of ["chosen", "level", "fresh"]) model.off(`change:${name}`, draw);
  };
}

export default { render };
