// What only the browser can do: dark mode, Ctrl+Enter, copying, folds that stay open while content streams.
(() => {
  const folds = new Map();
  const store = { get: (k) => { try { return localStorage.getItem(k); } catch { return null; } },
                  set: (k, v) => { try { localStorage.setItem(k, v); } catch { /* private mode */ } } };

  const darken = (dark) => {
    document.body.classList.toggle("dark", dark);
    const button = document.getElementById("dark");
    if (!button) return;
    button.textContent = dark ? "Light" : "Dark";
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

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("button, a");
    if (!button) return;
    if (button.id === "dark") {
      const dark = !document.body.classList.contains("dark");
      darken(dark); store.set("xlt-dark", String(dark));
    } else if (button.dataset.copy) copy(button.dataset.copy, button);
    else if (button.dataset.copyLink) copy(new URL(button.dataset.copyLink, location.href).href, button);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const button = document.getElementById("compare");
    if (!button || button.disabled) return;
    event.preventDefault();
    const active = document.activeElement;
    if (active && active.blur) active.blur();  // so that the field hands over what was typed
    setTimeout(() => button.click(), 60);
  }, true);

  document.addEventListener("toggle", (event) => {
    const key = event.target.dataset && event.target.dataset.fold;
    if (key && event.isTrusted && !event.target.dataset.restoring) folds.set(key, event.target.open);
    if (key) delete event.target.dataset.restoring;
  }, true);

  const reopen = () => document.querySelectorAll("details[data-fold]").forEach((fold) => {
    const wanted = folds.get(fold.dataset.fold);
    if (wanted !== undefined && fold.open !== wanted) { fold.dataset.restoring = "1"; fold.open = wanted; }
  });

  const nameRowButtons = () => document.querySelectorAll(".xlt-demo-tools button:not([aria-label])").forEach((button) => {
    button.setAttribute("aria-label", `${button.textContent.trim()}, row ${button.id.split("-").pop()}`);
  });

  // Chromium stops at whatever scrolls, also at an open menu's list.
  const skipLists = () => document.querySelectorAll("ul[role=listbox]:not([tabindex])").forEach((list) => { list.tabIndex = -1; });

  // A menu that is left with the Tab key would stay open; Escape closes it once it has taken in what was typed.
  document.addEventListener("keydown", (event) => {
    const menu = event.target;
    if (event.key !== "Tab" || !menu.matches || !menu.matches("input[role=combobox]")) return;
    setTimeout(() => menu.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true })), 30);
  }, true);

  // On a phone the choices begin folded; the folds take clicks only once the page has come alive.
  const foldAway = (tries) => {
    const open = document.querySelectorAll("#choices-fold > button.open, #lessons > button.open, #demonstrations > button.open");
    open.forEach((button) => button.click());
    if (tries && (open.length || tries > 15)) setTimeout(() => foldAway(tries - 1), 250);
  };

  const begin = () => {
    document.documentElement.lang = "en";
    const kept = store.get("xlt-dark");
    const wish = window.matchMedia && window.matchMedia("(prefers-color-scheme: dark)").matches;
    const dark = kept === null ? document.body.classList.contains("dark") || wish : kept === "true";
    let placed = false;
    new MutationObserver(() => {
      reopen();
      nameRowButtons();
      skipLists();
      if (placed || !document.getElementById("dark") || !document.querySelector("#choices-fold > button")) return;
      placed = true;
      darken(dark);
      if (window.innerWidth <= 640) foldAway(20);
    }).observe(document.body, { childList: true, subtree: true });
  };
  if (document.body) begin(); else document.addEventListener("DOMContentLoaded", begin);
})();
