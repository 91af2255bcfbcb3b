// Correcting the catalogue: rows added in place, names suggested, what was pasted. All of it works without.
// And keys for moderators: a and d choose for every field of a proposal, Ctrl+Enter decides.
const WAIT = 200;
const PASTE_CHARACTERS = 200;

// --- Another row --------------------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-add]");
  if (!button) return;
  const key = button.dataset.add;
  const rows = document.querySelector(`[data-rows="${key}"]`);
  const template = document.querySelector(`template[data-row="${key}"]`);
  const count = button.form.elements[`${key}-rows`];
  if (!rows || !template || !count) return;
  event.preventDefault();
  const fresh = template.content.cloneNode(true);
  const number = Number(count.value);
  for (const element of fresh.querySelectorAll("[id], [name], [for], [aria-describedby]")) {
    for (const name of ["id", "name", "for", "aria-describedby"]) {
      const value = element.getAttribute(name);
      if (value?.includes("-__")) element.setAttribute(name, value.replaceAll("-__", `-${number}`));
    }
  }
  const row = fresh.firstElementChild;
  row.setAttribute("aria-label", `${row.getAttribute("aria-label")} ${number + 1}`);
  const place = row.querySelector("[name$=-position]");
  if (place) place.value = number + 1;
  rows.append(fresh);
  count.value = number + 1;
  row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
});

// --- Names, looked up while they are typed ------------------------------------------------------------------

const waiting = new Map();

document.addEventListener("input", (event) => {
  const kind = event.target.dataset?.names;
  const list = kind && document.getElementById(`names-${kind}`);
  // Choosing from the list is an input event, too, and asks for nothing.
  if (!list || (event.inputType ?? "") === "insertReplacementText" || !event.inputType) return;
  clearTimeout(waiting.get(kind));
  waiting.set(kind, setTimeout(async () => {
    const query = event.target.value.trim();
    if (query.length < 2) return;
    const answer = await fetch(`${list.dataset.source}&q=${encodeURIComponent(query)}`);
    if (answer.ok && !answer.redirected) list.innerHTML = await answer.text();
  }, WAIT));
});

// --- What was pasted into a text: a hint to the check for copied words ----------------------------------------

const pastes = [];
const squeezed = (text) => text.replace(/\s+/g, " ").trim();

document.addEventListener("paste", (event) => {
  if (!event.target.matches?.("[data-editing] textarea[data-text]")) return;
  const text = squeezed(event.clipboardData.getData("text/plain"));
  if (text.length >= PASTE_CHARACTERS) pastes.push({ text, area: event.target });
});

document.addEventListener("submit", (event) => {
  const signal = event.target.matches("[data-editing]") && event.target.elements.paste_signal;
  if (!signal) return;
  const standing = pastes.filter(({ text, area }) => squeezed(area.value).includes(text.slice(0, Math.ceil(text.length / 2))));
  const longest = Math.max(0, ...standing.map(({ text }) => text.length));
  signal.value = longest ? JSON.stringify({ characters: longest, origin: "unknown", pastes: standing.length }) : "";
});

// --- Deciding ---------------------------------------------------------------------------------------------------

const form = document.querySelector("[data-keys=proposal]");
if (form?.elements.reply) {
  const typing = (target) => target.closest("input:not([type=radio]), textarea, select, [contenteditable]");
  const choose = (value) => {
    for (const radio of form.querySelectorAll(`[name^="decide-"][value=${value}]`)) radio.checked = true;
  };
  form.querySelector("[data-choose]").addEventListener("click", (event) => choose(event.target.closest("[data-choose]").dataset.choose));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      form.requestSubmit();
    } else if (!typing(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey && "ad".includes(event.key)) {
      choose(event.key === "a" ? "yes" : "no");
      if (event.key === "d") form.elements.reply.focus();
      event.preventDefault();
    }
  });
}
