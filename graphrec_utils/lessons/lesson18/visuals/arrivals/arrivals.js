// An experiment that fills with users: lift and interval so far, and whether somebody who looks would stop.
// State: arms (name -> a list of {users, lift, low, high}), names, arm, step.

import { button, frame, h, player, s } from "../../../../plots/visuals/base/base.js";
import { nearest, pull } from "../../../../plots/visuals/base/pull.js";

function render({ model, el }) {
  const [arms, names] = ["arms", "names"].map((x) => model.get(x));
  const { root, body, controls, say } = frame(el, {
    label: "An experiment that fills with users",
    help: "Choose an experiment, then pull to the right: users arrive. → and ← do the same.",
  });
  const percent = (x) => `${Math.abs(x) < 5e-4 ? "" : x < 0 ? "−" : "+"}${Math.abs(100 * x).toFixed(1)} %`;
  const [W, H, left, bottom] = [matchMedia("(max-width: 600px)").matches ? 380 : 760, 230, 60, 28];
  const every = Object.values(arms).flat();
  const [few, most] = [Math.min(...every.map((x) => x.users)), Math.max(...every.map((x) => x.users))];
  const later = every.filter((x) => x.users > few * 4);
  const widest = Math.max(...later.map((x) => Math.max(Math.abs(x.low), Math.abs(x.high))));
  const reach = Math.min(1, Math.max(0.3, 1.2 * widest));
  const px = (users) => left + ((W - left - 8) * Math.log(users / few)) / Math.log(most / few);
  const cut = (y) => Math.max(-reach, Math.min(reach, y));
  const py = (y) => (H - bottom) * (0.5 - (0.47 * cut(y)) / reach);
  const band = s("polygon", { class: "gr-arr-band" });
  const line = s("polyline", { class: "gr-arr-line" });
  const dot = s("circle", { class: "gr-user gr-arr-dot", r: 7 });
  const stop = s("g", { class: "gr-arr-stop" }, s("circle", { r: 7 }), s("text", { y: -12, "text-anchor": "middle" }, "stopped here?"));
  const round = 10 ** Math.round(Math.log10(few * most) / 2); // 10, 100, 1000: near the middle of the axis
  const ticks = [few, round > few && round < most ? round : Math.round(Math.sqrt(few * most)), most];
  const chart = s(
    "svg",
    { viewBox: `0 0 ${W} ${H}`, width: W, height: H, role: "img" },
    band,
    s("line", { class: "gr-arr-zero", x1: left, x2: W - 8, y1: py(0), y2: py(0) }),
    line,
    stop,
    dot,
    ...[-reach, 0, reach].map((y) => s("text", { x: left - 6, y: py(y) + 5, "text-anchor": "end" }, y ? `${y < 0 ? "−" : "+"}${Math.round(100 * Math.abs(y))} %` : "0")),
    ...ticks.map((u, k) => s("text", { x: px(u), y: H - 8, "text-anchor": ["start", "middle", "end"][k] }, k === 2 ? `${u} users` : String(u))),
  );
  const coming = s("rect", { y: 0, height: H - bottom, class: "gr-arr-coming" });
  chart.prepend(coming);
  const invites = s("text", { x: (left + W) / 2, y: py(0) - 14, "text-anchor": "middle" }, "users still to come: pull →");
  chart.append(invites);
  pull(chart, (x) => steps.jump(nearest(arms[model.get("arm")].map((z) => px(z.users)), x)));
  const title = h("div", { class: "gr-title" });
  body.append(h("div", {}, title, chart));

  const steps = player(model, root, () => arms[model.get("arm")].length - 1);
  const choices = names.map((name) => ({
    name,
    node: button(name, () => {
      model.set("arm", name);
      model.set("step", Math.min(model.get("step"), arms[name].length - 1));
      model.save_changes();
    }),
  }));
  controls.before(h("div", { class: "gr-controls", role: "group", "aria-label": "Experiment" }, ...choices.map((x) => x.node)));
  controls.append(...steps.nodes);

  const draw = () => {
    const arm = model.get("arm");
    const seen = arms[arm].slice(0, model.get("step") + 1);
    const now = seen.at(-1);
    const point = (key) => (x) => `${px(x.users).toFixed(1)},${py(x[key]).toFixed(1)}`;
    band.setAttribute("points", [...seen.map(point("high")), ...seen.map(point("low")).reverse()].join(" "));
    line.setAttribute("points", seen.map(point("lift")).join(" "));
    dot.setAttribute("cx", px(now.users));
    coming.setAttribute("x", px(now.users));
    coming.setAttribute("width", W - 8 - px(now.users));
    dot.setAttribute("cy", py(now.lift));
    const outside = (x) => x.low > 0 || x.high < 0;
    const first = seen.find(outside);
    const verdict = outside(now) ? (now.lift > 0 ? "The policy is better." : "The policy is worse.") : "Nobody can tell.";
    const stopped = first && first !== now ? ` Who looks all the time would have stopped after ${first.users} users and told ${percent(first.lift)}.` : "";
    stop.style.display = stopped ? "" : "none";
    if (stopped) stop.setAttribute("transform", `translate(${Math.max(left + 46, px(first.users))} ${py(first.lift)})`);
    invites.style.display = seen.length > 1 ? "none" : "";
    title.textContent = `lift after ${now.users} users: ${arm}`;
    const told = `${arm}, ${now.users} users: lift ${percent(now.lift)}, from ${percent(now.low)} to ${percent(now.high)}. ${verdict}${stopped}`;
    chart.setAttribute("aria-label", told);
    for (const { name, node } of choices) node.setAttribute("aria-pressed", String(name === arm));
    say(told);
  };
  for (const name of ["arm", "step"]) model.on(`change:${name}`, draw);
  draw();
  return () => {
    steps.stop();
    for (const name of ["arm", "step"]) model.off(`change:${name}`, draw);
  };
}

export default { render };
