// Script of the page: dark mode, Ctrl+Enter, copying, and <details> that stay open while content streams.
(() => {
  const openStates = new Map();  // of every <details>, by its key
  const store = { get: (k) => { try { return localStorage.getItem(k); } catch { return null; } },
                  set: (k, v) => { try { localStorage.setItem(k, v); } catch { /* private mode */ } } };

  const setDark = (dark) => {
    document.body.classList.toggle("dark", dark);
    const button = document.getElementById("dark");
    if (!button) return;
    button.textContent = dark ? "Light" : "Dark";  // in English; the script of the page's languages follows
    button.setAttribute("aria-pressed", String(dark));
  };

  const copy = (text, button) => {
    const done = () => { const was = button.textContent; button.textContent = "Copied"; setTimeout(() => { button.textContent = was; }, 1200); };
    const plain = () => {
      const area = document.createElement("textarea");
      area.value = text; document.body.append(area); area.select(); document.execCommand("copy"); area.remove(); done();
    };
    if (navigator.clipboard && window.isSecureContext) navigator.clipboard.writeText(text).then(done, plain); else plain();
  };

  // What a form is given beside its value, which is the visitor's own: the value of another widget, under a name.
  const given = new Map(), told = new EventTarget();
  window.xltGive = (props, watch, name) => {
    const tell = () => { given.set(name, props.value); told.dispatchEvent(new Event(name)); };
    watch("value", tell); tell();
  };
  const onGiven = (element, name, show) => told.addEventListener(name, () => { if (element.isConnected) show(); });

  // A form of knobs: its value is a dict of dicts, by the groups and the names of its fields.
  window.xltKnobs = (element, props, watch, trigger, name) => {
    const fields = [...element.querySelectorAll("[data-knob]")];
    const entered = (field) => {
      if (field.type === "checkbox") return field.checked;
      if (field.type !== "number") return field.value;
      return field.value === "" ? null : Number(field.value);
    };
    const offer = (field, choices) => {  // the entries of a menu whose choices change
      const kept = field.value;
      (field.list || field).replaceChildren(...choices.map(([label, value]) => new Option(label, value)));
      if (field.list) field.placeholder = choices[0][0]; else field.value = kept;
    };
    const show = () => fields.forEach((field) => {
      const { group, knob } = field.dataset, choices = ((given.get(name) || {})[group] || {})[knob];
      if (choices) offer(field, choices);
      const value = String(props.value.knobs[group][knob] ?? "");
      if (field.options && ![...field.options].some((one) => one.value === value)) field.add(new Option(value, value));
      if (field.type === "checkbox") field.checked = value === "true";
      else if (field.value !== value) field.value = value;
    });
    element.addEventListener("input", () => {
      const knobs = {};
      fields.forEach((field) => { (knobs[field.dataset.group] ??= {})[field.dataset.knob] = entered(field); });
      props.value = { ...props.value, knobs };
    });
    element.addEventListener("change", () => trigger("input"));
    element.addEventListener("click", (event) => {
      const { second } = event.target.dataset;
      if (second) { props.value = { ...props.value, second }; trigger("submit"); }
    });
    watch("value", show); onGiven(element, name, show); show();
  };

  // The checkboxes of the strategies: the value holds those that are ticked, and what is unticked only while it cannot run.
  window.xltStrategies = (element, props, watch, trigger, name) => {
    const boxes = [...element.querySelectorAll("input")], more = element.querySelector("details");
    const show = () => boxes.forEach((box) => {
      const reason = (given.get(name) || {})[box.value], info = box.closest(".xlt-strategy").querySelector("small");
      box.checked = props.value.ticked.includes(box.value);
      box.disabled = Boolean(reason);
      info.textContent = reason || info.dataset.summary;
    });
    const open = () => { if (more.querySelector("input:checked")) more.open = true; };
    element.addEventListener("input", () => {
      props.value = { ...props.value, ticked: boxes.filter((box) => box.checked).map((box) => box.value) };
      trigger("input");
    });
    onGiven(element, name, show); watch("value", () => { show(); open(); });
    show(); open();
  };

  // The table of demonstrations: the rows of its value are dicts by the names of the boxes; it is given the HTML of a row.
  window.xltRows = (element, props, watch, trigger, name) => {
    let drawn = "";  // the HTML of the rows that are there
    const show = () => {
      const html = given.get(name) || "";
      if (drawn !== html) { element.replaceChildren(); drawn = html; }
      if (!html) return;
      const { rows } = props.value, shown = element.children;
      while (shown.length > rows.length) element.lastElementChild.remove();
      while (shown.length < rows.length) element.insertAdjacentHTML("beforeend", drawn.replaceAll("{n}", shown.length + 1));
      rows.forEach((row, at) => shown[at].querySelectorAll("textarea").forEach((box) => {
        const text = row[box.name] ?? "";
        if (box.value !== text) box.value = text;  // else the caret would jump
      }));
    };
    const rowOf = (target) => [...element.children].indexOf(target.closest(".xlt-demo"));
    const enter = (rows) => { props.value = { ...props.value, rows }; };
    element.addEventListener("input", ({ target }) => {
      const rows = [...props.value.rows], at = rowOf(target);
      rows[at] = { ...rows[at], [target.name]: target.value };
      enter(rows);
    });
    element.addEventListener("change", () => trigger("blur"));  // of a box that is left
    element.addEventListener("click", ({ target }) => {
      const from = rowOf(target), by = Number(target.dataset.by), to = from + by;
      if (!target.dataset.by || to < 0 || to >= props.value.rows.length) return;
      const rows = [...props.value.rows], [row] = rows.splice(from, 1);
      if (by) rows.splice(to, 0, row);
      enter(rows);
      show();
      trigger("input");
    });
    watch("value", show); onGiven(element, name, show); show();
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("button, a");
    if (!button) return;
    if (button.id === "dark") {
      const dark = !document.body.classList.contains("dark");
      setDark(dark); store.set("xlt-dark", String(dark));
    } else if (button.dataset.copy) copy(button.dataset.copy, button);
    else if (button.id === "own-text") setTimeout(() => { const text = document.querySelector("#text textarea"); if (text) text.focus(); }, 700);
    else if (button.dataset.copyLink) copy(new URL(button.dataset.copyLink, location.href).href, button);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const button = document.getElementById("compare");
    if (!button || button.disabled) return;
    event.preventDefault();
    const active = document.activeElement;
    if (active && active.blur) active.blur();  // so that the field sends what was typed
    document.body.classList.remove("xlt-stale");
    setTimeout(() => { button.click(); if (active && active.focus) active.focus({ preventScroll: true }); }, 60);
  }, true);

  window.addEventListener("hashchange", () => { if (location.hash.startsWith("#result=")) location.reload(); });

  // Results are marked once the setting is no longer theirs, until Compare is pressed.
  const SETTING = "#choices, #demonstrations, #text, #text-2, #text-3, #gold, #samples";
  const changed = (event) => {
    const at = event.target;
    if (!at.closest || !event.isTrusted) return;
    if (at.closest("#compare")) document.body.classList.remove("xlt-stale");
    else if (event.type === "mousedown") {  // a menu is gone before the click
      const menu = at.closest("[role=option]") && document.activeElement;
      if (menu && menu.closest(SETTING)) document.body.classList.add("xlt-stale");
    } else if (at.closest(SETTING) && (event.type !== "click" || at.closest("[data-lesson], #demonstrations :is(.xlt-tools, .xlt-demo-tools) button")))
      document.body.classList.add("xlt-stale");
  };
  ["input", "change", "mousedown", "click"].forEach((type) => document.addEventListener(type, changed, true));

  // What is typed into the menu of languages replaces the chosen one.
  document.addEventListener("focusin", (event) => {
    const field = event.target;
    if (!field.closest || !field.closest("#language") || !field.select) return;
    setTimeout(() => field.select());
    field.addEventListener("mouseup", (released) => { released.preventDefault(); field.select(); }, { once: true });
  });

  document.addEventListener("toggle", (event) => {
    const key = event.target.dataset && event.target.dataset.fold;
    if (key && event.isTrusted && !event.target.dataset.restoring) openStates.set(key, event.target.open);
    if (key) delete event.target.dataset.restoring;
  }, true);

  const reopen = () => document.querySelectorAll("details[data-fold]").forEach((details) => {
    const wanted = openStates.get(details.dataset.fold);
    if (wanted !== undefined && details.open !== wanted) { details.dataset.restoring = "1"; details.open = wanted; }
  });

  // The matrix of items: what is pressed goes into a hidden field, which tells the app; arrow keys move the choice.
  let focused = null, turning = null, following = null;  // where the focus is; a page that is to come; a panel to show
  const prefixOf = (element) => { const row = element.closest("[id$='-matrix']"); return row && row.id.slice(0, -"-matrix".length); };
  const picks = (prefix) => [...document.querySelectorAll(`#${prefix}-matrix .xlt-pick`)];
  const send = (id, text) => {
    const box = document.querySelector(`#${id} textarea, #${id} input`);
    if (box) { box.value = text; box.dispatchEvent(new Event("input", { bubbles: true })); }
  };
  const press = (prefix, button) => picks(prefix).forEach((other) => {
    set(other, "aria-pressed", String(other === button)); other.tabIndex = other === button ? 0 : -1;
  });
  const pick = (button, prefix) => {
    press(prefix, button);
    button.focus();
    send(`${prefix}-chosen`, button.dataset.cell);
  };
  const follow = () => {  // on a narrow screen, to the panel, once it shows the cell that was pressed
    const panel = following && document.querySelector(`#${following.prefix}-cell .xlt-cell`);
    if (panel && panel.dataset.shown === following.cell) { following = null; panel.scrollIntoView({ block: "start" }); }
  };
  const rowsOf = (prefix) => [...document.querySelectorAll(`#${prefix}-matrix .xlt-matrix > table > tbody > tr`)];
  const at = (rows, row, column) => rows[row] && rows[row].cells[column] && rows[row].cells[column].querySelector(".xlt-pick");
  const move = (button, key) => {
    const prefix = prefixOf(button), rows = rowsOf(prefix), cell = button.closest("td"), column = cell.cellIndex;
    const row = rows.indexOf(cell.parentElement), last = rows.length - 1;
    const [to, across] = { ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
      Home: [0, column], End: [last, column], PageUp: [-1, column], PageDown: [last + 1, column] }[key] || [];
    if (to === undefined) return false;
    if (to >= 0 && to <= last) { const found = at(rows, to, across); if (found) pick(found, prefix); return true; }
    turning = { prefix, column, end: to < 0 ? "last" : "first", was: picks(prefix).map((one) => one.dataset.cell).join() };
    document.getElementById(`${prefix}-${to < 0 ? "previous" : "next"}`)?.click();
    return true;
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest(".xlt-pick, .xlt-sort, .xlt-return");
    if (!button) return;
    const prefix = prefixOf(button);
    if (button.matches(".xlt-sort")) { focused = { prefix, head: button.closest("th").cellIndex }; send(`${prefix}-sort`, button.dataset.sort); }
    else if (button.matches(".xlt-return")) picks(prefix).find((one) => one.getAttribute("aria-pressed") === "true")?.focus();
    else { pick(button, prefix); following = window.innerWidth <= 760 ? { prefix, cell: button.dataset.cell } : null; follow(); }
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches && event.target.matches(".xlt-sort-menu select")) send(`${prefixOf(event.target)}-sort`, event.target.value);
  });
  document.addEventListener("keydown", (event) => {
    const button = event.target.closest && event.target.closest(".xlt-pick");
    if (button && !event.ctrlKey && !event.metaKey && !event.altKey && move(button, event.key)) event.preventDefault();
  });
  document.addEventListener("focusin", (event) => {
    const button = event.target.closest && event.target.closest(".xlt-pick, .xlt-sort, .xlt-sort-menu select");
    focused = !button ? null : button.matches(".xlt-pick") ? { prefix: prefixOf(button), cell: button.dataset.cell }
      : button.matches(".xlt-sort") ? { prefix: prefixOf(button), head: button.closest("th").cellIndex } : { prefix: prefixOf(button) };
  });
  const pressChosen = () => document.querySelectorAll("[id$='-matrix']").forEach((row) => {  // rows may have been drawn for the cell before
    const prefix = prefixOf(row), field = document.querySelector(`#${prefix}-chosen textarea, #${prefix}-chosen input`);
    const chosen = field && field.value && picks(prefix).find((one) => one.dataset.cell === field.value);
    if (chosen && chosen.getAttribute("aria-pressed") !== "true") press(prefix, chosen);
  });
  const keepPlace = () => {  // rows that are drawn again lose the focus
    pressChosen();
    if (turning && picks(turning.prefix).length && picks(turning.prefix).map((one) => one.dataset.cell).join() !== turning.was) {
      const { prefix, column, end } = turning, rows = rowsOf(prefix);
      turning = null;
      const found = at(rows, end === "first" ? 0 : rows.length - 1, column);
      if (found) pick(found, prefix);
    } else if (focused && document.activeElement === document.body) {
      const found = focused.cell ? picks(focused.prefix).find((one) => one.dataset.cell === focused.cell)
        : focused.head === undefined ? document.querySelector(`#${focused.prefix}-matrix .xlt-sort-menu select`)
          : document.querySelectorAll(`#${focused.prefix}-matrix .xlt-sort`)[focused.head];
      if (found) found.focus({ preventScroll: true });
    }
    follow();
  };

  // The lessons: what is pressed goes into a hidden field; the browser remembers which are done.
  let panel = null, reveal = null, list = null;  // that are in the page
  const markLessons = () => {
    const verdicts = JSON.parse(store.get("xlt-lessons") || "{}"), lessons = [...document.querySelectorAll("[data-lesson]")];
    lessons.forEach((one) => { one.dataset.verdict = verdicts[one.firstChild.data] || ""; });
    const count = lessons.filter((one) => one.dataset.verdict).length;
    if (list && count) list.textContent = `${count} of ${lessons.length} done.`;
    return verdicts;
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-lesson], [data-ask], .xlt-run, [data-print]");
    if (!button) return;
    const { lesson, ask } = button.dataset;
    if (lesson || ask) send("lesson-asked", `${ask || `${lesson} begin`} ${Date.now()}`);
    else if ("print" in button.dataset) window.print();
    else document.getElementById("compare").click();
    if (!lesson) document.body.classList.remove("xlt-stale");
  });
  document.addEventListener("change", (event) => {
    if (event.target.name !== "lesson-prediction") return;
    send("lesson-predicted", event.target.value);
    document.querySelectorAll(".xlt-run").forEach((button) => { button.disabled = false; });
  });
  const followLesson = () => {
    const [nextPanel, nextReveal] = ["#lesson aside", "#reveal aside"].map((one) => document.querySelector(one));
    if (!list && (list = document.getElementById("lessons-done"))) markLessons();
    if (nextPanel !== panel) { panel = nextPanel; if (panel) panel.scrollIntoView(); }
    if (nextReveal === reveal) return;
    reveal = nextReveal;
    if (!reveal) return;
    reveal.scrollIntoView();
    const { number, verdict } = reveal.dataset, button = document.getElementById(`lesson-${number}`);
    if (button && verdict !== "open") { store.set("xlt-lessons", JSON.stringify({ ...markLessons(), [button.firstChild.data]: verdict })); markLessons(); }
  };

  // Chromium gives the focus to every scrollable element, also to the list of an open menu.
  const unfocusLists = () => document.querySelectorAll("ul[role=listbox]:not([tabindex])").forEach((list) => { list.tabIndex = -1; });

  // What Gradio leaves out for screen readers: whether an accordion is open, what an empty plot is, what is news.
  const set = (element, name, value) => { if (element.getAttribute(name) !== value) element.setAttribute(name, value); };
  const describe = () => {
    document.querySelectorAll("button.label-wrap").forEach((button) => set(button, "aria-expanded", String(button.classList.contains("open"))));
    document.querySelectorAll("div.empty[aria-label]:not([role])").forEach((plot) => plot.setAttribute("role", "img"));
    document.querySelectorAll("#heading, #conclusion, #reveal, #evaluate-heading, #runs-heading").forEach((news) => set(news, "aria-live", "polite"));
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest && event.target.closest("button.label-wrap")) setTimeout(describe);
  });

  // Gradio takes each pointerup on a slider for a new value: also that of a press in a menu that covered it, which closes
  // at the press; and none of those that keys set. The browser's `change` is each new value that is let go, once.
  const SLIDER = "input[type=range], input[data-testid=number-input]";  // a number tells of itself when it is left
  document.addEventListener("pointerup", (event) => {
    if (event.isTrusted && event.target.matches && event.target.matches(SLIDER)) event.stopPropagation();
  }, true);
  document.addEventListener("change", ({ target }) => {
    if (target.type === "range") target.dispatchEvent(new PointerEvent("pointerup", { bubbles: true }));
  }, true);

  // A menu that is left with Tab would stay open; Escape closes it, after it has accepted what was typed.
  document.addEventListener("keydown", (event) => {
    const menu = event.target;
    if (event.key !== "Tab" || !menu.matches || !menu.matches("input[role=combobox]")) return;
    setTimeout(() => menu.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true })), 30);
  }, true);

  // On a phone the choices start closed; an accordion can be clicked only once Gradio has mounted it.
  let touched = false;  // by the visitor, who may have opened one of them
  document.addEventListener("pointerdown", () => { touched = true; }, { once: true, capture: true });
  const closeAccordions = (tries) => {
    if (touched) return;
    const open = document.querySelectorAll("#choices-fold > button.open, #lessons > button.open, #demonstrations > button.open");
    open.forEach((button) => button.click());
    if (tries && (open.length || tries > 15)) setTimeout(() => closeAccordions(tries - 1), 250);
  };

  const start = () => {
    const saved = store.get("xlt-dark");
    const preferred = window.matchMedia && window.matchMedia("(prefers-color-scheme: dark)").matches;
    const dark = saved === null ? document.body.classList.contains("dark") || preferred : saved === "true";
    let ready = false;
    new MutationObserver(() => {
      reopen();
      unfocusLists();
      describe();
      keepPlace();
      followLesson();
      if (ready || !document.getElementById("dark") || !document.querySelector("#choices-fold > button")) return;
      ready = true;
      setDark(dark);
      if (window.innerWidth <= 640) closeAccordions(20);
    }).observe(document.body, { childList: true, subtree: true });
  };
  if (document.body) start(); else document.addEventListener("DOMContentLoaded", start);
})();
