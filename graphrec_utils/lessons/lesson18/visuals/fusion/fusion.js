// Lists of generators side by side and the fused one. A generator has a vote or none; of the item that was pressed,
// votes flow into the fused list, as wide as they count, and it can be pulled up and down in each list.
// State: names, lists (items by rank), saved, fused (null where it is the formula's; else by votes read as a binary
// number, then c: items, scores), constants, votes, c (a place in constants), item.

import { button, frame, h, list, roving, s, slider, still, travel } from "../../../../plots/visuals/base/base.js";

function render({ model, el }) {
  const [names, saved, constants] = ["names", "saved", "constants"].map((x) => model.get(x));
  const { body, controls, say } = frame(el, {
    label: "Lists of several generators and the fused one",
    help: "Press an item: its votes flow. Then pull it up or down in its list, or press Shift with an arrow key. Give a list its vote or take it away. Arrow keys and Enter do the same.",
  });
  const put = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const star = new Set(saved);
  const first = model.get("lists").map((x) => [...x]);
  const begun = [[...model.get("votes")], model.get("c"), model.get("item")];
  const longest = Math.max(...first.map((x) => x.length));
  const many = names.length;

  let pulled = null; // [item, list, where it was, its place in the fused list before]
  const boxes = names.map((name, g) => {
    const box = h("input", { type: "checkbox" });
    box.addEventListener("change", () => {
      pulled = null;
      put("votes", model.get("votes").map((x, k) => (k === g ? Number(box.checked) : x)));
    });
    return box;
  });
  const constant = slider("c", { min: 0, max: constants.length - 1, value: model.get("c") }, (x) => {
    pulled = null;
    put("c", x);
  });
  const back = button("Reset", () => {
    pulled = null;
    put("votes", begun[0]);
    put("c", begun[1]);
    put("item", begun[2]);
    put("lists", first.map((x) => [...x]));
  });
  controls.prepend(...names.map((name, g) => h("label", { class: "gr-slider" }, boxes[g], " " + name)), constant.node, back);

  // ---- a column a list, the fused one last
  const chips = Array.from({ length: longest }, () =>
    [...names, "fused"].map(() => h("button", { type: "button", class: "gr-chip" })),
  );
  const bars = chips.map(() => h("td", { class: "gr-fuse-bar", "aria-hidden": "true" }));
  const gap = (tag) => h(tag, { class: "gr-fuse-gap", "aria-hidden": "true" });
  const heads = [...names, "fused"].map((name) => h("th", { scope: "col" }, name));
  const table = h(
    "table",
    { class: "gr-fuse", "aria-label": "Lists by rank" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "rank"), ...heads.slice(0, -1), gap("td"), heads.at(-1), h("td", { class: "gr-fuse-bar", "aria-hidden": "true" }, "its votes"))),
    h("tbody", {}, ...chips.map((row, k) => {
      const cells = row.map((chip) => h("td", {}, chip));
      return h("tr", {}, h("th", { scope: "row" }, String(k + 1)), ...cells.slice(0, -1), gap("td"), cells.at(-1), bars[k]);
    })),
  );
  const flow = s("svg", { class: "gr-fuse-flow", "aria-hidden": "true" });
  const plane = h("div", { class: "gr-fuse-plane" }, flow, table);
  body.append(plane);
  roving(table, () => chips.map((row) => row.map((chip) => (chip.hidden ? null : chip))), chips[0][0]);
  const corner = (node) => {
    let [x, y] = [0, 0];
    for (let e = node; e && e !== plane; e = e.offsetParent) [x, y] = [x + e.offsetLeft, y + e.offsetTop];
    return [x, y];
  };

  // ---- an item pulled up or down in its list
  const shift = (g, from, to) => {
    const lists = model.get("lists");
    to = Math.max(0, Math.min(lists[g].length - 1, to));
    if (to === from) return from;
    const item = lists[g][from];
    if (!pulled || pulled[0] !== item || pulled[1] !== g) pulled = [item, g, from, now().items.indexOf(item)];
    const mine = lists[g].filter((x) => x !== item);
    mine.splice(to, 0, item);
    model.set("item", item);
    put("lists", lists.map((x, k) => (k === g ? mine : x)));
    return to;
  };
  chips.forEach((row, k) => row.forEach((chip, g) => {
    let held = null; // [where the item is, where the hand was, the height of a row]
    chip.addEventListener("click", () => {
      if (held && held[0] !== k) return; // it was pulled
      if (Number(chip.dataset.item) !== model.get("item")) pulled = null;
      put("item", Number(chip.dataset.item));
      travel(flow, trips);
    });
    if (g === many) return;
    chip.addEventListener("keydown", (event) => {
      held = null;
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!by || !event.shiftKey) return;
      event.preventDefault();
      event.stopPropagation();
      chips[shift(g, k, k + by)][g].focus();
    });
    chip.addEventListener("pointerdown", (event) => {
      held = null;
      if (event.pointerType === "touch" && !chip.classList.contains("gr-chosen")) return; // the page is scrolled there
      held = [k, event.clientY, chip.getBoundingClientRect().height * 1.12];
      chip.setPointerCapture(event.pointerId);
    });
    chip.addEventListener("lostpointercapture", () => held && held[0] !== k && chips[held[0]][g].focus({ focusVisible: false })); // the keys go on with what was pulled
    chip.addEventListener("pointermove", (event) => {
      if (held && chip.hasPointerCapture(event.pointerId)) held[0] = shift(g, held[0], k + Math.round((event.clientY - held[1]) / held[2]));
    });
  }));

  // as a student's function has it, while nobody has pulled; else by the formula
  function now() {
    const [votes, c, lists] = [model.get("votes"), model.get("c"), model.get("lists")];
    const place = votes.reduce((sum, x) => 2 * sum + x, 0);
    if (model.get("fused") && String(lists) === String(first)) return model.get("fused")[place][c];
    const sums = new Map();
    lists.forEach((x, g) => votes[g] && x.forEach((item, k) => sums.set(item, (sums.get(item) ?? 0) + 1 / (constants[c] + k + 1))));
    const best = [...sums].sort((a, b) => (Math.abs(b[1] - a[1]) < 1e-12 ? a[0] - b[0] : b[1] - a[1])).slice(0, longest);
    return { items: best.map((x) => x[0]), scores: best.map((x) => x[1]) };
  }

  let before = null;
  function draw() {
    const [votes, c, item, lists] = [model.get("votes"), constants[model.get("c")], model.get("item"), model.get("lists")];
    const fused = now();
    const columns = [...lists, fused.items];
    boxes.forEach((box, g) => (box.checked = Boolean(votes[g])));
    constant.set(model.get("c"));
    constant.node.querySelector("output").textContent = c;
    constant.node.querySelector("input").setAttribute("aria-valuetext", c);
    back.disabled = String([lists, votes, model.get("c")]) === String([first, ...begun]);
    const most = many / (c + 1);
    chips.forEach((row, k) => {
      row.forEach((chip, g) => {
        const mine = columns[g][k];
        chip.hidden = mine === undefined;
        if (chip.hidden) return;
        chip.dataset.item = mine;
        chip.textContent = star.has(mine) ? `${mine} ★` : String(mine);
        chip.classList.toggle("gr-saved", star.has(mine));
        chip.classList.toggle("gr-chosen", mine === item);
        chip.classList.toggle("gr-silent", g < many && !votes[g]);
        chip.setAttribute("aria-label", `item ${mine}${star.has(mine) ? ", saved later" : ""}, rank ${k + 1}`);
        chip.setAttribute("aria-pressed", mine === item);
        const old = before?.[g].indexOf(mine);
        if (before && old !== k && !still()) {
          const way = old < 0 ? [{ opacity: 0 }, { opacity: 1 }] : [{ transform: `translateY(${(old - k) * 29}px)` }, { transform: "none" }];
          chip.animate(way, { duration: 300, easing: "ease-in-out" });
        }
      });
      const mine = fused.items[k];
      const parts = lists.map((x, g) => (votes[g] && x.includes(mine) ? 1 / (c + x.indexOf(mine) + 1) : 0)).filter(Boolean);
      bars[k].replaceChildren(...parts.map((x) => h("span", { style: `width:${((100 * x) / most).toFixed(1)}%`, class: mine === item ? "gr-chosen" : "" })));
    });
    before = columns.map((x) => [...x]);
    ribbons(votes, c, item, lists, fused);
    say(sentence(votes, c, item, lists, fused));
  }

  // ---- the votes of an item, each as wide as it counts
  let trips = [];
  function ribbons(votes, c, item, lists, fused) {
    flow.replaceChildren();
    trips = [];
    const at = fused.items.indexOf(item);
    if (at < 0) return;
    const end = chips[at][many];
    const [ex, ey] = corner(end);
    const votesOf = lists.map((x, g) => [g, votes[g] ? x.indexOf(item) : -1]).filter(([, k]) => k >= 0);
    const wide = (k) => (18 * (c + 1)) / (c + k + 1) / many;
    let y = ey + end.offsetHeight / 2 - votesOf.reduce((sum, [, k]) => sum + wide(k), 0) / 2;
    for (const [g, k] of votesOf) {
      const chip = chips[k][g];
      const [x, top] = corner(chip);
      const [from, to] = [[x + chip.offsetWidth - 2, top + chip.offsetHeight / 2], [ex + 2, y + wide(k) / 2]];
      y += wide(k);
      const bend = (from[0] + 2 * to[0]) / 3;
      flow.append(s("path", { d: `M${from}C${bend} ${from[1]} ${bend} ${to[1]} ${to}`, "stroke-width": wide(k) }));
      trips.push([from, to, "gr-fuse-vote"]);
    }
  }

  function sentence(votes, c, item, lists, fused) {
    if (!votes.some(Boolean)) return "Nobody has a vote: there is no list.";
    const hits = fused.items.filter((x) => star.has(x)).length;
    const found = star.size ? ` Saved items in the fused list: ${hits}.` : "";
    const places = lists.map((x) => x.indexOf(item) + 1);
    const voters = places.map((rank, g) => (votes[g] && rank ? [names[g], rank] : null)).filter(Boolean);
    if (!voters.length) return `Item ${item} is in no list with a vote.${found}`;
    const sum = voters.map(([, rank]) => `1/(${c} + ${rank})`).join(" + ");
    const at = fused.items.indexOf(item);
    if (pulled?.[0] === item && back.disabled === false) {
      const [, g, from, old] = pulled;
      const told = (k) => (k < 0 ? "out" : `place ${k + 1}`);
      const kept = old === at ? `still ${told(at)}` : `from ${told(old)} to ${told(at)}`;
      return `Item ${item}, pulled from ${from + 1} to ${places[g]} in ${names[g]}: ${votes[g] ? `its vote there is 1/${c + places[g]} instead of 1/${c + from + 1}` : "a list without a vote"}; in the fused list ${kept}.${found}`;
    }
    const end = at < 0 ? "not enough for the fused list." : `= ${fused.scores[at].toFixed(4)}, place ${at + 1}.`;
    const ranks = voters.map(([, rank]) => rank);
    const lead = at || Math.min(...ranks) < 2 || voters.length < 2 ? "" : `Nobody's first choice is first: item ${item} has places ${list(ranks.map(String))} in ${voters.length} lists. `;
    if (lead) return `${lead}${sum} ${end.replace(/, place 1/, "")}${found}`;
    return `Item ${item}: rank ${list(voters.map(([name, rank]) => `${rank} in ${name}`))}; ${sum} ${end}${found}`;
  }

  const events = ["votes", "c", "item", "fused", "lists"].map((name) => `change:${name}`);
  for (const event of events) model.on(event, draw);
  draw();
  const watch = new ResizeObserver(draw);
  watch.observe(plane);
  return () => {
    watch.disconnect();
    events.forEach((event) => model.off(event, draw));
  };
}

export default { render };
