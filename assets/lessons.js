// The lessons: what is pressed goes into a hidden field, which tells the app; the browser remembers which are done.
(() => {
  const KEY = "xlt-lessons";
  const done = () => { try { return JSON.parse(localStorage.getItem(KEY)) || {}; } catch { return {}; } };
  const remember = (title, verdict) => {
    try { localStorage.setItem(KEY, JSON.stringify({ ...done(), [title]: verdict })); } catch { /* private mode */ }
  };
  const send = (id, text) => {
    const box = document.querySelector(`#${id} textarea, #${id} input`);
    if (box) { box.value = text; box.dispatchEvent(new Event("input", { bubbles: true })); }
  };
  const titleOf = (button) => button.firstChild.data;
  let shown = null, opened = null;  // the panel and the reveal that are in the page

  const mark = () => {
    const verdicts = done(), buttons = [...document.querySelectorAll("[data-lesson]")];
    const finished = buttons.filter((button) => verdicts[titleOf(button)]);
    buttons.forEach((button) => { button.dataset.verdict = verdicts[titleOf(button)] || ""; });
    const line = document.getElementById("lessons-done");
    if (line && finished.length) line.textContent = `${finished.length} of ${buttons.length} done.`;
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("button");
    if (!button) return;
    const { lesson, lessonFinished } = button.dataset;
    if (lesson) send("lesson-asked", `${lesson} begin ${Date.now()}`);
    else if (lessonFinished) {
      document.body.classList.remove("xlt-stale");
      send("lesson-asked", `${lessonFinished} finished ${Date.now()}`);
    }
    else if ("lessonSheet" in button.dataset) send("lesson-asked", `0 sheet ${Date.now()}`);
    else if ("lessonPrint" in button.dataset) window.print();
    else if ("lessonLeave" in button.dataset) send("lesson-asked", "");
    else if ("lessonRun" in button.dataset) { document.body.classList.remove("xlt-stale"); document.getElementById("compare").click(); }
  });
  document.addEventListener("change", (event) => {
    if (event.target.name !== "lesson-prediction") return;
    send("lesson-predicted", event.target.value);
    document.querySelectorAll("#lesson .xlt-run").forEach((button) => { button.disabled = false; });
  });

  const look = () => {
    const panel = document.querySelector("#lesson aside"), reveal = document.querySelector("#reveal aside");
    if (panel !== opened) { opened = panel; if (panel) panel.scrollIntoView({ block: "start" }); }
    if (reveal === shown) return;
    shown = reveal;
    if (!reveal) return;
    reveal.scrollIntoView({ block: "start" });
    const button = document.getElementById(`lesson-${reveal.dataset.number}`);
    if (button && reveal.dataset.verdict !== "open") { remember(titleOf(button), reveal.dataset.verdict); mark(); }
  };
  const start = () => {
    let list = null;
    new MutationObserver(() => {
      const found = document.getElementById("lessons-done");
      if (found && found !== list) { list = found; mark(); }
      look();
    }).observe(document.body, { childList: true, subtree: true });
  };
  if (document.body) start(); else document.addEventListener("DOMContentLoaded", start);
})();
