// The message e_i + c (e_i ⊙ e_u) of one item to several users; c is on a slider. One user listens at a time: her bars
// are pulled above, what she is told stands below, coordinate under coordinate.
// State: item (numbers), users (name → numbers), name, strength (c).

import { button, frame, h, moves, s, slider } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const item = model.get("item");
  const users = Object.entries(model.get("users"));
  const first = structuredClone(model.get("users"));
  const name = model.get("name");
  const d = item.length;

  const { root, body, controls, say } = frame(el, {
    label: "What the product term adds to a message",
    help: "Pull a bar of the upper row up or down (or arrow keys), choose who listens, move the slider. At 0 everybody hears the same.",
  });

  const [bar, gapX, high, low] = [56, 36, 104, 136]; // the rows: the listener's vector, and what is told
  const width = d * (bar + gapX) + gapX;
  const [zero, base] = [24 + high / 2, 24 + high + 66 + low / 2];
  const height = base + low / 2 + 34;
  const middle = (k) => gapX + k * (bar + gapX) + bar / 2;
  const widest = Math.max(1, ...users.flatMap(([, e]) => e.map(Math.abs)));
  const scale = (high / 2 - 17) / widest; // a number has room above a bar and below it
  const sign = (x, digits = 1) => x.toFixed(digits).replace(/^-(0\.?0*)$/, "$1").replace("-", "−");
  const box = (x, k, at, by, style) => s("rect", { x: middle(k) - bar / 2, y: Math.min(at, at - x * by), width: bar, height: Math.abs(x * by), class: style });
  const number = (x, k, at, by, outline) => {
    // beyond the bar, and beyond its outline where that is longer
    const long = outline && x * outline[k] > 0 && Math.abs(outline[k]) > Math.abs(x);
    const y = at - (long ? outline[k] : x) * by + (x < 0 ? 15 : -5);
    return s("text", { x: middle(k), y, "text-anchor": "middle", class: "gr-pro-number" }, sign(x));
  };
  const words = (x, y, text, more = {}) => s("text", { x, y, ...more }, text);

  let listens = 0;
  let held = null; // the coordinate in the hand
  const choose = users.map(([who], j) => button(who, () => {
    listens = j;
    draw();
  }));
  const put = (k, value) => {
    const next = structuredClone(model.get("users"));
    next[users[listens][0]][k] = Math.round(10 * Math.max(-1, Math.min(1, value))) / 10;
    held = k;
    model.set("users", next);
    model.save_changes();
  };

  const back = s("g", {});
  const plane = s("svg", { viewBox: `0 0 ${width} ${height}`, width: Math.round(1.06 * width), role: "group", class: "gr-pro-plane" }, back);
  // a bar is pulled where it stands, over its whole height
  const grips = item.map((_, k) => {
    const grip = s("rect", { class: "gr-pro-grip", x: middle(k) - bar / 2 - 8, y: 20, width: bar + 16, height: high + 8, tabindex: 0, role: "spinbutton", "aria-valuemin": -1, "aria-valuemax": 1 });
    const pull = (event) => {
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(plane.getScreenCTM().inverse());
      put(k, (zero - at.y) / scale);
    };
    grip.addEventListener("pointerdown", (event) => {
      grip.setPointerCapture(event.pointerId);
      root.classList.remove("gr-moves");
      pull(event);
    });
    grip.addEventListener("pointermove", (event) => grip.hasPointerCapture(event.pointerId) && pull(event));
    grip.addEventListener("pointerup", () => moves(root));
    grip.addEventListener("keydown", (event) => {
      const way = { ArrowUp: 0.1, ArrowRight: 0.1, ArrowDown: -0.1, ArrowLeft: -0.1 }[event.key];
      if (!way) return;
      event.preventDefault();
      put(k, model.get("users")[users[listens][0]][k] + way);
    });
    return grip;
  });
  plane.append(...grips);
  const key = h("div", { class: "gr-pro-key" });
  body.append(plane, key);

  const message = (vector, c) => item.map((x, k) => x * (1 + c * vector[k]));
  const cosine = (a, b) => {
    const dot = (p, q) => p.reduce((sum, x, k) => sum + x * q[k], 0);
    return dot(a, b) / (Math.sqrt(dot(a, a) * dot(b, b)) || 1);
  };
  const draw = () => {
    const c = model.get("strength");
    const now = users.map(([who]) => model.get("users")[who]);
    const all = now.map((vector) => message(vector, c));
    const [who, own, heard] = [users[listens][0], now[listens], all[listens]];
    // a bar is at most 1 long: only the slider changes the scale, never the hand at a bar
    const by = (low / 2 - 14) / Math.max(...item.map((x) => Math.abs(x) * (1 + Math.abs(c))));
    const factor = own.map((x) => 1 + c * x);
    const far = factor.map((x) => Math.abs(x - 1));
    const k = held ?? far.indexOf(Math.max(...far));
    back.replaceChildren(
      s("rect", { class: "gr-pro-band", x: middle(k) - bar / 2 - 12, y: 20, width: bar + 24, height: height - 20 }),
      words(0, 14, `${who}: pull a bar`, { class: "gr-pro-title" }),
      words(0, base - low / 2 - 16, `${name} tells ${who}`, { class: "gr-pro-title" }),
      ...[zero, base].map((y) => s("line", { x1: 0, x2: width, y1: y, y2: y, class: "gr-pro-axis" })),
      ...own.flatMap((x, j) => [box(x, j, zero, scale, "gr-user"), number(x, j, zero, scale)]),
      ...heard.map((x, j) => box(x, j, base, by, "gr-item")),
      ...item.map((x, j) => box(x, j, base, by, "gr-pro-outline")),
      ...all.flatMap((other, j) => (j === listens ? [] : other.map((x, n) => s("circle", { cx: middle(n) + bar / 2 + 10, cy: base - x * by, r: 5, class: "gr-pro-other" })))),
      ...heard.map((x, j) => number(x, j, base, by, item)),
      ...item.flatMap((x, j) => [
        words(middle(j), 24 + high + 20, `f${j + 1}`, { "text-anchor": "middle", class: j === k ? "gr-pro-title" : "" }),
        words(middle(j), height - 6, `${sign(x)} × ${sign(factor[j])}`, { "text-anchor": "middle", class: j === k ? "gr-pro-title" : "" }),
      ]),
    );
    plane.setAttribute("aria-label", `vector of ${who}: ${own.map((x) => sign(x)).join(", ")}; ${name} tells ${heard.map((x) => sign(x)).join(", ")}`);
    grips.forEach((grip, j) => {
      grip.setAttribute("aria-label", `f${j + 1} of ${who}`);
      grip.setAttribute("aria-valuenow", own[j]);
    });
    choose.forEach((node, j) => node.setAttribute("aria-pressed", String(j === listens)));
    const others = users.map(([x]) => x).filter((_, j) => j !== listens);
    key.replaceChildren(
      h("div", {}, h("span", { class: "gr-dot gr-item" }), `what ${name} tells ${who}`),
      h("div", {}, h("span", { class: "gr-pro-dash" }), `${name}'s own vector: told at 0`),
      h("div", {}, h("span", { class: "gr-pro-ring" }), `what ${others.join(" and ")} hear${others.length === 1 ? "s" : ""}`),
    );
    const turn = factor[k];
    const effect = held === null ? "" : `f${k + 1} is ${Math.abs(turn) < 0.05 ? "silenced" : turn < 0 ? "turned round" : turn > 1.0001 ? "amplified" : turn < 0.9999 ? "damped" : "told as it is"}. `;
    const told = Math.max(...far) < 1e-9 ? `${who} hears what everybody hears.` : `${effect}${who}'s f${k + 1} is ${sign(own[k])}: ${name}'s ${sign(item[k])} becomes ${sign(item[k])} × (1 + ${sign(c)} · ${sign(own[k])}) = ${sign(heard[k], 2)}.`;
    say(`Strength of the product ${sign(c)}. ${told} Cosine of what ${users[0][0]} and ${users[1][0]} hear: ${sign(cosine(all[0], all[1]), 2)}.`);
    control.set(c);
    control.node.querySelector("output").textContent = `${c}`.replace("-", "−");
  };
  const control = slider("product", { min: -2, max: 2, step: 0.1, value: model.get("strength") }, (c) => {
    model.set("strength", c);
    model.save_changes();
  });
  controls.prepend(h("span", {}, "Listen as"), ...choose, control.node, button("Reset", () => {
    held = null;
    model.set("users", structuredClone(first));
    model.set("strength", begin);
    model.save_changes();
  }));
  const begin = model.get("strength");
  for (const key of ["strength", "users"]) model.on(`change:${key}`, draw);
  draw();
  return () => {
    for (const key of ["strength", "users"]) model.off(`change:${key}`, draw);
  };
}

export default { render };
