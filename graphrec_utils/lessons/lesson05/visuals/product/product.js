// The message e_i + c (e_i ⊙ e_u) of one item to several users; c is on a slider, the users' bars can be pulled.
// One user listens at a time.
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
    help: "Pull a user's bar up or down (or arrow keys), choose who listens, move the slider. At 0 everybody hears the same.",
  });

  const [bar, gapX, height, foot] = [30, 14, 116, 22];
  const width = d * (bar + gapX) + gapX;
  const widest = Math.max(1, ...users.flatMap(([, e]) => e.map(Math.abs)));
  const middle = (k) => gapX + k * (bar + gapX) + bar / 2;
  const sign = (x, digits = 1) => x.toFixed(digits).replace(/^-(0\.?0*)$/, "$1").replace("-", "−");
  const bars = (values, top, side, outline) => {
    const zero = height / 2;
    const scale = (zero - 14) / top;
    const box = (x, k, style) =>
      s("rect", {
        x: gapX + k * (bar + gapX),
        y: Math.min(zero, zero - x * scale),
        width: bar,
        height: Math.abs(x * scale),
        class: style,
      });
    // beyond the bar, and beyond its outline where that is longer
    const text = (x, k) => {
      const long = outline && x * outline[k] > 0 && Math.abs(outline[k]) > Math.abs(x);
      const y = zero - (long ? outline[k] : x) * scale + (x < 0 ? 13 : -4);
      const at = { x: gapX + k * (bar + gapX) + bar / 2, y, "text-anchor": "middle" };
      return s("text", { ...at, class: "gr-pro-number" }, sign(x));
    };
    return [
      s("line", { x1: 0, x2: width, y1: zero, y2: zero, class: "gr-pro-axis" }),
      ...values.map((x, k) => box(x, k, `gr-${side}`)),
      ...(outline ?? []).map((x, k) => box(x, k, "gr-pro-outline")),
      ...values.map(text),
      ...values.map((_, k) => s("text", { x: middle(k), y: height + foot - 5, "text-anchor": "middle", class: "gr-pro-name" }, `f${k + 1}`)),
    ];
  };
  const chart = (label) =>
    s("svg", { viewBox: `0 0 ${width} ${height + foot}`, width, height: height + foot, role: "img", "aria-label": label });
  const before = chart(`vector of ${name}`);
  body.append(h("div", {}, h("div", { class: "gr-title" }, `e of ${name}`), before));
  let listens = 0;
  const choose = users.map(([who], j) => button(who, () => {
    listens = j;
    draw();
  }));
  const put = (j, k, value) => {
    const next = structuredClone(model.get("users"));
    next[users[j][0]][k] = Math.round(10 * Math.max(-1, Math.min(1, value))) / 10;
    listens = j;
    model.set("users", next);
    model.save_changes();
  };
  const charts = users.map(([who], j) => {
    const own = chart(`vector of ${who}`);
    own.setAttribute("role", "group");
    const scale = (height / 2 - 14) / widest;
    // a bar is pulled where it stands, over its whole height
    const grips = item.map((_, k) => {
      const grip = s("rect", { class: "gr-pro-grip", x: middle(k) - bar / 2 - 4, y: 0, width: bar + 8, height, tabindex: 0, role: "spinbutton",
        "aria-label": `f${k + 1} of ${who}`, "aria-valuemin": -1, "aria-valuemax": 1 });
      const pull = (event) => {
        const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(own.getScreenCTM().inverse());
        put(j, k, (height / 2 - at.y) / scale);
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
        put(j, k, model.get("users")[who][k] + way);
      });
      return grip;
    });
    const heard = chart(`message to ${who}`);
    const node = h("div", { class: "gr-pro-one" }, h("div", { class: "gr-title" }, `e of ${who}`), own, h("div", { class: "gr-title" }, `${name} tells ${who}`), heard);
    body.append(node);
    return { own, grips, heard, node };
  });

  const message = (vector, c) => item.map((x, k) => x * (1 + c * vector[k]));
  const cosine = (a, b) => {
    const dot = (p, q) => p.reduce((sum, x, k) => sum + x * q[k], 0);
    return dot(a, b) / (Math.sqrt(dot(a, a) * dot(b, b)) || 1);
  };
  const draw = () => {
    const c = model.get("strength");
    const now = users.map(([who]) => model.get("users")[who]);
    const heard = now.map((vector) => message(vector, c));
    const largest = Math.max(...[item, ...heard].flat().map(Math.abs));
    before.replaceChildren(...bars(item, largest, "item"));
    charts.forEach(({ own, grips, heard: node, node: one }, j) => {
      // what has the focus stays in its place
      [...own.childNodes].forEach((x) => grips.includes(x) || x.remove());
      own.prepend(...bars(now[j], widest, "user"));
      if (!grips[0].parentNode) own.append(...grips);
      grips.forEach((grip, k) => grip.setAttribute("aria-valuenow", now[j][k]));
      node.replaceChildren(...bars(heard[j], largest, "item", item));
      one.classList.toggle("gr-pro-quiet", j !== listens);
      choose[j].setAttribute("aria-pressed", String(j === listens));
    });
    const pair = `${users[0][0]} and ${users[1][0]}`;
    const factor = now[listens].map((x) => 1 + c * x);
    const far = factor.map((x) => Math.abs(x - 1));
    const k = far.indexOf(Math.max(...far));
    const who = users[listens][0];
    const told = far[k] < 1e-9 ? `${who} hears what everybody hears.` : `${who}'s f${k + 1} is ${sign(now[listens][k])}: the ${sign(item[k])} becomes ${sign(item[k])} × (1 + ${sign(c)} · ${sign(now[listens][k])}) = ${sign(heard[listens][k], 2)}.`;
    say(
      `Strength of the product ${sign(c)}. Cosine of what ${pair} hear: ` +
        `${sign(cosine(heard[0], heard[1]), 2)}. ${told} Dashed outlines: the message without product.`,
    );
    control.set(c);
  };
  const control = slider("product", { min: -2, max: 2, step: 0.1, value: model.get("strength") }, (c) => {
    model.set("strength", c);
    model.save_changes();
  });
  controls.prepend(h("span", {}, "Listen as"), ...choose, control.node, button("Reset", () => {
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
