// Votes at once: a click on a star sends the form, so does a number key (1 is half a star, 0 is five).
// Arrow keys only move through the choices, as in any radio group; Enter or the button sends.
let pointed = false;
// A choice made while the one before is on its way: it goes when that has arrived.
let next = "";

function send(input) {
  if (input.form.classList.contains("htmx-request")) next = input.value;
  else input.form.requestSubmit();
}

addEventListener("pointerdown", (event) => {
  pointed = Boolean(event.target.closest?.(".half"));
});

function prepare() {
  for (const form of document.querySelectorAll("form.rate-form:not([data-live])")) form.dataset.live = "";
}

document.addEventListener("change", (event) => {
  if (pointed && event.target.matches(".rate input")) send(event.target);
});

document.addEventListener("keydown", (event) => {
  pointed = false;
  const group = event.target.closest?.(".rate");
  if (!group || !/^[0-9]$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
  const input = group.querySelector(`input[value="${event.key === "0" ? 10 : event.key}"]`);
  event.preventDefault();
  input.checked = true;
  input.focus();
  send(input);
});

// The button that was pressed goes with its form: the focus moves to what undoes it, or to the vote that is back.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "rating") return;
  const waiting = next && document.querySelector(`#rating .rate input[value="${next}"]`);
  next = "";
  if (waiting) {
    waiting.checked = true;
    send(waiting);
  } else if (document.activeElement === document.body) {
    document.querySelector("#vote-undo, #rating .rate input:checked")?.focus();
  }
});

document.addEventListener("htmx:load", prepare);
prepare();
