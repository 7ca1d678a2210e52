(() => {
  "use strict";
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));

  // The theme: the system's until somebody says otherwise.
  const themes = ["system", "light", "dark"];
  const theme = byId("theme");
  const kept = { // a page that was opened as a file may have no storage
    get() { try { return localStorage.getItem("redislint-theme"); } catch { return null; } },
    set(value) { try { localStorage.setItem("redislint-theme", value); } catch { /* for this page only, then */ } },
  };
  const dress = (name) => {
    if (name === "system") delete root.dataset.theme; else root.dataset.theme = name;
    theme.textContent = "Theme: " + name;
  };
  let worn = Math.max(themes.indexOf(kept.get()), 0);
  dress(themes[worn]);
  theme.hidden = false;
  theme.addEventListener("click", () => {
    worn = (worn + 1) % themes.length;
    kept.set(themes[worn]);
    dress(themes[worn]);
  });

  const form = byId("filters"), search = byId("search"), rule = byId("rule"), file = byId("file");
  const shown = byId("shown"), reset = byId("reset"), fold = byId("fold"), nothing = byId("nothing");
  const words = all(".tally", form);
  const files = all(".file").map((element) => ({
    element,
    name: element.dataset.file,
    count: element.querySelector("h3 .of"),
    findings: all(".finding", element).map((element) => ({ element, word: element.dataset.word, rule: element.dataset.rule, text: "" })),
  }));
  const total = files.reduce((sum, f) => sum + f.findings.length, 0);

  const text = (f) => f.text || (f.text = f.element.textContent.toLowerCase());
  const off = () => words.filter((b) => b.getAttribute("aria-pressed") === "false").map((b) => b.dataset.word);

  // apply shows what passes every filter. A number on a button is what pressing it shows or hides.
  const apply = () => {
    const hidden = new Set(off());
    const terms = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const counts = {};
    let visible = 0;
    for (const f of files) {
      let here = 0;
      const named = !file.value || f.name === file.value;
      const name = f.name.toLowerCase();
      for (const item of f.findings) {
        const passes = named && (!rule.value || item.rule === rule.value) &&
          terms.every((term) => name.includes(term) || text(item).includes(term));
        if (passes) counts[item.word] = (counts[item.word] || 0) + 1;
        const show = passes && !hidden.has(item.word);
        if (item.element.hidden === show) item.element.hidden = !show;
        if (show) here++;
      }
      f.element.hidden = here === 0;
      f.count.textContent = here;
      visible += here;
    }
    for (const button of words) button.querySelector("b").textContent = counts[button.dataset.word] || 0;
    shown.textContent = visible + " of " + total;
    nothing.hidden = visible > 0 || total === 0;
    reset.disabled = !filtered();
  };
  const filtered = () => Boolean(search.value || rule.value || file.value || off().length);

  // The address keeps the filters, so that a view can be sent to somebody.
  const remember = () => {
    const state = new URLSearchParams();
    if (search.value) state.set("search", search.value);
    if (rule.value) state.set("rule", rule.value);
    if (file.value) state.set("file", file.value);
    if (off().length) state.set("hide", off().join(","));
    history.replaceState(null, "", "#" + state);
  };
  const recall = (hash) => {
    const state = new URLSearchParams(hash);
    const hide = (state.get("hide") || "").split(",");
    search.value = state.get("search") || "";
    rule.value = state.get("rule") || "";
    file.value = state.get("file") || "";
    for (const select of [rule, file]) if (select.selectedIndex < 0) select.value = "";
    for (const button of words) button.setAttribute("aria-pressed", String(!hide.includes(button.dataset.word)));
    apply();
  };
  const change = () => { apply(); remember(); };

  // follow opens what the address names, even where a filter hides it.
  const follow = () => {
    const hash = location.hash.slice(1);
    if (hash.includes("=")) { recall(hash); return; }
    let id = hash;
    try { id = decodeURIComponent(hash); } catch { /* as it is */ }
    const target = id && byId(id);
    if (!target) return;
    if (target.hidden || target.closest("[hidden]")) recall("");
    for (let e = target; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
    target.scrollIntoView({ block: "start" });
  };

  for (const button of words) {
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") === "false"));
      change();
    });
  }
  rule.addEventListener("change", change);
  file.addEventListener("change", change);
  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(change, total > 500 ? 150 : 0);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  reset.addEventListener("click", () => { recall(""); remember(); });
  window.addEventListener("hashchange", follow);
  // The same address again is no change of it.
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[href^='#']");
    if (link && link.getAttribute("href") === location.hash) follow();
  });

  const label = () => { fold.textContent = all(".finding[open]").length ? "Fold all" : "Unfold all"; };
  fold.addEventListener("click", () => {
    const open = all(".finding[open]").length === 0;
    for (const f of files) for (const item of f.findings) if (!item.element.hidden) item.element.open = open;
    label();
  });
  label();

  const step = (by) => {
    const list = all(".file:not([hidden]) .finding:not([hidden])");
    if (!list.length) return;
    const at = list.indexOf(document.activeElement && document.activeElement.closest(".finding"));
    const next = list[Math.min(Math.max(at < 0 ? 0 : at + by, 0), list.length - 1)];
    next.querySelector("summary").focus({ preventScroll: true });
    next.scrollIntoView({ block: "start" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "Escape" && filtered()) {
      recall("");
      remember();
    } else if (typing) {
      return;
    } else if (event.key === "/") {
      event.preventDefault();
      search.focus();
    } else if (event.key === "j" || event.key === "k") {
      event.preventDefault();
      step(event.key === "j" ? 1 : -1);
    }
  });

  // What is folded is printed too.
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = all("details:not([open])");
    for (const details of folded) details.open = true;
  });
  window.addEventListener("afterprint", () => { for (const details of folded) details.open = false; });

  form.hidden = total === 0;
  apply();
  follow();
})();
