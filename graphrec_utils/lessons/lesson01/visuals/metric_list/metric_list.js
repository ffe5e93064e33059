// One ranked list and its metrics, and below it the ideal list. A press switches a place between relevant and not
// relevant; two sliders move the cut-off and the number of relevant items that are not in the list.
// State: relevant (0 or 1 by rank), missed, top; answers: the recall, hit rate and MRR of a student's function
// for some states, by "relevant missed top", or null.

import { button, count, frame, h, list, roving, slider } from "../../../../plots/visuals/base/base.js";

const MOST_MISSED = 10;
const gain = (rank) => 1 / Math.log2(rank + 1);
const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
const ranksUpTo = (last) => Array.from({ length: last }, (_, k) => k + 1);

// All values of one list, null where nothing is relevant. The formulas are those of lesson 01.
function measure(relevant, missed, top) {
  const found = ranksUpTo(top).filter((rank) => relevant[rank - 1]);
  const all = sum(relevant) + missed;
  const best = Math.min(top, all);
  const dcg = sum(found.map(gain));
  const ideal = (hits) => sum(ranksUpTo(hits).map(gain));
  const values = {
    precision: found.length / top,
    recall: found.length / all,
    "hit rate": Number(found.length > 0),
    MRR: found.length ? 1 / found[0] : 0,
    NDCG: dcg / ideal(best),
    "careless NDCG": found.length ? dcg / ideal(found.length) : 0,
  };
  if (!all) for (const name of Object.keys(values)) values[name] = null;
  return { values, found, all, best, dcg, ideal };
}

const three = (x) => x.toFixed(3);

// What stands behind each number, with the numbers of this list.
function reasons({ found, all, best, dcg, ideal }, top) {
  return {
    precision: `${found.length} hits / ${top} places`,
    recall: `${found.length} hits / ${all} relevant`,
    "hit rate": found.length ? "there is a hit" : "there is no hit",
    MRR: found.length ? `first hit at rank ${found[0]}` : "there is no hit",
    NDCG: `${three(dcg)} / ${three(ideal(best))}, ideal: ${count(best, "hit")} in front`,
    "careless NDCG": found.length
      ? `${three(dcg)} / ${three(ideal(found.length))}, ideal: only the ${count(found.length, "hit")} found`
      : "there is no hit",
  };
}

