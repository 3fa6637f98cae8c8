/**
 * Single-letter shortcuts for lists: J and K move, Enter opens, D and S press the row's own buttons.
 *
 * A list is [data-list], its rows [data-row] (where it names none: whatever stands directly in it), the link of
 * a row [data-row-link] (else the first link). Moving puts the real focus on that link, so that Enter,
 * screen readers and the focus ring need nothing of ours.
 * Letters can be switched off in the help dialog (WCAG 2.1.4); nothing is taken while somebody types.
 */

const OFF = "perennial:letters-off";
const TYPES = "input, textarea, select, [contenteditable], [role=combobox]";
const help = document.getElementById("keys-dialog");
let last = -1;

const ROW = "[data-list] [data-row], [data-list]:not(table, :has([data-row])) > *";
const rows = () => [...document.querySelectorAll(ROW)];
const linkOf = (row) => row.querySelector("[data-row-link]") ?? row.querySelector("a[href], button");

/** @param {number} step The row after or before the one that has, or had, the focus. */
function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.contains(document.activeElement));
  const from = at >= 0 ? at + step : Math.max(last, 0);
  last = Math.min(Math.max(from, 0), all.length - 1);
  const link = linkOf(all[last]);
  link?.focus();
  all[last].scrollIntoView({ block: "nearest" });
}

/** @param {string} key Press the button of the row that has the focus. */
function press(key) {
  const row = document.activeElement?.closest(ROW);
  if (!row) return;
  last = rows().indexOf(row);
  row.querySelector(`[data-key="${key}"]`)?.click();
}

const ACTIONS = {
  j: () => move(1),
  k: () => move(-1),
  d: () => press("d"),
  s: () => press("s"),
  l: () => document.querySelector("[data-open-log]")?.click(),
  "?": () => help.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest?.(TYPES) || document.querySelector("dialog[open]")) return;
  if (localStorage.getItem(OFF) && event.key !== "?") return;
  const action = ACTIONS[event.key.toLowerCase()];
  if (!action) return;
  event.preventDefault();
  action();
});

const letters = help?.querySelector("[data-single-keys]");
if (letters) {
  letters.checked = !localStorage.getItem(OFF);
  letters.addEventListener("change", () => {
    if (letters.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
}
