/**
 * The palette: Ctrl+K, a few letters, Enter.
 *
 * The server answers `data-url?q=…` with the lines as HTML (templates/core/palette_results.html) and, in a
 * <template data-said>, how many they are; an empty box gets actions and what was opened last. A newer question aborts the older one.
 */

const WAIT_MS = 120;
const dialog = document.getElementById("palette");

/** @returns {HTMLElement[]} */
const options = () => [...dialog.querySelectorAll("[role=option]")];

function start() {
  const input = dialog.querySelector("input");
  const results = dialog.querySelector("[role=listbox]");
  const status = dialog.querySelector("[data-palette-status]");
  let asked = null;
  let waiting = 0;
  let wanted = null;

  /** @param {HTMLElement | undefined} option */
  function choose(option) {
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    input.setAttribute("aria-activedescendant", option?.id ?? "");
    option?.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} step Down or up, round the ends. */
  function move(step) {
    const all = options();
    const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
    choose(all[(at + step + all.length) % all.length]);
  }

  async function ask() {
    asked?.abort();
    asked = new AbortController();
    wanted = input.value.trim();
    const url = `${dialog.dataset.url}?q=${encodeURIComponent(wanted)}`;
    try {
      const answer = await fetch(url, { signal: asked.signal, headers: { "HX-Request": "true" } });
      const elsewhere = answer.headers.get("HX-Redirect");
      if (elsewhere) window.location.assign(elsewhere);
      else if (answer.ok) fill(await answer.text());
      else status.textContent = status.dataset.failed;
    } catch (error) {
      if (error.name !== "AbortError") status.textContent = status.dataset.failed;
    }
  }

  /** @param {string} html */
  function fill(html) {
    results.innerHTML = html;
    const found = options();
    input.removeAttribute("aria-activedescendant"); // the first line has the same id as the first of before
    choose(found[0]);
    input.setAttribute("aria-expanded", String(found.length > 0));
    status.textContent = results.querySelector("[data-said]")?.content.textContent ?? "";
  }

  /** Open the chosen line; when the answer to what was just typed is still under way, wait for it. */
  async function enter() {
    if (wanted !== input.value.trim()) {
      window.clearTimeout(waiting);
      await ask();
    }
    dialog.querySelector("[aria-selected=true]")?.click();
  }

  input.addEventListener("input", () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(ask, WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const close = () => dialog.close(); // browsers would only empty the field at first
    const does = { ArrowDown: () => move(1), ArrowUp: () => move(-1), Enter: enter, Escape: close }[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  });
  dialog.addEventListener("close", () => {
    asked?.abort();
    window.clearTimeout(waiting);
  });

  return function open() {
    if (dialog.open) return dialog.close();
    input.value = status.textContent = "";
    dialog.showModal();
    input.focus();
    ask();
  };
}

if (dialog) {
  const open = start();
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    open();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-open-palette]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
}
