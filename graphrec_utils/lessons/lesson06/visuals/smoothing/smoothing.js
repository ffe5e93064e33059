// Over-smoothing step by step: layer k alone beside the mean of layers 0 … k, in the plane.
// State: users, items (names), layers ([{ single, mean }], each { at, users, items }), rays (limits of
// the users' directions at even and at odd layers), step (a number).

import { frame, h, player, s } from "../../../../plots/visuals/base/base.js";
import { nearest, pull } from "../../../../plots/visuals/base/pull.js";

function render({ model, el }) {
  const users = model.get("users");
  const items = model.get("items");
  const layers = model.get("layers");
  const rays = model.get("rays");
  const last = layers.length - 1;
  const names = [...users, ...items];
  const [size, edge] = [262, names.length > 16 ? 16 : 34]; // names may stand out of the frame
  const middle = size / 2;
  const number = (x) => x.toFixed(2).replace("-", "−");

  const { root, body, controls, say } = frame(el, {
    label: "Over-smoothing, layer by layer",
    help: "Pull the points in the line chart through the layers, or use the buttons or ← and → (Home and End jump).",
    least: 190,
  });

  // ---- a picture: all nodes around the origin, the longest one at the rim
  const picture = (kind, title) => {
    const heading = h("div", { class: "gr-title" }, title(0));
    const lines = names.map(() => s("path", { class: "gr-smooth-arm" }));
    const marks = names.map((name, v) => {
      const user = v < users.length;
      const mark = user
        ? s("circle", { r: 7, class: "gr-user gr-smooth-node" })
        : s("rect", { x: -6, y: -6, width: 12, height: 12, class: "gr-item gr-smooth-node" });
      return s("g", {}, s("title", {}, name), mark);
    });
    const tags = names.map((name, v) => (names.length <= 16 || !v ? s("text", { class: "gr-smooth-tag gr-slides" }, name.slice(0, 8)) : null));
    const words = ["users", "items"].map((side) => s("text", { class: "gr-smooth-tag gr-slides" }, side)); // of a side that is one
    const leads = [...names, ...words].map(() => s("path", { class: "gr-smooth-lead" })); // to a name that stands far from its node
    const limits = rays.map(([x, y], k) => {
      const at = (z, sign) => middle + sign * z * (middle - edge);
      const [p, q] = rays[1 - k]; // names stand outside the two rays, their letters between them
      const inside = x * q - y * p < 0 ? -1 : 1;
      return s(
        "g",
        {},
        s("line", { class: `gr-smooth-ray${k ? " gr-smooth-odd" : ""}`, x1: middle, y1: middle, x2: at(x, 1), y2: at(y, -1) }),
        s("text", { x: at(x, 1) - 16 * y * inside, y: at(y, -1) - 16 * x * inside + 5, "text-anchor": "middle", class: "gr-smooth-word" }, k ? "b" : "a"),
      );
    });
    const svg = s(
      "svg",
      { viewBox: `0 0 ${size} ${size}`, width: size, height: size, role: "img", class: "gr-smooth-plane" },
      ...(kind === "single" ? limits : []),
      ...lines,
      ...leads,
      ...tags.filter(Boolean),
      ...words,
      s("circle", { cx: middle, cy: middle, r: 2.5, class: "gr-smooth-origin" }),
      ...marks,
    );
    const gauges = ["users", "items"].map((side) => {
      const bar = h("span", { class: `gr-slides gr-smooth-fill gr-smooth-${side}` });
      const value = h("span", { class: "gr-smooth-value" });
      const node = h(
        "div",
        { class: "gr-smooth-gauge" },
        h("span", { class: "gr-smooth-name" }, side),
        h("span", { class: "gr-smooth-track", "aria-hidden": "true" }, bar),
        value,
      );
      return { node, bar, value, side };
    });
    const show = (k) => {
      const { at, ...cosine } = layers[k][kind];
      const longest = Math.max(...at.map(([x, y]) => Math.hypot(x, y))) || 1;
      const spots = at.map(([x, y]) => [x, -y].map((z) => middle + (z / longest) * (middle - edge)));
      at.forEach(([x, y], v) => {
        const px = middle + (x / longest) * (middle - edge);
        const py = middle - (y / longest) * (middle - edge);
        marks[v].setAttribute("transform", `translate(${px.toFixed(1)} ${py.toFixed(1)})`);
        lines[v].setAttribute("d", `M ${middle} ${middle} L ${px.toFixed(1)} ${py.toFixed(1)}`);
      });
      // a side whose nodes are one has one name, at the farthest
      const one = words.map((word, side) => (word.style.display = cosine[side ? "items" : "users"] > 0.95 ? "" : "none") === "");
      const tip = words.map((_, side) => at.reduce((best, [x, y], v) => ((v >= users.length) === Boolean(side) && (best < 0 || Math.hypot(x, y) > Math.hypot(...at[best])) ? v : best), -1));
      const places = at.flatMap(([x, y], v) => {
        const side = Number(v >= users.length);
        if (tags[v]) tags[v].style.display = one[side] ? "none" : "";
        const node = one[side] ? (tip[side] === v ? words[side] : null) : tags[v];
        const lead = leads[one[side] ? names.length + side : v];
        return node ? [{ node, lead, x: middle + (x / longest) * (middle - edge), y: middle - (y / longest) * (middle - edge) }] : [];
      });
      // names stand outside, one under the other where their nodes lie together
      for (const lead of leads) lead.style.display = "none";
      for (const side of [-1, 1]) {
        const mine = places.filter(({ x }) => (x < middle ? -1 : 1) === side).sort((a, b) => a.y - b.y);
        let below = -99;
        for (const place of mine) below = place.at = Math.max(place.y + 4, below + 13);
        let above = size - 3;
        for (const place of mine.reverse()) {
          place.at = Math.min(place.at, above);
          above = place.at - 13;
        }
        for (const { node, lead, x, y: own, at: y } of mine) {
          // no other node lies on a name: it goes beyond
          let begin = x + 11 * side;
          const wide = 7 * node.textContent.length;
          const under = ([p, q]) => Math.abs(q - y + 4) < 12 && (side > 0 ? p + 9 > begin && p - 9 < begin + wide : p - 9 < begin && p + 9 > begin - wide);
          for (let k = 0; k < spots.length; k++) {
            const other = spots.find((spot) => under(spot) && Math.hypot(spot[0] - x, spot[1] - own) > 0.5);
            if (!other) break;
            begin = other[0] + 10 * side;
          }
          node.setAttribute("transform", `translate(${begin.toFixed(1)} ${y.toFixed(1)})`);
          lead.setAttribute("d", `M ${x.toFixed(1)} ${own.toFixed(1)} L ${(begin - side).toFixed(1)} ${(y - 4).toFixed(1)}`);
          lead.style.display = Math.hypot(begin - x - 11 * side, y - 4 - own) > 8 ? "" : "none";
          node.setAttribute("text-anchor", side < 0 ? "end" : "start");
        }
      }
      for (const { bar, value, side } of gauges) {
        const c = cosine[side]; // −1 … 1; the bar starts at 0 in the middle
        bar.style.left = `${50 + Math.min(0, c) * 50}%`;
        bar.style.width = `${Math.abs(c) * 50}%`;
        value.textContent = number(c);
      }
      heading.textContent = title(k);
      svg.setAttribute("aria-label", `${title(k)}: mean cosine between users ${number(cosine.users)}, between items ${number(cosine.items)}`);
    };
    const legend = h("div", { class: "gr-smooth-legend" }, "mean cosine, from −1 to 1");
    return { node: h("div", {}, heading, svg, legend, ...gauges.map((g) => g.node)), show };
  };
  const single = picture("single", (k) => `layer ${k} alone`);
  const mean = picture("mean", (k) => (k ? `mean of layers 0 … ${k}` : "mean: layer 0"));

  // ---- the users' mean cosine at every layer, for both
  const [width, height, pad] = [230, 150, 14];
  const x = (k) => pad + ((width - 2 * pad) * k) / last;
  const y = (c) => height / 2 - c * (height / 2 - pad);
  const points = (kind) => layers.map((z, k) => `${x(k)},${y(z[kind].users)}`).join(" ");
  const here = ["single", "mean"].map((kind) => s("circle", { r: 5, class: `gr-smooth-here gr-smooth-${kind}` }));
  const chart = s(
      "svg",
      { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": "mean cosine between users by layer, solid: layer alone, dashed: mean" },
      s("line", { class: "gr-smooth-axis", x1: pad, x2: width - pad, y1: y(0), y2: y(0) }),
      s("text", { x: 0, y: y(1) + 4 }, "1"),
      s("text", { x: 0, y: y(0) + 4 }, "0"),
      s("polyline", { class: "gr-smooth-line", points: points("single") }),
      s("polyline", { class: "gr-smooth-line gr-smooth-dashed", points: points("mean") }),
      ...here,
    );
  const curve = h(
    "div",
    { class: "gr-smooth-curve" },
    h("div", { class: "gr-title" }, "users: mean cosine by layer"),
    chart,
    h("div", { class: "gr-smooth-legend" }, "solid: layer alone; dashed: mean"),
    h("div", { class: "gr-smooth-legend" }, h("span", { class: "gr-dot gr-user" }), "user", " \u00a0 ", h("span", { class: "gr-dot gr-item" }), "item"),
  );
  body.append(single.node, mean.node, curve);

  // ---- stepping
  const draw = () => {
    const k = Math.max(0, Math.min(last, model.get("step")));
    single.show(k);
    mean.show(k);
    ["single", "mean"].forEach((kind, n) => {
      here[n].setAttribute("cx", x(k));
      here[n].setAttribute("cy", y(layers[k][kind].users));
    });
    const [alone, both] = [layers[k].single.users, layers[k].mean.users];
    const where =
      k === 0
        ? "Layer 0: the start, random."
        : k % 2
          ? `Layer ${k}, odd: users head for ray b, items for ray a.`
          : `Layer ${k}, even: users head for ray a, items for ray b.`;
    say(`${where} Mean cosine between users: ${number(alone)} in this layer alone, ${number(both)} in the mean.${alone > 0.95 ? " Alone, all users are one; the mean still tells them apart." : ""}`);
  };
  const time = player(model, root, () => last);
  controls.prepend(...time.nodes);
  pull(chart, (at) => time.jump(nearest(layers.map((_, k) => x(k)), at)));
  model.on("change:step", draw);
  draw();
  return () => {
    time.stop();
    model.off("change:step", draw);
  };
}

export default { render };
