/**
 * Writing down what happened, in under ten seconds.
 *
 *   <form data-composer data-account="12" data-user="3" data-people-url="…" data-products-url="…" hx-post="…">
 *     <textarea name="text">                 @ asks for people, # for products
 *     <div role="listbox" data-suggestions hidden>   filled with <button role="option" data-insert="@Dana Whit"
 *                                                    data-field="contacts" data-value="7"> by the server
 *     <p role="status" data-suggestions-status data-some="…">   says that there are some
 *     <span data-picked>                     what was picked, as chips with a hidden field each
 *     <p data-draft hidden>… <button data-draft-drop>
 *
 * Ctrl+Enter saves. A draft lives in this browser until the answer carries the event `interaction-logged`.
 */

const WAIT_MS = 120;
const TRIGGER = /(?:^|\s)([@#])([\p{L}\p{N}._-]{0,40}(?: [\p{L}\p{N}._-]{1,40})?)$/u;
const asked = new WeakMap();
const timers = new WeakMap();

const composerOf = (element) => element.closest?.("[data-composer]");
const draftKey = (form) => `perennial:draft:${form.dataset.user}:${form.dataset.account}`;
const listOf = (form) => form.querySelector("[data-suggestions]");

/** @param {HTMLTextAreaElement} text @returns {RegExpMatchArray | null} The @word or #word being written. */
const mention = (text) => text.value.slice(0, text.selectionStart).match(TRIGGER);

/** @param {HTMLFormElement} form @param {string} words For those who do not see the list open. */
function say(form, words) {
  form.querySelector("[data-suggestions-status]").textContent = words;
}

/** @param {HTMLFormElement} form */
function close(form) {
  asked.get(form)?.abort();
  const list = listOf(form);
  if (!list) return;
  list.hidden = true;
  list.replaceChildren();
  say(form, "");
  form.querySelector("textarea").removeAttribute("aria-activedescendant");
}

/** @param {HTMLFormElement} form Ask for what fits the word before the caret. */
async function suggest(form) {
  const found = mention(form.querySelector("textarea"));
  close(form);
  const address = found && (found[1] === "@" ? form.dataset.peopleUrl : form.dataset.productsUrl);
  if (!address) return;
  const control = new AbortController();
  asked.set(form, control);
  const url = `${address}${address.includes("?") ? "&" : "?"}q=${encodeURIComponent(found[2])}`;
  try {
    const answer = await fetch(url, { signal: control.signal, headers: { "HX-Request": "true" } });
    if (answer.ok) offer(form, await answer.text());
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

/** @param {HTMLFormElement} form @param {string} html */
function offer(form, html) {
  const list = listOf(form);
  list.innerHTML = html;
  const options = [...list.querySelectorAll("[role=option]")];
  list.hidden = !options.length;
  if (options.length) say(form, form.querySelector("[data-suggestions-status]").dataset.some);
  options.forEach((option, index) => { option.id ||= `suggestion-${index}`; });
  choose(form, options[0]);
}

/** @param {HTMLFormElement} form @param {HTMLElement | undefined} option */
function choose(form, option) {
  for (const other of listOf(form).querySelectorAll("[role=option]")) {
    other.setAttribute("aria-selected", String(other === option));
  }
  if (option) form.querySelector("textarea").setAttribute("aria-activedescendant", option.id);
  option?.scrollIntoView({ block: "nearest" });
}

/** @param {HTMLFormElement} form @param {number} step */
function move(form, step) {
  const options = [...listOf(form).querySelectorAll("[role=option]")];
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  choose(form, options[(at + step + options.length) % options.length]);
}

/** @param {HTMLFormElement} form @param {HTMLElement} option Put the name into the text and remember the row. */
function pick(form, option) {
  const text = form.querySelector("textarea");
  const found = mention(text);
  const start = text.selectionStart - (found ? found[2].length + 1 : 0);
  text.setRangeText(`${option.dataset.insert} `, start, text.selectionStart, "end");
  if (option.dataset.field) addChip(form, option.dataset);
  close(form);
  text.focus();
  keepDraft(form);
}

/** @param {HTMLFormElement} form @param {{field: string, value: string, insert: string}} choice */
function addChip(form, { field, value, insert }) {
  const picked = form.querySelector("[data-picked]");
  if (picked.querySelector(`input[name="${CSS.escape(field)}"][value="${CSS.escape(value)}"]`)) return;
  const chip = document.createElement("span");
  chip.className = "chip";
  Object.assign(chip.dataset, { field, value, insert });
  const hidden = Object.assign(document.createElement("input"), { type: "hidden", name: field, value });
  const remove = Object.assign(document.createElement("button"), { type: "button", className: "chip-remove", textContent: "×" });
  remove.dataset.unpick = "";
  remove.setAttribute("aria-label", `${picked.dataset.remove ?? ""} ${insert}`.trim());
  chip.append(insert.slice(1), hidden, remove);
  picked.append(chip);
}

/** @param {HTMLFormElement} form */
function keepDraft(form) {
  const text = form.querySelector("textarea").value;
  const channel = form.querySelector("[name=channel]:checked")?.value ?? "";
  const picked = [...form.querySelectorAll("[data-picked] .chip")].map((chip) => ({ ...chip.dataset }));
  if (text.trim()) localStorage.setItem(draftKey(form), JSON.stringify({ text, channel, picked }));
  else localStorage.removeItem(draftKey(form));
}

/** @param {HTMLFormElement} form */
function restoreDraft(form) {
  const text = form.querySelector("textarea");
  const saved = localStorage.getItem(draftKey(form));
  if (!saved || text.value) return;
  const draft = JSON.parse(saved);
  text.value = draft.text;
  const channel = form.querySelector(`[name=channel][value="${CSS.escape(draft.channel)}"]`);
  if (channel) channel.checked = true;
  form.querySelector("[data-picked]").replaceChildren();
  draft.picked.forEach((choice) => addChip(form, choice));
  form.querySelector("[data-draft]")?.removeAttribute("hidden");
}

/** @param {HTMLFormElement} form Back to an empty composer, here and in the browser's memory. */
function clear(form) {
  localStorage.removeItem(draftKey(form));
  form.reset();
  form.querySelector("textarea").value = "";
  form.querySelector("[data-picked]")?.replaceChildren();
  form.querySelector("[data-draft]")?.setAttribute("hidden", "");
  close(form);
}

document.addEventListener("input", (event) => {
  const form = composerOf(event.target);
  if (!form) return;
  keepDraft(form);
  if (!event.target.matches("textarea")) return;
  window.clearTimeout(timers.get(form));
  timers.set(form, window.setTimeout(() => suggest(form), WAIT_MS));
});

document.addEventListener("keydown", (event) => {
  const form = composerOf(event.target);
  if (!form || event.isComposing) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    if (!event.repeat) form.requestSubmit();
    return;
  }
  const list = listOf(form);
  if (!list || list.hidden || !event.target.matches("textarea")) return;
  const take = () => pick(form, list.querySelector("[aria-selected=true]"));
  const does = { ArrowDown: () => move(form, 1), ArrowUp: () => move(form, -1), Enter: take, Tab: take, Escape: () => close(form) };
  if (!does[event.key]) return;
  event.preventDefault();
  does[event.key]();
}, true);

document.addEventListener("click", (event) => {
  const form = composerOf(event.target);
  if (!form) return;
  const option = event.target.closest("[data-suggestions] [role=option]");
  if (option) pick(form, option);
  if (event.target.closest("[data-unpick]")) {
    event.target.closest(".chip").remove();
    keepDraft(form);
  }
  if (event.target.closest("[data-draft-drop]")) clear(form);
});

document.addEventListener("interaction-logged", (event) => {
  const form = composerOf(event.target) ?? document.querySelector("[data-composer]");
  if (form) clear(form);
});
document.addEventListener("htmx:load", (event) => event.target.querySelectorAll("[data-composer]").forEach(restoreDraft));
document.querySelectorAll("[data-composer]").forEach(restoreDraft);
