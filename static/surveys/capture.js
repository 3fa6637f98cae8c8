/**
 * The survey page works without this. With it, a score chosen by a real hand is kept although Send is never
 * pressed, and the follow-up question is worded for the score.
 */

const form = document.querySelector("[data-survey]");
const question = form.querySelector("[data-follow-up]");
let kept = null;

/** @returns {HTMLInputElement | null} */
const chosen = () => form.querySelector("[name=score]:checked");

/** @param {Event} event Input of a person; scripts make untrusted events, hidden pages have no readers. */
function keep(event) {
  const score = chosen()?.value;
  if (!event.isTrusted || document.visibilityState !== "visible" || !score || score === kept) return;
  kept = score;
  fetch(form.dataset.touch, { method: "POST", body: new URLSearchParams({ score }), keepalive: true }).catch(() => {
    kept = null;
  });
}

/** @param {Event} event */
function reword(event) {
  if (event.target.name !== "score") return;
  const score = Number(event.target.value);
  const { detractor, passive, promoter } = form.dataset;
  question.textContent = score >= 9 ? promoter : score >= 7 ? passive : detractor;
  keep(event);
}

form.addEventListener("change", reword);
for (const input of ["pointerdown", "keydown", "touchstart"]) {
  document.addEventListener(input, keep, { passive: true });
}
// The way back from the thanks leads to the page, not to the score link once more.
history.replaceState(null, "", location.pathname);
