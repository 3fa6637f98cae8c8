/**
 * The referral form works without this. With it, a real hand on the page is noted as a visit, which a mail
 * scanner that only loads it never makes.
 */

const form = document.querySelector("[data-referral]");
const inputs = ["pointerdown", "keydown", "touchstart"];

/** @param {Event} event Input of a person; scripts make untrusted events, hidden pages have no readers. */
function note(event) {
  if (!event.isTrusted || document.visibilityState !== "visible") return;
  for (const input of inputs) document.removeEventListener(input, note);
  fetch(form.dataset.touch, { method: "POST", keepalive: true }).catch(() => {});
}

for (const input of inputs) document.addEventListener(input, note, { passive: true });
