// OmniSage's losses as switches. State: boxes (name → x, y, words, losses that reach it), edges (from, to, loss),
// losses (letter → name), measured (letters → name → number), on (letters), size (of a box).

import { button, frame, h, s } from "../../../../plots/visuals/base/base.js";

const WORDS = { encoder: "the encoder", network: "the feature network", reader: "the user transformer" };

function render({ model, el }) {
  const [boxes, edges, names, measured, [w, tall]] = ["boxes", "edges", "losses", "measured", "size"].map((x) => model.get(x));
  const { body, controls, say } = frame(el, {
    label: "Three losses",
    help: "Switch each loss on and off by its button. What gets a gradient is filled; a thick line says who asks.",
  });
  const flip = (letter) => {
    const now = model.get("on");
    model.set("on", Object.keys(names).filter((k) => now.includes(k) !== (k === letter)).join(""));
    model.save_changes();
  };
  const switches = Object.entries(names).map(([k, name]) => [k, button(name, () => flip(k), { "aria-pressed": "false" })]);
  controls.prepend(...switches.map(([, node]) => node));
  const lines = edges.map(([one, other, loss]) => {
    const [[x, y], [a, b]] = [boxes[one], boxes[other]];
    const d =
      x === a
        ? `M${x + 20} ${y + tall}C${x - 40} ${y + tall + 30} ${x - 40} ${b - 30} ${x + 20} ${b}`
        : `M${x + w} ${y + tall / 2}L${a} ${b + tall / 2}`;
    return [loss, s("path", { d, class: "gr-tw-edge" })];
  });
  const shapes = Object.entries(boxes).map(([name, [x, y, words, losses]]) => {
    const box = s("rect", { x, y, width: w, height: tall, rx: 8, class: "gr-tw-box" });
    const cut = words.length > 18 ? words.indexOf(" ", words.length / 2 - 3) : words.length;
    const text = [words.slice(0, cut), words.slice(cut + 1)].filter(Boolean);
    const label = text.map((part, k) =>
      s("text", { x: x + w / 2, y: y + tall / 2 + 5 + (k - (text.length - 1) / 2) * 18, "text-anchor": "middle" }, part),
    );
    return { name, losses, box, node: s("g", {}, box, ...label) };
  });
  const svg = s("svg", { viewBox: "0 0 640 290", width: 640, height: 290, role: "img", "aria-label": "parts of OmniSage" }, ...lines.map(([, x]) => x), ...shapes.map((x) => x.node));
  body.append(h("div", { class: "gr-tw-scroll" }, svg));

  const draw = () => {
    const on = model.get("on");
    const reached = (losses) => [...losses].some((k) => on.includes(k));
    switches.forEach(([k, node]) => node.setAttribute("aria-pressed", String(on.includes(k))));
    lines.forEach(([loss, line]) => line.classList.toggle("gr-tw-flow", loss !== "" && on.includes(loss)));
    shapes.forEach(({ losses, box }) => box.classList.toggle("gr-tw-lit", reached(losses)));
    if (!on) return say("No loss is on: nothing learns.");
    const parts = shapes.filter(({ name, losses }) => WORDS[name] && reached(losses)).map(({ name }) => WORDS[name]);
    const idle = shapes.filter(({ name, losses }) => WORDS[name] && !reached(losses)).map(({ name }) => WORDS[name]);
    const found = Object.entries(measured[on] ?? {}).map(([name, x]) => `${name} ${x.toFixed(3)}`);
    say(
      `Gradients reach ${parts.join(", ")}.` +
        (idle.length ? ` Nothing reaches ${idle.join(" and ")}.` : "") +
        (found.length ? ` Measured recall@10: ${found.join(", ")}.` : ""),
    );
  };
  model.on("change:on", draw);
  draw();
  return () => model.off("change:on", draw);
}

export default { render };
