// A stream of items in small hashed tables: when a bucket was last seen, and how far apart its visits are. A line
// leads from an item's bucket in one table to its bucket in the next.
// State: stream (ids), buckets (of each item under each hash function), names, alpha, start (gap of a bucket
// that was never seen), step (how many events have come).

import { frame, h, list, player, roving, s, slider } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const [events, buckets, names] = ["stream", "buckets", "names"].map((x) => model.get(x));
  const width = Math.max(...buckets.flat()) + 1;
  const { root, body, controls, say } = frame(el, {
    label: "How often items come, estimated from a stream in hashed tables",
    help:
      "Pull event or alpha, or step (Home and End jump). Press a film, or reach it with the arrow keys, to see its buckets: thick " +
      "lines, dashed ones of those that share a bucket with it. Outlines are the true shares so far.",
  });

  // ---- the tables after so many events, made from the beginning: hundreds of events at most
  const after = (step, alpha) => {
    const last = buckets.map(() => Array(width).fill(0));
    const hits = buckets.map(() => Array(width).fill(0));
    const gap = buckets.map(() => Array(width).fill(model.get("start")));
    for (let t = 1; t <= step; t += 1) {
      buckets.forEach((own, k) => {
        const b = own[events[t - 1]];
        gap[k][b] += alpha * (t - last[k][b] - gap[k][b]);
        last[k][b] = t;
        hits[k][b] += 1;
      });
    }
    return { last, gap, most: Math.max(...hits.flat()) };
  };

  // ---- bars of the estimates, and a table for each hash function
  const [row, zero, long] = [28, 92, 150];
  let asked_at = model.get("step");
  let asked = null; // a film that was pressed, until the next comes
  let rated = null; // whether the last act was a pull at alpha
  const digits = (x) => [1, 2, 3].map((d) => x.toFixed(d)).find((t, k) => k > 1 || (1 / t).toFixed(2) === (1 / x).toFixed(2)); // 1 over it is the estimate, as shown
  const bars = names.map((name, k) => ({
    touch: s("rect", { x: 0, y: k * row, width: zero + long + 46, height: row, class: "gr-str-touch" }),
    bar: s("rect", { x: zero, y: k * row + 7, height: 14, class: "gr-item" }),
    share: s("rect", { x: zero, y: k * row + 3, height: 22, class: "gr-str-true" }),
    text: s("text", { x: zero + long + 6, y: k * row + 19 }),
    name: s("text", { x: zero - 8, y: k * row + 19, "text-anchor": "end" }, name),
  }));
  const ask = (k) => {
    asked = k;
    rated = null;
    draw();
  };
  bars.forEach((x, k) => (x.node = s("g", { role: "button", tabindex: -1, class: "gr-str-film", onclick: () => ask(k),
    onfocus: (event) => event.target.matches(":focus-visible") && ask(k) }, x.touch, x.bar, x.share, x.text, x.name)));
  const size = [zero + long + 50, names.length * row];
  const chart = s("svg", { viewBox: `0 0 ${size[0]} ${size[1]}`, width: size[0], height: size[1], role: "group", "aria-label": "films" },
    ...bars.map((x) => x.node));
  roving(chart, () => bars.map((x) => [x.node]), bars[0].node);
  const who = (k, b) => names.filter((_, j) => buckets[k][j] === b);
  const tight = !matchMedia("(min-width: 880px)").matches;
  const [wide, box, line, tall] = [tight ? Math.max(84, Math.min(91, 364 / width)) : Math.min(126, 500 / width), 62, 128, 22];
  const middle = (k, j) => wide * (buckets[k][j] + 0.5) + (j - (names.length - 1) / 2) * 6;
  const top = (k) => tall + k * line;
  const cells = buckets.map((_, k) => Array.from({ length: width }, (_, b) => {
    const x = wide * (b + 0.5);
    const mates = who(k, b).join(", ") || "–";
    const shown = mates.length > 13 ? `${mates.slice(0, 12)}…` : mates;
    const text = (at, value, kind) => s("text", { x, y: top(k) + at, "text-anchor": "middle", class: kind }, value);
    return {
      box: s("rect", { x: x - wide / 2 + 2, y: top(k), width: wide - 4, height: box, rx: 4 }),
      name: s("text", { x, y: top(k) + 19, "text-anchor": "middle", class: "gr-str-who" }, s("title", {}, mates), shown),
      gap: text(38, "", "gr-str-gap"),
      last: text(55, "", "gr-str-gap gr-under"),
    };
  }));
  const links = names.map((_, j) => s("path", {
    d: buckets.slice(1).map((_, k) => `M${middle(k, j)} ${top(k) + box}L${middle(k + 1, j)} ${top(k + 1)}`).join(""),
  }));
  const room = [wide * width, tall + line * (buckets.length - 1) + box + 4];
  const tables = s("svg", { viewBox: `0 0 ${room[0]} ${room[1]}`, width: room[0], height: room[1], role: "img" },
    ...links, ...buckets.map((_, k) => s("text", { x: 4, y: top(k) - 7, class: "gr-str-table" }, `table ${k + 1}`)),
    ...cells.flat().flatMap((cell) => Object.values(cell)));
  body.append(
    h("div", {}, h("div", { class: "gr-title" }, "estimate (bar), share (outline)"), chart),
    h("div", { class: `gr-str-scroll${tight ? " gr-str-tight" : ""}` }, h("div", { class: "gr-title" }, "who shares a bucket, and how often it is hit"), tables),
  );

  const draw = () => {
    const [step, alpha] = [model.get("step"), model.get("alpha")];
    const { last, gap, most: visits } = after(step, alpha);
    if (step !== asked_at) [asked, rated] = [null, null];
    asked_at = step;
    const now = asked ?? (step ? events[step - 1] : null);
    const shares = names.map((_, j) => (step ? events.slice(0, step).filter((x) => x === j).length / step : 0));
    const found = names.map((_, j) => 1 / Math.max(...buckets.map((own, k) => gap[k][own[j]])));
    const most = Math.max(0.1, ...shares, ...found);
    bars.forEach(({ bar, share, text }, j) => {
      bar.setAttribute("width", (long * found[j]) / most);
      share.setAttribute("width", Math.max(1, (long * shares[j]) / most));
      text.textContent = found[j].toFixed(2);
    });
    bars.forEach(({ node }, j) => {
      node.setAttribute("aria-label", `${names[j]}: share ${shares[j].toFixed(2)}, estimate ${found[j].toFixed(2)}`);
      node.classList.toggle("gr-str-now", j === now);
    });
    const gaps = now === null ? [] : buckets.map((own, k) => gap[k][own[now]]);
    const counts = gaps.indexOf(Math.max(...gaps));
    const mates = now === null ? [] : names.map((_, j) => j).filter((j) => j !== now && buckets.some((own) => own[j] === own[now]));
    cells.forEach((row_, k) =>
      row_.forEach((cell, b) => {
        const hit = now !== null && buckets[k][now] === b;
        const crowded = hit && mates.some((j) => buckets[k][j] === b);
        cell.gap.textContent = `every ${digits(gap[k][b])}`;
        cell.last.textContent = hit && k === counts && buckets.length > 1 ? tight ? "taken" : "rarer hit: taken" : last[k][b] ? "" : "never hit";
        cell.box.setAttribute("class", `gr-str-box${hit ? " gr-str-hit" : ""}${crowded ? " gr-str-crowded" : ""}`);
      }),
    );
    links.forEach((link, j) => link.setAttribute("class", `gr-str-link${j === now ? " gr-str-mine" : asked !== null && mates.includes(j) ? " gr-str-mate" : now === null ? "" : " gr-str-pale"}`));
    rate.set(alpha);
    when.set(step);
    tables.setAttribute("aria-label", buckets.map((own, k) =>
      `table ${k + 1}: ` + gap[k].map((x, b) => `${list(who(k, b)) || "nobody"} ${x.toFixed(1)}`).join("; ")).join(". "));
    if (now === null) return say("Nothing has come yet: every gap is where it began.");
    const name = names[now];
    if (rated !== null) {
      // how many of the last visits make nine tenths of a gap
      const n = Math.ceil(Math.log(0.1) / Math.log(1 - alpha));
      return say(
        `alpha = ${alpha.toFixed(2)}: a visit counts ${Math.round(100 * alpha)} % of its bucket's gap. ` +
          (n > visits
            ? `Nine tenths would take ${n} visits, and no bucket has had more than ${visits}: the start, every ${model.get("start")}, still counts.`
            : `Nine tenths come from the last ${n}${n < 10 ? ": so few that estimates jump with each" : ": chance averages out, a change shows late"}.`),
      );
    }
    if (asked === null)
      return say(
        `Step ${step}: ${name} comes. Its ${buckets.length > 1 ? "rarer hit bucket" : "bucket"} is hit every ${digits(gaps[counts])} steps, ` +
          `so its estimate is 1/${digits(gaps[counts])} = ${found[now].toFixed(2)}; its share so far is ${shares[now].toFixed(2)}.`,
      );
    // tables in which nobody else has hit its bucket
    const free = buckets.map((own, k) => (mates.some((j) => own[j] === own[now] && shares[j]) ? 0 : k + 1)).filter(Boolean);
    const its = buckets.length > 2 ? `all ${buckets.length} of its buckets` : buckets.length > 1 ? "both its buckets" : "its bucket";
    const came = mates.filter((j) => shares[j]).map((j) => names[j]);
    const too = found[now] / (shares[now] || 1);
    say(
      !shares[now] ? `${name} has not come${came.length ? `, but ${list(came)} hit${came.length > 1 ? "" : "s"} its buckets` : ""}.`
      : step < 21 ? `${name}: after ${step} steps the estimates still hang on where they began.`
      : too > 1.5 ? `${name} seems ${too.toFixed(1)} times too frequent${free.length ? " so far" : `: others hit ${its}`}.`
      : too < 1 / 1.5 ? `${name} seems ${(1 / too).toFixed(1)} times too rare so far.`
      : `${name} is estimated about right${free.length ? `: nobody else hits its bucket in table ${free[0]}` : `, though others hit ${its}`}.`,
    );
  };

  const time = player(model, root, () => events.length, 250);
  const when = slider("event", { min: 0, max: events.length, value: model.get("step") }, (k) => time.jump(k));
  const rate = slider("alpha", { min: 0.01, max: 0.5, step: 0.01, value: model.get("alpha") }, (x) => {
    [rated, asked] = [x, null];
    model.set("alpha", x);
    model.save_changes();
  });
  controls.prepend(...time.nodes, when.node, rate.node);
  for (const name of ["step", "alpha"]) model.on(`change:${name}`, draw);
  draw();
  return () => {
    time.stop();
    for (const name of ["step", "alpha"]) model.off(`change:${name}`, draw);
  };
}

export default { render };
