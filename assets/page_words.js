// Shows the page in another language: whole texts are looked up in the tables of assets/page_words.
(() => {
  const tables = JSON.parse(document.getElementById("page-words").textContent);
  const replaced = new WeakMap();  // of each text that was replaced: the English, and what stands there now
  const KEPT = "textarea, pre, code, script, style, option, [role=option]";
  let words = null;

  // Of all menus, that of the tasks has words of the page.
  const taskField = () => document.querySelector("#task input");
  const ofTasks = (element) => element.closest("[role=option]") && document.activeElement === taskField();
  const showTask = () => {  // what is chosen is the value of a field, which Gradio sets in English
    const field = taskField();
    if (!field || field === document.activeElement) return;
    const english = field.dataset.shown === field.value ? field.dataset.english : field.value;
    const shown = (words && words[english]) || english;
    if (shown !== field.value) { Object.assign(field.dataset, { english, shown }); field.value = shown; }
  };
  document.addEventListener("focusin", (event) => {  // what is typed there is looked for in English
    if (event.target === taskField() && event.target.dataset.shown === event.target.value) event.target.value = event.target.dataset.english;
  });
  document.addEventListener("focusout", (event) => { if (event.target === taskField()) setTimeout(showTask); });

  const translate = (node) => {
    const parent = node.parentElement;
    if (!parent || !node.data.trim() || (parent.closest(KEPT) && !ofTasks(parent))) return;
    const marked = parent.closest("[lang]");
    if (marked && marked !== document.documentElement) return;  // a text of a dataset
    const before = replaced.get(node);
    const english = before && before.shown === node.data ? before.english : node.data;
    const key = english.trim().replace(/\d+/g, "#"), numbers = english.match(/\d+/g) || [];
    const own = words && words[key];
    const shown = own ? english.replace(english.trim(), () => own.replace(/#/g, () => numbers.shift() ?? "#")) : english;
    if (shown === node.data) return;
    replaced.set(node, { english, shown });
    node.data = shown;
  };

  const translateAll = (root) => {
    if (root.nodeType === Node.TEXT_NODE) { translate(root); return; }
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) translate(texts.currentNode);
  };

  const choose = (code) => {
    const table = tables[code];
    words = table ? table.words : null;
    document.documentElement.lang = table ? table.lang : "en";
    document.documentElement.dir = table ? table.dir : "ltr";
    translateAll(document.body);
    showTask();
  };

  const saved = () => { try { return localStorage.getItem("xlt-page-language"); } catch { return null; } };
  const start = () => {
    const browser = (navigator.language || "").split("-")[0];
    const code = saved() || Object.keys(tables).find((one) => tables[one].lang === browser) || "eng";
    let menu = null;
    new MutationObserver((changes) => {
      const found = document.getElementById("page-language");
      if (found && found !== menu) { menu = found; menu.value = code; choose(menu.value); }
      if (!words) return;
      showTask();
      for (const change of changes)
        if (change.type === "characterData") translate(change.target); else change.addedNodes.forEach(translateAll);
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  };
  document.addEventListener("change", (event) => {
    if (event.target.id !== "page-language") return;
    try { localStorage.setItem("xlt-page-language", event.target.value); } catch { /* private mode */ }
    choose(event.target.value);
  });
  if (document.body) start(); else document.addEventListener("DOMContentLoaded", start);
})();
