// A stream of items in small hashed tables: when a bucket was last seen, and how far apart its visits are.
// State: stream (ids), buckets (of each item under each hash function), names, alpha, start (gap of a bucket
// that was never seen), step (how many events have come).

import { frame, h, list, player, s, slider } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const [events, buckets, names] = ["stream", "buckets", "names"].map((x) => model.get(x));
  const width = Math.max(...buckets.flat()) + 1;
  const { root, body, controls, say } = frame(el, {
    label: "How often items come, estimated from a stream in hashed tables",
    help: "Step through the stream, or jump to its end with the End key. Outlines: the true shares so far.",
  });

  // ---- the tables after so many events, made from the beginning: hundreds of events at most
  const after = (step, alpha) => {
    const last = buckets.map(() => Array(width).fill(0));
    const gap = buckets.map(() => Array(width).fill(model.get("start")));
    for (let t = 1; t <= step; t += 1) {
      buckets.forEach((own, k) => {
        const b = own[events[t - 1]];
        gap[k][b] += alpha * (t - last[k][b] - gap[k][b]);
        last[k][b] = t;
      });
    }
    return { last, gap };
  };

  // ---- bars of the estimates, and a table for each hash function
  const [row, zero, long] = [28, 92, 190];
  const bars = names.map((name, k) => ({
    bar: s("rect", { x: zero, y: k * row + 7, height: 14, class: "gr-item" }),
    share: s("rect", { x: zero, y: k * row + 3, height: 22, class: "gr-str-true" }),
    text: s("text", { x: zero + long + 6, y: k * row + 19 }),
    name: s("text", { x: zero - 8, y: k * row + 19, "text-anchor": "end" }, name),
  }));
  const size = [zero + long + 50, names.length * row];
  const chart = s("svg", { viewBox: `0 0 ${size[0]} ${size[1]}`, width: size[0], height: size[1], role: "img" },
    ...bars.flatMap((x) => [x.bar, x.share, x.text, x.name]));
  const cells = buckets.map(() => Array.from({ length: width }, () => h("td", {})));
  const who = (k, b) => names.filter((_, j) => buckets[k][j] === b);
  const tables = buckets.map((_, k) =>
    h("table", { class: "gr-str-table" },
      h("caption", {}, `hash ${k}: gap, and last seen`),
      h("tr", {}, ...cells[k].map((_, b) => h("th", {}, who(k, b).join(", ") || "–"))),
      h("tr", {}, ...cells[k])),
  );
  body.append(h("div", {}, h("div", { class: "gr-title" }, "estimate (bar), share (outline)"), chart), h("div", {}, ...tables));

  const draw = () => {
    const [step, alpha] = [model.get("step"), model.get("alpha")];
    const { last, gap } = after(step, alpha);
    const now = step ? events[step - 1] : null;
    const shares = names.map((_, j) => (step ? events.slice(0, step).filter((x) => x === j).length / step : 0));
    const found = names.map((_, j) => 1 / Math.max(...buckets.map((own, k) => gap[k][own[j]])));
    const top = Math.max(0.1, ...shares, ...found);
    bars.forEach(({ bar, share, text }, j) => {
      bar.setAttribute("width", (long * found[j]) / top);
      share.setAttribute("width", Math.max(1, (long * shares[j]) / top));
      text.textContent = found[j].toFixed(2);
    });
    chart.setAttribute("aria-label", names.map((name, j) => `${name}: share ${shares[j].toFixed(2)}, estimate ${found[j].toFixed(2)}`).join("; "));
    cells.forEach((line, k) =>
      line.forEach((cell, b) => {
        cell.textContent = `${gap[k][b].toFixed(1)} · ${last[k][b]}`;
        cell.className = now !== null && buckets[k][now] === b ? "gr-str-hit" : "";
      }),
    );
    rate.set(alpha);
    if (now === null) return say("Nothing has come yet: every gap is where it began.");
    const shared = [...new Set(buckets.flatMap((_, k) => who(k, buckets[k][now])))].filter((name) => name !== names[now]);
    say(
      `Step ${step}: ${names[now]} comes. ` +
        (shared.length ? `${list(shared)} share${shared.length === 1 ? "s" : ""} a bucket with it. ` : "") +
        `Estimate ${found[now].toFixed(3)}, share so far ${shares[now].toFixed(3)}.`,
    );
  };

  const time = player(model, root, () => events.length, 250);
  const rate = slider("alpha", { min: 0.01, max: 0.5, step: 0.01, value: model.get("alpha") }, (x) => {
    model.set("alpha", x);
    model.save_changes();
  });
  controls.prepend(...time.nodes, rate.node);
  for (const name of ["step", "alpha"]) model.on(`change:${name}`, draw);
  draw();
  return () => {
    time.stop();
    for (const name of ["step", "alpha"]) model.off(`change:${name}`, draw);
  };
}

export default { render };
