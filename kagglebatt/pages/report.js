"use strict";
// Everything that is shown comes from the page's own data, and is put into the document as text.
(() => {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("kb-data").textContent);
  const tiles = [...document.querySelectorAll(".tile")];
  const tasks = data.tasks.map(([id, state, since, words, packed], place) => (
    { id, state, since, packed, place, tile: tiles[place], text: `${id} ${words}`.toLowerCase() }
  ));
  const places = new Map(tasks.map((task) => [task.id, task]));
  const section = byId("kb-task");
  const LONG = 6; // steps, from which on a step's value stays in view beside them on a phone
  let open = null;

  // ---- small pieces

  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key in made && key !== "list") made[key] = value;
      else made.setAttribute(key, value);
    }
    made.append(...children.filter((child) => child !== null));
    return made;
  }

  async function unpack(packed) {
    const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return JSON.parse(await new Response(stream).text());
  }

  // ---- grids

  const SVG = "http://www.w3.org/2000/svg";

  function path(fill, d, more = {}) {
    const made = document.createElementNS(SVG, "path");
    for (const [key, value] of Object.entries({ fill, d, ...more })) made.setAttribute(key, value);
    return made;
  }

  function differing(rows, other) {
    const cells = [];
    rows.forEach((row, i) => [...row].forEach((cell, j) => { if (cell !== other[i][j]) cells.push([i, j]); }));
    return cells;
  }

  function grid(text, label, other = null, side = 150) {
    const rows = text.split("/");
    const [height, width] = [rows.length, rows[0].length];
    const cell = Math.min(20, side / Math.max(height, width));
    const edge = 0.5 / cell;
    const svg = document.createElementNS(SVG, "svg");
    const areas = new Map();
    rows.forEach((row, i) => [...row].forEach((letter, j) => {
      if (letter !== ".") areas.set(letter, `${areas.get(letter) || ""}M${j} ${i}h1v1h-1z`);
    }));
    for (const [letter, d] of areas) svg.append(path(data.palette[letter] || "#ffffff", d));
    let lines = "";
    for (let i = 0; i <= height; i++) lines += `M0 ${i}h${width}`;
    for (let j = 0; j <= width; j++) lines += `M${j} 0v${height}`;
    svg.append(path("none", lines, { stroke: "#6b6b6b", "stroke-width": cell < 5 ? 0.4 / cell : 1 / cell }));
    let words = `${label}, ${height} by ${width}`;
    if (other) {
      const known = other.split("/");
      if (known.length === height && known[0].length === width) {
        const cells = differing(rows, known);
        words += cells.length ? `, ${cells.length} of ${height * width} cells differ` : ", as expected";
        const thick = Math.min(2.2, cell / 5) / cell;
        const inset = 0.9 * thick + 0.5 / cell; // within the cell's own lines
        const marks = cells.map(([i, j]) => `M${j + inset} ${i + inset}h${1 - 2 * inset}v${1 - 2 * inset}h-${1 - 2 * inset}z`).join("");
        if (marks) {
          svg.append(path("none", marks, { class: "differs", stroke: "#000000", "stroke-width": 1.8 * thick }));
          svg.append(path("none", marks, { stroke: "#ffffff", "stroke-width": 0.8 * thick }));
        }
      } else {
        words += `, another size than the ${known.length} by ${known[0].length} expected`;
      }
    }
    const attributes = {
      class: "grid", role: "img", "aria-label": words, width: Math.round(width * cell + 1), height: Math.round(height * cell + 1),
      viewBox: `${-edge} ${-edge} ${width + 2 * edge} ${height + 2 * edge}`, "shape-rendering": "crispEdges",
    };
    for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
    return svg;
  }

  function figure(caption, drawn, size = "") {
    return element("figure", {}, element("figcaption", {}, caption, " ", element("span", { className: "size", textContent: size })), drawn);
  }

  function pairFigure(name, text, other = null) {
    const rows = text.split("/");
    return figure(name, grid(text, name, other), `${rows.length} × ${rows[0].length}`);
  }

  // ---- one task

  function pairView(pair) {
    const grids = [pairFigure("input", pair.input)];
    if (pair.expected !== null) grids.push(pairFigure("expected", pair.expected));
    if (pair.got !== null) grids.push(pairFigure("got", pair.got, pair.expected));
    const title = pair.verdict ? `${pair.name}: ${pair.verdict}` : pair.name;
    const wrong = pair.verdict && pair.expected !== null && !pair.right;
    return element("div", { className: wrong ? "pair wrong" : "pair" }, element("h3", { textContent: title }), element("div", { className: "grids" }, ...grids));
  }

  function factsView(facts) {
    return element("dl", { className: "facts" }, ...facts.map(([name, text]) => (
      element("div", {}, element("dt", { textContent: name }), element("dd", { textContent: text }))
    )));
  }

  function valueView(place, [name, call], [outcome, took, kind, text, pictures]) {
    const seconds = took === null ? "" : `, ${took} ms`;
    const head = outcome === "value" ? kind : outcome;
    return [
      element("h4", { textContent: `${place + 1}. ${name} = ${call}` }),
      element("p", { textContent: head + seconds }),
      text && text !== `<${kind}>` ? element("p", { textContent: text }) : null,
      element("div", { className: "grids" }, ...pictures.map(([caption, rows]) => figure(caption.replace(" x ", " × "), grid(rows, caption, null, 240)))),
    ].filter((part) => part !== null);
  }

  function programView(found) {
    let pair = Math.max(0, found.pairs.findIndex((each) => each.verdict && !each.right));
    let chosen = found.program.length - 1;
    const value = element("div", { className: "value", role: "region", ariaLabel: "The step's value", tabIndex: 0 });
    value.setAttribute("aria-live", "polite");
    const buttons = found.program.map(([name, call]) => element(
      "button", { type: "button", className: "step" }, element("span", { textContent: `${name} = ${call}` }), element("span", { className: "kind" }),
    ));
    const show = (place) => value.replaceChildren(...valueView(place, found.program[place], found.values[pair][place]));
    function choose(place) {
      chosen = place;
      buttons.forEach((button, own) => button.setAttribute("aria-pressed", own === place));
      show(place);
    }
    function name() {
      buttons.forEach((button, own) => {
        const [outcome, , kind] = found.values[pair][own];
        button.lastChild.textContent = outcome === "value" ? kind : outcome;
        button.classList.toggle("failed", outcome !== "value" && !outcome.startsWith("not "));
      });
      choose(chosen);
    }
    buttons.forEach((button, place) => {
      button.addEventListener("mouseenter", () => show(place));
      button.addEventListener("focus", () => show(place));
      button.addEventListener("click", () => choose(place));
    });
    const program = element("ol", { className: "program" }, ...buttons.map((button) => element("li", {}, button)));
    program.addEventListener("mouseleave", () => show(chosen));
    const radios = found.pairs.map((each, place) => {
      const radio = element("input", { type: "radio", name: "kb-pair", checked: place === pair });
      radio.addEventListener("change", () => { pair = place; name(); });
      return element("label", {}, radio, each.name);
    });
    name();
    return [
      element("h3", { textContent: "The program, and what each step computes" }),
      element("fieldset", { className: "choose" }, element("legend", { textContent: "on" }), ...radios),
      element("div", { className: found.program.length > LONG ? "run long" : "run" }, program, value),
    ];
  }

  function plainProgram(found) {
    const text = found.program.map(([name, call], place) => `${String(place + 1).padStart(3)}  ${name} = ${call}`).join("\n");
    return [
      element("h3", { textContent: "The program" }),
      element("p", { className: "note", textContent: "What its steps compute is left out: it would be too much for a page." }),
      element("pre", { textContent: text }),
    ];
  }

  function descentView(found) {
    if (!found.descent.length) return null;
    const columns = ["program", "made by", "from", "iteration", "demo pairs"];
    const row = (cells, name) => element("tr", {}, ...cells.map((text) => element(name, { textContent: text })));
    return element("details", { open: found.descent.length > 1 }, element("summary", { textContent: `Line of descent: ${found.descent.length}` }),
      element("div", { className: "wide", tabIndex: 0, role: "region", ariaLabel: "Line of descent" },
        element("table", { className: "listed" }, element("thead", {}, row(columns, "th")), element("tbody", {}, ...found.descent.map((cells) => row(cells, "td"))))));
  }

  function othersView(found) {
    if (!found.others.length) return null;
    const more = found.more ? ` and ${found.more} more` : "";
    return element("details", {}, element("summary", { textContent: `Other programs kept for it: ${found.others.length}${more}` }),
      ...found.others.map(([facts, text]) => element("div", {}, factsView(facts), element("pre", { textContent: text }))));
  }

  function taskView(task, found) {
    const button = (text, act) => { const made = element("button", { type: "button", textContent: text }); made.addEventListener("click", act); return made; };
    const head = element("div", { className: "task-head" },
      element("h2", { id: "kb-task-title", tabIndex: -1, textContent: `Task ${found.id}` }),
      element("span", { className: "badge" }, element("span", { className: `glyph ${found.state}` }), found.words),
      element("nav", { ariaLabel: "Tasks" }, button("← before", () => step(-1)), button("next →", () => step(1)), button("close", close)));
    const parts = [head, factsView(found.facts), element("div", { className: "pairs" }, ...found.pairs.map(pairView))];
    if (!found.program) parts.push(element("p", { textContent: found.facts.length ? "Its program cannot be read." : "No program is kept for it yet." }));
    else parts.push(...(found.values.length ? programView(found) : plainProgram(found)));
    parts.push(descentView(found), othersView(found));
    section.replaceChildren(...parts.filter((part) => part !== null));
  }

  // ---- going from task to task

  async function show(task, scroll) {
    open = task;
    mark(task);
    const found = await unpack(task.packed);
    if (open !== task) return;
    taskView(task, found);
    section.hidden = false;
    document.title = `${task.id}: ${found.words}`;
    if (scroll) {
      section.scrollIntoView({ block: "start" });
      byId("kb-task-title").focus({ preventScroll: true });
    }
  }

  function mark(task) {
    tiles.forEach((tile) => { tile.removeAttribute("aria-current"); tile.tabIndex = -1; });
    const shown = task || tasks.find((each) => !each.tile.parentNode.hidden);
    if (shown) shown.tile.tabIndex = 0;
    if (task) task.tile.setAttribute("aria-current", "true");
  }

  function go(task, scroll = true) {
    if (decodedHash() !== task.id) {
      try { history.pushState(null, "", `#${encodeURIComponent(task.id)}`); } catch { /* a frame without an address */ }
    }
    show(task, scroll);
  }

  function close() {
    const task = open;
    open = null;
    section.hidden = true;
    section.replaceChildren();
    try { history.pushState(null, "", "#"); } catch { /* a frame without an address */ }
    mark(null);
    if (task) { task.tile.tabIndex = 0; task.tile.focus(); }
  }

  const shownTasks = () => tasks.filter((task) => !task.tile.parentNode.hidden);

  function step(by, from = open, scroll = true) {
    const shown = shownTasks();
    const at = shown.indexOf(from);
    const task = shown[at < 0 ? 0 : at + by];
    if (task) go(task, scroll);
  }

  function decodedHash() {
    try { return decodeURIComponent(location.hash.slice(1)); } catch { return ""; }
  }

  function follow() {
    const task = places.get(decodedHash());
    if (task && task !== open) show(task, true);
    else if (!task && open) close();
  }

  // ---- filters

  function filter() {
    const states = new Set([...document.querySelectorAll("input[name=state]:checked")].map((box) => box.value));
    const text = byId("kb-text").value.trim().toLowerCase();
    const since = Number(byId("kb-since").value) || 0;
    let count = 0;
    for (const task of tasks) {
      const fits = states.has(task.state) && task.text.includes(text) && task.since >= since;
      task.tile.parentNode.hidden = !fits;
      count += fits;
    }
    byId("kb-count").textContent = count === tasks.length ? `${count} tasks` : `${count} of ${tasks.length} tasks`;
    mark(open);
  }

  // ---- keys

  function columns() {
    const shown = shownTasks();
    const top = shown.length ? shown[0].tile.offsetTop : 0;
    const below = shown.findIndex((task) => task.tile.offsetTop > top);
    return below < 0 ? shown.length : below;
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches("input:not([type=checkbox], [type=radio])");
    if (event.key === "/" && !typing) { event.preventDefault(); byId("kb-text").focus(); return; }
    if (event.key === "Escape") {
      if (typing) event.target.blur();
      else if (open) close();
      return;
    }
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns(), ArrowDown: columns() }[event.key];
    if (by === undefined || event.target.matches("input")) return; // arrows choose within radio buttons
    const focused = tasks.find((task) => task.tile === document.activeElement);
    if (focused) {
      const shown = shownTasks();
      const next = shown[shown.indexOf(focused) + by];
      event.preventDefault();
      if (!next) return;
      next.tile.tabIndex = 0;
      next.tile.focus();
      if (open) go(next, false);
    } else if (open && Math.abs(by) === 1 && event.key !== "ArrowUp" && event.key !== "ArrowDown") {
      event.preventDefault();
      step(by);
    }
  }

  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault(); // in a frame without an address, such a link would lead out of it
    if (link.dataset.to) { byId(link.dataset.to).focus(); return; }
    const task = places.get(decodeURIComponent(link.getAttribute("href").slice(1)));
    if (task) go(task);
  });
  byId("kb-filters").addEventListener("input", filter);
  byId("kb-filters").addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("hashchange", follow);
  window.addEventListener("popstate", follow);
  mark(null);
  follow();
})();
