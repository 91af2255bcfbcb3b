// The composer: counter, language, drafts that survive leaving. Writing works without any of it.

const state = new WeakMap();

function prepare(form) {
  if (form.dataset.live !== undefined) return;
  form.dataset.live = "";
  state.set(form, { sent: false, dirty: false });
  const opinion = form.querySelector("[name=is_opinion]");
  if (opinion) {
    const more = form.querySelector(".opinion-more");
    const follow = () => { more.hidden = !opinion.checked; };
    opinion.addEventListener("change", follow);
    follow();
  }
  count(form);
}

function count(form) {
  const area = form.elements.body;
  const counter = form.querySelector(".counter");
  const limit = Number(form.dataset.limit);
  // Characters as the server counts them: one for an emoji, not two.
  const length = [...area.value].length;
  counter.firstElementChild.textContent = length.toLocaleString(document.documentElement.lang || undefined);
  counter.classList.toggle("counter-over", length > limit);
}

// --- The language ----------------------------------------------------------------------------------------------

// The answer to "this looks like Portuguese" is remembered with the draft; the list says what holds.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-composer-language]");
  const form = button?.closest("[data-composer]");
  if (!form) return;
  const { language, language_sure: sure, body } = form.elements;
  const code = button.dataset.composerLanguage;
  if (![...language.options].some((option) => option.value === code)) language.add(new Option(button.dataset.composerName, code));
  language.value = sure.value = code;
  button.parentElement.replaceChildren();
  body.focus();
  language.dispatchEvent(new Event("change", { bubbles: true }));
});

const squeezed = (text) => text.replace(/\s+/g, " ").trim();

// What is said already is not said again: a screen reader would read it after every pause.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  if (squeezed(target.textContent) === squeezed(fragment.textContent)) event.detail.shouldSwap = false;
});

// --- Drafts --------------------------------------------------------------------------------------------------

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("[data-composer]");
  if (!form) return;
  state.get(form).dirty = true;
  if (event.target === form.elements.body) count(form);
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.target.matches?.(".draft-state")) return;
  const form = event.target.closest("[data-composer]");
  if (event.detail.successful) state.get(form).dirty = false;
  event.target.classList.toggle("draft-lost", !event.detail.successful);
  if (!event.detail.successful && event.detail.xhr?.status !== 0) event.target.textContent = form.dataset.lost;
});
for (const failure of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    const form = event.target.closest?.("[data-composer]");
    if (form && event.target.matches(".draft-state")) event.target.textContent = form.dataset.lost;
  });
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-composer]")) return;
  const mine = state.get(form);
  if (mine.sent) {
    // A second click while the first is on its way.
    event.preventDefault();
    return;
  }
  mine.sent = true;
  // Back to this page from the browser's memory, or a failed send: the button works again.
  setTimeout(() => { mine.sent = false; }, 8000);
});

// Leaving within the second that a draft waits: a beacon outlives the page.
function saveNow() {
  for (const form of document.querySelectorAll("[data-composer]")) {
    const mine = state.get(form);
    if (!mine?.dirty || mine.sent) continue;
      if (navigator.sendBeacon(form.dataset.draft, new FormData(form))) mine.dirty = false;
  }
}
addEventListener("pagehide", saveNow);
addEventListener("beforeunload", saveNow);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") saveNow();
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-composer]")) if (state.has(form)) state.get(form).sent = false;
});

function prepareAll() {
  for (const form of document.querySelectorAll("[data-composer]")) prepare(form);
}
document.addEventListener("htmx:load", prepareAll);
prepareAll();