function render({ model, el }) {
  const start = { relevant: model.get("relevant"), missed: model.get("missed"), top: model.get("top") };
  const places = start.relevant.map((_, k) => k + 1);
  const put = (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  };
  const toggle = (rank) =>
    put({ relevant: model.get("relevant").map((x, k) => (k + 1 === rank ? 1 - x : x)) });

  const { body, controls, say } = frame(el, {
    label: "A ranked list and its metrics",
    help: "Click a place, or use arrow keys and Enter, to switch its item; press a rank, or pull the thick line, to cut there. Below the gains stands the ideal list.",
  });

  // ---- the list
  const cells = places.map((rank) =>
    h("button", { type: "button", class: "gr-place", onclick: () => toggle(rank) }),
  );
  const cuts = places.map((rank) =>
    h("button", { type: "button", class: "gr-cutter", tabindex: -1, "aria-label": `Cut after ${count(rank, "place")}`, onclick: () => put({ top: rank }) }, String(rank)),
  );
  const ideals = places.map(() => h("span", { class: "gr-ideal", "aria-hidden": "true" }));
  const columns = places.map((rank, k) =>
    h(
      "div",
      { class: "gr-rank", role: "listitem" },
      cuts[k],
      cells[k],
      h("span", { class: "gr-gain", "aria-hidden": "true" }, gain(rank).toFixed(2)),
      ideals[k],
    ),
  );
  const strip = h("div", { class: "gr-strip", role: "list", "aria-label": "Ranked list" }, ...columns);
  roving(strip, () => [cuts, cells], cells[0]);
  // the thick line in the hand, from its place or from a rank that was pressed
  let pulled = false;
  const at = ({ clientX, clientY }) => {
    const far = columns.map((column) => {
      const { right, top, bottom } = column.getBoundingClientRect();
      return Math.abs(right - clientX) + (clientY < top || clientY > bottom ? 1e4 + Math.abs(clientY - (top + bottom) / 2) : 0);
    });
    return [far.indexOf(Math.min(...far)) + 1, Math.min(...far)];
  };
  strip.addEventListener("pointerdown", (event) => {
    const [rank, far] = at(event);
    const pressed = cuts.indexOf(event.target);
    if (pressed < 0 && (rank !== model.get("top") || far > 8)) return;
    pulled = before;
    strip.setPointerCapture(event.pointerId); // what lies under the line is not pressed
    if (pressed >= 0) put({ top: pressed + 1 });
  });
  strip.addEventListener("pointermove", (event) => {
    const [rank] = at(event);
    if (pulled && rank !== model.get("top")) put({ top: rank });
  });
  strip.addEventListener("lostpointercapture", () => (pulled = null));
  const title = h("div", { class: "gr-title" });
  const rows = { rank: "rank", item: "item", gain: "gain", ideal: "ideal" };
  const sides = Object.entries(rows).map(([key, text]) => h("span", { class: `gr-side-${key}` }, text));
  const sidebar = h("div", { class: "gr-sidebar", "aria-hidden": "true" }, ...sides);

  // ---- the metrics
  const names = Object.keys(measure([1], 0, 1).values);
  const bars = {};
  const numbers = {};
  const notes = {};
  const lines = names.map((name) => {
    bars[name] = h("div", { class: "gr-bar" });
    numbers[name] = h("td", { class: "gr-number" });
    notes[name] = h("td", { class: "gr-why" });
    return h(
      "tr",
      { class: name === "careless NDCG" ? "gr-wrong" : "" },
      h("th", { scope: "row" }, name),
      h("td", { class: "gr-track", "aria-hidden": "true" }, bars[name]),
      numbers[name],
      notes[name],
    );
  });
  const table = h("table", { class: "gr-metrics", "aria-label": "Metrics" }, h("tbody", {}, ...lines));
  body.append(
    h("div", { class: "gr-panel" }, title, h("div", { class: "gr-list" }, sidebar, strip)),
    h("div", { class: "gr-panel" }, table),
  );

  // ---- the controls
  const top = slider("top", { min: 1, max: places.length, value: start.top }, (value) =>
    put({ top: value }),
  );
  const missed = slider("relevant, not in the list", { min: 0, max: MOST_MISSED, value: start.missed }, (value) =>
    put({ missed: value }),
  );
  controls.append(top.node, missed.node, button("Reset", () => put(start)));

  let before = null; // what was shown: the sentence answers what was changed
  function draw() {
    const relevant = model.get("relevant");
    const cut = model.get("top");
    const state = measure(relevant, model.get("missed"), cut);
    const why = reasons(state, cut);
    top.set(cut);
    missed.set(model.get("missed"));
    places.forEach((rank, k) => {
      const outside = rank > cut;
      cells[k].textContent = relevant[k] ? "✓" : "·";
      cells[k].setAttribute("aria-pressed", Boolean(relevant[k]));
      cells[k].setAttribute("aria-label", `Rank ${rank} is relevant${outside ? ", after the cut" : ""}`);
      columns[k].classList.toggle("gr-outside", outside);
      columns[k].classList.toggle("gr-cut", rank === cut);
      const best = state.all && rank <= state.best;
      ideals[k].className = `gr-ideal ${!best ? "" : rank > state.found.length ? "gr-forgiven" : "gr-filled"}`;
    });
    const said = model.get("answers")?.[`${relevant.join("")} ${model.get("missed")} ${cut}`] ?? [];
    const mine = {};
    ["recall", "hit rate", "MRR"].forEach((name, k) => {
      if (state.values[name] === null || said[k] === undefined) return;
      const off = Math.abs(said[k] - state.values[name]) > 1e-3;
      mine[name] = off ? "" : ", yours agrees";
      if (off) why[name] = `yours; the formula says ${three(state.values[name])}`;
      state.values[name] = said[k];
    });
    for (const name of names) {
      const value = state.values[name];
      bars[name].style.width = `${100 * Math.max(0, Math.min(1, value ?? 0))}%`;
      numbers[name].textContent = value === null ? "–" : three(value);
      notes[name].replaceChildren(value === null ? "nothing is relevant" : why[name], h("span", { class: "gr-yours" }, mine[name] ?? ""));
    }
    title.textContent = `${state.found.length} of ${count(state.all, "relevant item")} among the top ${cut}`;
    const now = { values: state.values, best: state.best, missed: model.get("missed"), top: cut, relevant };
    say(change(pulled ?? before, now) + sentence(state));
    before = now;
  }

  // what a slider did to the measures that answer it
  function change(was, { values, best, missed, top, relevant }) {
    if (!was || was.relevant !== relevant || !values.NDCG || !was.values.NDCG) return "";
    const news = (name) => {
      const [from, to] = [three(was.values[name]), three(values[name])];
      return from === to ? `${name} stays` : `${name} ${values[name] < was.values[name] ? "falls" : "rises"} to ${to}`;
    };
    if (was.missed !== missed) {
      const why = was.best !== best ? `: its ideal list has ${count(best, "place")} now` : `: only ${count(top, "place")} count, and the ideal list is full`;
      return `${news("recall").replace("r", "R")}; ${news("NDCG")}${why}. `;
    }
    if (was.top === top) return "";
    return `Cut after ${top}: ${news("precision")}, ${news("recall")}. `;
  }

  function sentence({ values, found, all, best }) {
    if (!all) return "Nothing is relevant: this user has no value and is left out of every mean.";
    if (!found.length) return `No hit: all metrics are 0, whichever of the ${all} you ask for.`;
    const gap = values["careless NDCG"] - values.NDCG;
    const hits = `Hits at ${found.length === 1 ? "rank" : "ranks"} ${list(found.map(String))}. `;
    const front = values.NDCG > 1 - 5e-4 ? "" : ", only not in front";
    if (gap < 5e-4) return `${hits}As many as in the ideal list${front}: both NDCGs agree.`;
    return (
      `${hits}The ideal list has ${best} in front; the careless NDCG forgives the ` +
      `${best - found.length} that yours lacks (striped) and says ${three(gap)} too much.`
    );
  }

  const events = ["change:relevant", "change:missed", "change:top", "change:answers"];
  for (const event of events) model.on(event, draw);
  draw();
  return () => events.forEach((event) => model.off(event, draw));
}

export default { render };
