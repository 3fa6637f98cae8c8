/**
 * Settings, Brand: the whole page wears the colour while it is being chosen, before it is saved.
 *
 * <input type="color" data-brand-colour="URL"> asks URL?colour=… for {shades, note, worry}: the custom properties of
 * tokens.css, and what is to be said of the colour, which goes into the field's hint. The server knows what can be read.
 */

const input = document.querySelector("[data-brand-colour]");
const hint = document.getElementById(`${input.id}_helptext`);
let asked = null;

async function show() {
  asked?.abort();
  asked = new AbortController();
  try {
    const url = `${input.dataset.brandColour}?colour=${encodeURIComponent(input.value)}`;
    const answer = await fetch(url, { signal: asked.signal });
    if (answer.ok) wear(await answer.json());
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

/** @param {{shades: Record<string, string>, note: string, worry: boolean}} found */
function wear({ shades, note, worry }) {
  for (const [name, shade] of Object.entries(shades)) document.documentElement.style.setProperty(name, shade);
  hint.textContent = note;
  hint.classList.toggle("text-tone-look", worry);
}

hint.setAttribute("aria-live", "polite");
input.addEventListener("input", show);
show();
