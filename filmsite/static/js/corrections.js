// Better words for translations: how long they are while somebody types, and keys for who decides about many.

const counter = (form) => {
  const area = form.elements.text;
  const shown = form.querySelector(".counter");
  // Characters as the server counts them: one for an emoji, not two.
  const length = [...area.value].length;
  shown.firstElementChild.textContent = length.toLocaleString(document.documentElement.lang || undefined);
  shown.classList.toggle("counter-over", length > Number(form.dataset.limit));
};

document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-counted]");
  if (form) counter(form);
});

// The words are there to be changed: the form that came is where one goes on.
document.addEventListener("htmx:afterSettle", (event) => {
  const area = event.target.querySelector?.(".wording-form textarea");
  area?.focus();
});

const list = document.querySelector("[data-keys=corrections]");
if (list) {
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");
  const here = () => document.activeElement?.closest(".correction");
  const move = (step) => {
    const all = [...list.querySelectorAll(".correction")];
    all[Math.min(all.length - 1, Math.max(0, all.indexOf(here()) + step))]?.focus();
  };
  document.addEventListener("keydown", (event) => {
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else {
      const control = here()?.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
      if (!control) return;
      event.preventDefault();
      control.click();
      control.closest("details[open]")?.querySelector("textarea")?.focus();
    }
  });
  // What was decided stays where it was, and so does whoever decides on.
  document.addEventListener("htmx:afterSwap", (event) => {
    const id = event.detail.elt?.closest?.(".correction")?.id ?? event.target.id;
    document.getElementById(id)?.focus();
  });
}
