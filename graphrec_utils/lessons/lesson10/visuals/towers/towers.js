// Two towers on a circle: turn the user, cool the softmax, let the gradient turn the user.
// State: items, angles (degrees), positive (a place), user (degrees), temperatures, at (a place in them).

import { button, frame, h, s, slider } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const [items, angles, positive, temperatures] = ["items", "angles", "positive", "temperatures"].map((x) => model.get(x));
  const { body, controls, say } = frame(el, {
    label: "A user among items on a circle",
    help: "Turn the user by hand, on the circle, or with its slider (arrow keys work); the other one sets the temperature.",
  });
  const first = [model.get("user"), model.get("at")];
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const write = (x, digits = 2) => x.toFixed(digits).replace("-", "−");
  const rad = (a) => (a * Math.PI) / 180;

  // ---- circle
  const [cx, cy, r] = [165, 120, 88];
  const at = (a, far = r) => [cx + far * Math.cos(rad(a)), cy - far * Math.sin(rad(a))];
  const arrow = s("line", { x1: cx, y1: cy, class: "gr-tw-user" });
  const tip = s("circle", { r: 7, class: "gr-user" });
  const marks = items.flatMap((name, k) => {
    const [x, y] = at(angles[k]);
    const [tx, ty] = at(angles[k], r + (k === positive ? 20 : 14)); // off its frame
    const left = Math.cos(rad(angles[k])) < 0;
    return [
      s("rect", { x: x - 6, y: y - 6, width: 12, height: 12, class: "gr-item" }),
      k === positive ? s("rect", { x: x - 10, y: y - 10, width: 20, height: 20, class: "gr-tw-liked" }) : "",
      s("text", { x: tx, y: ty + 5, "text-anchor": left ? "end" : "start" }, name),
    ];
  });
  const circle = s(
    "svg",
    { viewBox: "0 0 330 240", width: 330, height: 240, role: "img" },
    s("circle", { cx, cy, r, class: "gr-tw-ring" }),
    arrow,
    ...marks,
    tip,
  );
  circle.classList.add("gr-tw-circle");
  const point = (event) => {
    const box = circle.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * 330 - cx;
    const y = cy - ((event.clientY - box.top) / box.height) * 240;
    put("user", (Math.round((Math.atan2(y, x) * 180) / Math.PI) + 360) % 360);
  };
  circle.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    circle.setPointerCapture(event.pointerId);
    point(event);
  });
  circle.addEventListener("pointermove", (event) => {
    if (circle.hasPointerCapture(event.pointerId)) point(event);
  });

  // ---- bars
  const [step, zero, long] = [30, 90, 170];
  const bars = items.map((name, k) => ({
    bar: s("rect", { x: zero, y: k * step + 4, height: 20, class: k === positive ? "gr-tw-right" : "gr-item" }),
    text: s("text", { y: k * step + 19 }),
    name: s("text", { x: zero - 8, y: k * step + 19, "text-anchor": "end" }, name),
  }));
  const chart = s(
    "svg",
    { viewBox: `0 0 320 ${items.length * step}`, width: 320, height: items.length * step, role: "img" },
    ...bars.flatMap((x) => [x.bar, x.text, x.name]),
  );
  body.append(h("div", {}, circle), h("div", {}, h("div", { class: "gr-title" }, "softmax of cos / τ"), chart));

  // ---- controls
  const turn = slider("user, degrees", { min: 0, max: 359, value: first[0] }, (x) => put("user", x));
  const cool = slider("temperature τ", { min: 0, max: temperatures.length - 1, value: first[1] }, (x) => put("at", x));
  const shares = () => {
    const t = temperatures[model.get("at")];
    const e = angles.map((a) => Math.exp((Math.cos(rad(a - model.get("user"))) - 1) / t));
    const Z = e.reduce((a, b) => a + b, 0);
    return e.map((x) => x / Z);
  };
  let rest = false; // a step has turned the user by less than 1°
  const learn = button("One step of training", () => {
    const t = temperatures[model.get("at")];
    const p = shares();
    // d cos(a - u) / du = sin(a - u)
    const slope = angles.reduce((sum, a, k) => sum + ((k === positive ? 1 : 0) - p[k]) * Math.sin(rad(a - model.get("user"))), 0) / t;
    const degrees = Math.max(-20, Math.min(20, 20 * slope));
    put("user", Math.round((model.get("user") + degrees + 360) * 10) / 10 % 360);
    if (Math.abs(degrees) >= 1) return;
    rest = true;
    draw();
  });
  const reset = button("Reset", () => {
    put("user", first[0]);
    put("at", first[1]);
  });
  controls.prepend(turn.node, cool.node, learn, reset);

  const draw = () => {
    const t = temperatures[model.get("at")];
    const p = shares();
    const [x, y] = at(model.get("user"));
    arrow.setAttribute("x2", x);
    arrow.setAttribute("y2", y);
    tip.setAttribute("cx", x);
    tip.setAttribute("cy", y);
    bars.forEach(({ bar, text }, k) => {
      bar.setAttribute("width", Math.max(1, long * p[k]));
      text.setAttribute("x", zero + long * p[k] + 8);
      text.textContent = write(p[k]);
    });
    turn.set(Math.round(model.get("user")));
    cool.set(model.get("at"));
    cool.node.querySelector("output").textContent = String(t);
    cool.node.querySelector("input").setAttribute("aria-valuetext", t);
    circle.setAttribute("aria-label", `The user points to ${Math.round(model.get("user"))} degrees, ${items[positive]} is at ${angles[positive]}`);
    chart.setAttribute("aria-label", items.map((name, k) => `${name} ${write(p[k])}`).join(", "));
    const floor = Math.log1p((items.length - 1) * Math.exp(-2 / t));
    const top = p.indexOf(Math.max(...p));
    const cold = floor < 5e-5;
    const why =
      top !== positive
        ? cold && p[top] > 0.95 ? `So cold a softmax gives nearly all to the nearest, ${items[top]}.` : `${items[top]} is nearer and has more, ${write(p[top])}.`
        : cold ? "At so low a temperature it can all but vanish."
        : `No arrangement of vectors of length 1 gets below ${write(floor, floor < 0.005 ? 4 : 2)} here.`;
    if (rest) {
      rest = false;
      const name = items[positive];
      return say(
        `A step turns the user by less than 1°: probability of ${name} ${write(p[positive])}. ` +
          (p[positive] > 0.95 ? `${name} has nearly all already.`
          : top === positive ? `What the others push from both sides nearly cancels out. A lower τ gives ${name} more.`
          : `What ${name} pulls and the others push nearly cancels out.`),
      );
    }
    say(`τ = ${t}: ${items[positive]} has probability ${write(p[positive])}, the loss is ${write(-Math.log(p[positive]))}. ${why}`);
  };
  for (const name of ["user", "at"]) model.on(`change:${name}`, draw);
  draw();
  return () => {
    for (const name of ["user", "at"]) model.off(`change:${name}`, draw);
  };
}

export default { render };
