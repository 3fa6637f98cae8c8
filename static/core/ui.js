/**
 * Small manners of every page: dialogs, confirmations, menus, copying, theme preview, quiet polling.
 *
 * Markup it answers to:
 *   data-open="ID"            opens the <dialog id="ID">
 *   data-open-log             opens the log dialog, or goes to the composer that is already on the page
 *   data-confirm="Text"       asks first (on a form, its button, or an element with hx-*);
 *                             data-confirm-title, data-confirm-yes word the dialog, data-confirm-danger colours it
 *   data-copy="#ID"           copies the text of that element
 *   data-theme-choice         a <select> or radio whose value (auto, light, dark) is shown at once
 *   data-submit-on-change     submits its form when changed
 */

const HTMX_WRITES = "[hx-post], [hx-put], [hx-patch], [hx-delete]";
const confirmBox = document.getElementById("confirm-dialog");
const wordedAs = {
  title: confirmBox.querySelector("[data-confirm-title]").textContent,
  yes: confirmBox.querySelector("[data-confirm-yes]").textContent,
};
const agreed = new WeakSet();

/**
 * Ask in a real dialog.
 * @param {HTMLElement} asker The element that carries data-confirm.
 * @returns {Promise<boolean>}
 */
function confirmed(asker) {
  const yes = confirmBox.querySelector("[data-confirm-yes]");
  confirmBox.querySelector("[data-confirm-title]").textContent = asker.dataset.confirmTitle || wordedAs.title;
  confirmBox.querySelector("[data-confirm-text]").textContent = asker.dataset.confirm;
  yes.textContent = asker.dataset.confirmYes || wordedAs.yes;
  yes.classList.toggle("btn-danger", "confirmDanger" in asker.dataset);
  yes.classList.toggle("btn-primary", !("confirmDanger" in asker.dataset));
  confirmBox.returnValue = "";
  confirmBox.showModal();
  return new Promise((resolve) => {
    confirmBox.addEventListener("close", () => resolve(confirmBox.returnValue === "yes"), { once: true });
  });
}

/** @param {SubmitEvent} event A plain form that wants a confirmation waits for it. */
async function confirmSubmit(event) {
  const form = event.target;
  const asker = event.submitter?.matches("[data-confirm]") ? event.submitter : form.closest("form[data-confirm]");
  if (!asker || form.matches(HTMX_WRITES) || agreed.delete(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!(await confirmed(asker))) return;
  agreed.add(form);
  form.requestSubmit(event.submitter);
}

/** @param {CustomEvent} event The same for requests by HTMX. */
async function confirmRequest(event) {
  const submitter = event.detail.triggeringEvent?.submitter;
  const asker = submitter?.matches("[data-confirm]") ? submitter : event.detail.elt.closest("[data-confirm]");
  if (!asker) return;
  event.preventDefault();
  if (await confirmed(asker)) event.detail.issueRequest(true);
}

/** @param {HTMLAnchorElement} link Log where the page has a composer, in the dialog elsewhere. */
function openLog(link) {
  const onPage = document.querySelector("main [data-composer] textarea");
  if (onPage) {
    onPage.scrollIntoView({ block: "center" });
    onPage.focus();
    return;
  }
  const dialog = document.getElementById("log-dialog");
  dialog.showModal();
  window.htmx.ajax("GET", link.href, { target: dialog.querySelector("[data-dialog-body]"), swap: "innerHTML" });
}

/** @param {HTMLElement} button Copies, or marks the text for copying where browsers refuse (plain http). */
async function copy(button) {
  const source = document.querySelector(button.dataset.copy);
  if (!navigator.clipboard) {
    window.getSelection().selectAllChildren(source);
    return;
  }
  await navigator.clipboard.writeText(source.textContent.trim());
  const text = document.getElementById("toasts").dataset.copied;
  document.dispatchEvent(new CustomEvent("toast", { detail: { text } }));
}

/** @param {MouseEvent} event Whether the click wants a new tab or window. */
const wantsTab = (event) => event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open).showModal();
  const logger = event.target.closest("[data-open-log]");
  if (logger && !wantsTab(event)) {
    event.preventDefault();
    openLog(logger);
  }
  const copier = event.target.closest("[data-copy]");
  if (copier) copy(copier);
  if (event.target.matches("dialog.sheet[open]")) event.target.close();
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target) || opener) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details[data-menu][open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-theme-choice], [data-theme-choice] *")) {
    document.documentElement.dataset.bsTheme = event.target.value;
  }
  if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
});

document.addEventListener("submit", confirmSubmit, true);
document.addEventListener("htmx:confirm", confirmRequest);
document.addEventListener("htmx:beforeRequest", (event) => {
  const polls = event.detail.elt.getAttribute("hx-trigger")?.includes("every");
  if (polls && document.hidden) event.preventDefault();
});
document.addEventListener("interaction-logged", () => document.getElementById("log-dialog")?.close());
