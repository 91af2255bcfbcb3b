// The composer: counter, drafts that survive leaving, what was pasted. Writing works without any of it.
const PASTE_CHARACTERS = 200;
const REST = 2000;

const state = new WeakMap();

function prepare(form) {
  if (form.dataset.live !== undefined) return;
  form.dataset.live = "";
  state.set(form, { pastes: [], typed: 0, sent: false, dirty: false, rest: 0 });
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

// --- What was pasted -----------------------------------------------------------------------------------------

function originOf(data) {
  const html = data.getData("text/html");
  if (!html) return data.types.includes("vscode-editor-data") ? "editor" : "plain";
  if (/docs-internal-guid/.test(html)) return "gdocs";
  if (/urn:schemas-microsoft-com:office|class="?Mso|content="?Microsoft/i.test(html)) return "office";
  if (/content="?(LibreOffice|OpenOffice)/i.test(html)) return "libreoffice";
  if (data.types.includes("vscode-editor-data")) return "editor";
  return "web";
}

const squeezed = (text) => text.replace(/\s+/g, " ").trim();

function signal(form) {
  const { pastes, typed } = state.get(form);
  const text = squeezed(form.elements.body.value);
  // A paste counts while most of it still stands: its middle half is looked for.
  const standing = pastes.filter((paste) => text.includes(paste.core));
  if (!standing.length) return "";
  const longest = standing.reduce((a, b) => (b.characters > a.characters ? b : a));
  return JSON.stringify({
    characters: longest.characters,
    words: longest.words,
    origin: longest.origin,
    pastes: standing.length,
    total: standing.reduce((sum, paste) => sum + paste.characters, 0),
    typed,
  });
}

function note(form) {
  form.elements.paste_signal.value = signal(form);
}

function askScreening(form) {
  note(form);
  form.querySelector(".paste-notice").dispatchEvent(new CustomEvent("composer:pasted", { bubbles: true }));
}

document.addEventListener("paste", (event) => {
  const form = event.target.closest?.("[data-composer]");
  if (!form || event.target !== form.elements.body) return;
  const text = squeezed(event.clipboardData.getData("text/plain"));
  if (!text) return;
  const quarter = Math.floor(text.length / 4);
  state.get(form).pastes.push({
    characters: text.length,
    words: text.split(" ").length,
    origin: originOf(event.clipboardData),
    core: text.slice(quarter, quarter + Math.max(Math.ceil(text.length / 2), 1)).trim(),
  });
  if (text.length >= PASTE_CHARACTERS) setTimeout(() => askScreening(form), 300);
});

// A suggestion of the screening, put in place of a passage so that undo brings the passage back.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-composer-replace]");
  const form = button?.closest("[data-composer]");
  if (!form) return;
  event.preventDefault();
  const { start, end, text } = JSON.parse(button.dataset.composerReplace);
  const area = form.elements.body;
  // The server counts characters, the browser 16-bit units.
  const units = (place) => [...area.value].slice(0, place).join("").length;
  area.focus();
  area.setSelectionRange(units(start), units(end));
  if (!document.execCommand("insertText", false, text)) area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
  askScreening(form);
});

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

// What is said already is not said again: a screen reader would read it after every pause.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  if (squeezed(target.textContent) === squeezed(fragment.textContent)) event.detail.shouldSwap = false;
});

// --- Drafts --------------------------------------------------------------------------------------------------

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("[data-composer]");
  if (!form) return;
  const mine = state.get(form);
  mine.dirty = true;
  if (event.target !== form.elements.body) return;
  if (event.inputType === "insertText" || event.inputType === "insertCompositionText") mine.typed += event.data?.length ?? 0;
  count(form);
  clearTimeout(mine.rest);
  mine.rest = setTimeout(() => {
    if (form.querySelector(".paste-notice").childElementCount) askScreening(form);
  }, REST);
});

// Runs before htmx gathers the fields of any request of the form.
document.addEventListener("htmx:configRequest", (event) => {
  const form = event.target.closest?.("[data-composer]");
  if (!form) return;
  note(form);
  if ("paste_signal" in event.detail.parameters) event.detail.parameters.paste_signal = form.elements.paste_signal.value;
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
  note(form);
  mine.sent = true;
  // Back to this page from the browser's memory, or a failed send: the button works again.
  setTimeout(() => { mine.sent = false; }, 8000);
});

// Leaving within the second that a draft waits: a beacon outlives the page.
function saveNow() {
  for (const form of document.querySelectorAll("[data-composer]")) {
    const mine = state.get(form);
    if (!mine?.dirty || mine.sent) continue;
    note(form);
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
