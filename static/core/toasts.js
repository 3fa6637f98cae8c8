/**
 * Short notices in the corner, and what is said when HTMX could not do what was asked.
 *
 * Any script or response shows one by the event `toast` with {text, tone, undo}; a response does it by the
 * header `HX-Trigger: {"toast": {"text": "Saved"}}`. Texts that scripts need stand on #toasts as data-*.
 */

const STAYS_MS = 8000;
const box = document.getElementById("toasts");

/** @param {HTMLElement} notice Removes itself after a while, unless it asks for attention or is being read. */
function retire(notice) {
  const stays = notice.querySelector("form") || ["error", "bad"].includes(notice.dataset.tone);
  if (stays) return;
  window.setTimeout(() => {
    if (notice.matches(":hover, :focus-within")) retire(notice);
    else notice.remove();
  }, STAYS_MS);
}

/** @param {{text: string, tone?: string, undo?: string}} toast */
function show({ text, tone = "success", undo = "" }) {
  const notice = document.createElement("div");
  notice.className = "notice";
  notice.dataset.tone = tone;
  const words = document.createElement("p");
  words.textContent = text;
  notice.append(words);
  if (undo) notice.append(undoForm(undo));
  notice.append(closeButton());
  box.append(notice);
  retire(notice);
}

/** @param {string} url A form, because undoing changes something and must be a POST. */
function undoForm(url) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = url;
  const token = document.createElement("input");
  token.type = "hidden";
  token.name = "csrfmiddlewaretoken";
  token.value = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  const button = document.createElement("button");
  button.className = "btn btn-sm";
  button.textContent = box.dataset.undo;
  form.append(token, button);
  return form;
}

function closeButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "notice-close";
  button.setAttribute("aria-label", box.dataset.close);
  button.dataset.closeToast = "";
  button.textContent = "×";
  return button;
}

document.addEventListener("click", (event) => {
  event.target.closest("[data-close-toast]")?.closest(".notice").remove();
});
document.addEventListener("toast", (event) => show(event.detail));
document.addEventListener("htmx:responseError", (event) => {
  const text = event.detail.xhr.status === 403 ? box.dataset.forbidden : box.dataset.failed;
  show({ text, tone: "error" });
});
for (const lost of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(lost, () => show({ text: box.dataset.unreachable, tone: "error" }));
}
box.querySelectorAll(".notice").forEach(retire);
