// The score of a user p and an item q, one coordinate each: the product p q, and small networks
// v · ReLU(W [p; q] + b) + c that were trained to return it where |p|, |q| ≤ trained. Two maps, and
// the scores of one item for all users.
// State: networks ([{ W, b, v, c }]), colors (of equal bands from −9 to 9), shown (which network),
// difference (true: the second map shows network − product), user (p), item (q), trained.

import { button, frame, h, s, slider } from "../../../../plots/visuals/base/base.js";
import { pull } from "../../../../plots/visuals/base/pull.js";

function render({ model, el }) {
  const [reach, top, fine] = [3, 9, 5];
  const networks = model.get("networks");
  const colors = model.get("colors");
  const trained = model.get("trained");
  const { body, controls, say } = frame(el, {
    label: "The dot product of one coordinate and networks that imitate it",
    help: "Move the user and the item: drag in a map, or use the sliders (arrow keys work).",
    least: 200,
  });

  const product = (p, q) => p * q;
  const network = ({ W, b, v, c }) => (p, q) =>
    v.reduce((sum, weight, k) => sum + weight * Math.max(0, W[k][0] * p + W[k][1] * q + b[k]), c);
  const show = (x, digits = 2) => {
    const text = x.toFixed(digits);
    return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
  };
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const near = (x) => Math.max(-reach, Math.min(reach, Math.round(x * 10) / 10));
  const inside = (p, q) => Math.max(Math.abs(p), Math.abs(q)) <= trained + 1e-9;

  // ---- pictures: every pixel is a pair of numbers
  const pixels = 112;
  const number = (k) => (reach * (2 * k + 1)) / pixels - reach;
  const shades = colors.map((text) => [1, 3, 5].map((k) => parseInt(text.slice(k, k + 2), 16)));
  const paint = (value, scale, line = true) => {
    const canvas = h("canvas", { width: pixels, height: pixels });
    const context = canvas.getContext("2d");
    const picture = context.createImageData(pixels, pixels);
    const grid = Array.from({ length: pixels }, (_, y) =>
      Array.from({ length: pixels }, (_, x) => scale * value(number(x), -number(y))),
    );
    grid.forEach((row, y) =>
      row.forEach((score, x) => {
        const band = Math.floor(((score + top) / (2 * top)) * shades.length);
        // the sign changes here: the line of score 0
        const next = [row[x + 1] ?? score, grid[y + 1]?.[x] ?? score];
        const zero = line && next.some((other) => other > 0 !== score > 0);
        const shade = zero ? [17, 17, 17] : shades[Math.max(0, Math.min(shades.length - 1, band))];
        picture.data.set([...shade, 255], 4 * (y * pixels + x));
      }),
    );
    context.putImageData(picture, 0, 0);
    return canvas.toDataURL();
  };

  // ---- two maps and the slice, all with user p to the right
  const [side, left, edge] = [192, 40, 40];
  const [width, height] = [left + side + 6, side + edge + 6];
  const px = (p) => left + (side * (p + reach)) / (2 * reach);
  const py = (q, most = reach) => 6 + (side * (most - q)) / (2 * most);
  const axes = (ticks, most, name) => [
    ...[-3, 0, 3].map((x) => s("text", { x: px(x), y: height - 22, "text-anchor": "middle" }, show(x, 0))),
    ...ticks.map((y) => s("text", { x: left - 5, y: py(y, most) + 5, "text-anchor": "end" }, show(y, 0))),
    s("text", { x: px(0), y: height - 4, "text-anchor": "middle" }, "user p"),
    s("text", { transform: `translate(12 ${py(0)}) rotate(-90)`, "text-anchor": "middle" }, name),
  ];
  const line = (name, attributes) => s("line", { class: `gr-surf-${name}`, ...attributes });

  const map = () => {
    const image = s("image", { x: left, y: 6, width: side, height: side, class: "gr-surf-image" });
    const across = line("item", { x1: left, x2: left + side });
    const dot = s("circle", { r: 6, class: "gr-surf-dot" });
    const [a, b] = [px(-trained), px(trained)];
    const square = s("rect", { x: a, y: py(trained), width: b - a, height: b - a, class: "gr-surf-square" });
    const svg = s(
      "svg",
      { viewBox: `0 0 ${width} ${height}`, width, height, role: "img" },
      image, square, across, dot, ...axes([-3, 0, 3], reach, "item q"),
    );
    pull(svg, (x, y) => {
      put("user", near(((x - left) / side) * 2 * reach - reach));
      put("item", near(reach - ((y - 6) / side) * 2 * reach));
    }, { free: true });
    const title = h("div", { class: "gr-title" });
    body.append(h("div", { class: "gr-surf-map" }, title, svg));
    return (name, href, p, q) => {
      title.textContent = name;
      svg.setAttribute("aria-label", name);
      if (href) image.setAttribute("href", href);
      for (const end of ["y1", "y2"]) across.setAttribute(end, py(q));
      dot.setAttribute("cx", px(p));
      dot.setAttribute("cy", py(q));
    };
  };
  const maps = [map(), map()];

  const straight = s("polyline", { class: "gr-surf-product" });
  const bent = s("polyline", { class: "gr-surf-network" });
  const [exact, guess] = [
    s("circle", { r: 5, class: "gr-surf-dot" }),
    s("rect", { width: 16, height: 16, class: "gr-surf-guess" }),
  ];
  const slice = s(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "img" },
    line("axis", { x1: left, x2: left + side, y1: py(0), y2: py(0) }),
    ...[-trained, trained].map((x) => line("square", { x1: px(x), x2: px(x), y1: 6, y2: 6 + side })),
    straight, bent, exact, guess, ...axes([-9, 0, 9], top, "score"),
  );
  const heading = h("div", { class: "gr-title" });
  body.append(h("div", {}, heading, slice));
  body.append(
    h(
      "div",
      { class: "gr-surf-legend gr-whole" },
      h("span", {}, h("i", { class: "gr-surf-key gr-surf-solid" }), "solid, circle: p · q"),
      h("span", {}, h("i", { class: "gr-surf-key gr-surf-dashed" }), "dashed, square: the network"),
      h("span", {}, "Red: above 0, blue: below; black line: 0. Dashed square: where it was trained."),
    ),
  );

  // ---- controls
  const range = (text, name) =>
    slider(text, { min: -reach, max: reach, step: 0.1, value: model.get(name) }, (x) => put(name, x));
  const sliders = { user: range("user p", "user"), item: range("item q", "item") };
  const choices = networks.map(({ b }, k) =>
    button(`${b.length} units`, () => put("shown", k), { "aria-pressed": "false" }),
  );
  const gap = button("Show the difference", () => put("difference", !model.get("difference")), {
    "aria-pressed": "false",
  });
  controls.prepend(sliders.user.node, sliders.item.node, ...choices, gap);

  const pictures = { product: paint(product, 1) };
  const pictureOf = (k, difference) => {
    const value = network(networks[k]);
    return (pictures[`${k} ${difference}`] ??= difference
      ? paint((p, q) => value(p, q) - p * q, fine, false)
      : paint(value, 1));
  };
  const draw = () => {
    const [p, q, k, difference] = ["user", "item", "shown", "difference"].map((name) => model.get(name));
    const value = network(networks[k]);
    const units = `${networks[k].b.length} units`;
    maps[0]("the product p · q", pictures.product, p, q);
    maps[1](difference ? `difference, colors ${fine} × finer` : `network of ${units}`, pictureOf(k, difference), p, q);
    heading.textContent = `all users, one item: q = ${show(q, 1)}`;
    const height = (y) => py(Math.max(-top, Math.min(top, y)), top);
    const points = (f) =>
      Array.from({ length: 121 }, (_, j) => -reach + j / 20).map((x) => `${px(x)},${height(f(x, q))}`).join(" ");
    straight.setAttribute("points", points(product));
    bent.setAttribute("points", points(value));
    exact.setAttribute("cx", px(p));
    exact.setAttribute("cy", height(p * q));
    guess.setAttribute("x", px(p) - 8);
    guess.setAttribute("y", height(value(p, q)) - 8);
    slice.setAttribute("aria-label", `Scores of the item q = ${show(q, 1)} over p from −3 to 3: a straight line, and that of ${units}`);
    sliders.user.set(p.toFixed(1));
    sliders.item.set(q.toFixed(1));
    choices.forEach((one, j) => one.setAttribute("aria-pressed", String(j === k)));
    gap.setAttribute("aria-pressed", String(difference));
    const miss = value(p, q) - p * q;
    const off = Math.abs(miss) < 5e-3 ? "the same" : `${show(Math.abs(miss))} too ${miss < 0 ? "low" : "high"}`;
    say(
      `User p = ${show(p, 1)}, item q = ${show(q, 1)}, ${inside(p, q) ? "inside" : "outside"} the trained square: ` +
        `the product is ${show(p * q)}, ${units} say ${show(value(p, q))}` +
        `${inside(p, q) ? "" : "; nobody trained it here, it goes on in straight pieces"}: ${off}.`,
    );
  };
  const names = ["user", "item", "shown", "difference"];
  for (const name of names) model.on(`change:${name}`, draw);
  draw();
  return () => {
    for (const name of names) model.off(`change:${name}`, draw);
  };
}

export default { render };
