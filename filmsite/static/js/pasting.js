// What is pasted into a composer, or into a field of plain words: asked about at once, shown where it stands, mended so
// that undo brings it back. The server asks the same when a text is sent; nothing here is needed to write, and typed
// words cost nothing.

// Pasted characters that stand in the text, from which on the server is asked: about forty words.
const PASTE_CHARACTERS = 200;
// After so many milliseconds without a key the text rests.
const REST = 2000;
const UNDO_KEYS = /Mac|iP(hone|ad)/.test(navigator.platform) ? "⌘Z" : "Ctrl+Z";

const memory = new WeakMap();

function memoryOf(form) {
  if (!memory.has(form)) {
    memory.set(form, {
      pastes: [],
      typed: 0,
      rest: 0,
      // The text that the notice in sight is about: until there was a request, the one the page came with.
      asked: fieldOf(form).defaultValue,
      answer: "",
      // From a word about own words until the answer to it is here.
      isTicked: false,
      // What the notice was folded away about, and what else its author did to it, which an answer must not undo.
      folded: "",
      whyIsOpen: false,
      url: undefined,
      cut: [],
    });
  }
  return memory.get(form);
}

const composerOf = (element) => element.closest?.("[data-pasting]");
// The field of a form that is looked at.
const fieldOf = (form) => form.elements[form.dataset.pasting];
const regionOf = (form) => form.querySelector(".paste-notice");
const squeezed = (text) => text.replace(/\s+/g, " ").trim();

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

// A paste counts while most of it still stands: its middle half is looked for.
function standing(form) {
  const text = squeezed(fieldOf(form).value);
  return memoryOf(form).pastes.filter((paste) => text.includes(paste.core));
}

const characters = (pastes) => pastes.reduce((sum, paste) => sum + paste.characters, 0);

function signal(form) {
  const pastes = standing(form);
  if (!pastes.length) return "";
  const longest = pastes.reduce((a, b) => (b.characters > a.characters ? b : a));
  return JSON.stringify({
    characters: longest.characters,
    words: longest.words,
    origin: longest.origin,
    pastes: pastes.length,
    total: characters(pastes),
    typed: memoryOf(form).typed,
  });
}

// Dictation, autofill, phone keyboards and words that are still being composed bring no such event.
document.addEventListener("paste", (event) => {
  const form = composerOf(event.target);
  if (!form || event.target !== fieldOf(form)) return;
  const text = squeezed(event.clipboardData.getData("text/plain"));
  if (!text) return;
  const quarter = Math.floor(text.length / 4);
  memoryOf(form).pastes.push({
    characters: text.length,
    words: text.split(" ").length,
    origin: originOf(event.clipboardData),
    core: text.slice(quarter, quarter + Math.max(Math.ceil(text.length / 2), 1)).trim(),
  });
  // The text holds it in a moment.
  askSoon(form, 300);
});

document.addEventListener("input", (event) => {
  const form = composerOf(event.target);
  if (!form || event.target !== fieldOf(form)) return;
  const mine = memoryOf(form);
  if (event.inputType === "insertText") mine.typed += event.data?.length ?? 0;
  if (event.inputType !== "insertFromPaste") askSoon(form, REST);
  forgetWhatIsBack(form);
});
document.addEventListener("compositionend", (event) => {
  const form = composerOf(event.target);
  if (form && event.target === fieldOf(form)) memoryOf(form).typed += event.data.length;
});

// However the form leaves: sent, saved as a draft, checked.
document.addEventListener("formdata", (event) => {
  if (!event.target.matches?.("[data-pasting]") || !memory.has(event.target)) return;
  // After a reload the draft still knows of pastes that this page does not.
  if (memoryOf(event.target).pastes.length) event.formData.set("paste_signal", signal(event.target));
});

// --- Asking --------------------------------------------------------------------------------------------------

function askSoon(form, wait) {
  const mine = memoryOf(form);
  clearTimeout(mine.rest);
  mine.rest = setTimeout(() => {
    const hasReason = characters(standing(form)) >= PASTE_CHARACTERS || regionOf(form).childElementCount;
    if (hasReason && document.contains(form)) ask(form);
  }, wait);
}

function ask(form) {
  clearTimeout(memoryOf(form).rest);
  regionOf(form).dispatchEvent(new CustomEvent("composer:pasted", { bubbles: true }));
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (!event.target.matches?.(".paste-notice")) return;
  const form = composerOf(event.target);
  event.detail.xhr.asked = { text: fieldOf(form).value, isTicked: memoryOf(form).isTicked };
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, serverResponse: answer } = event.detail;
  if (!event.target.matches?.(".paste-notice") || xhr.status !== 200) return;
  const mine = memoryOf(composerOf(event.target));
  if (mine.isTicked && !xhr.asked.isTicked) {
    // It was asked before the box was ticked, and would take the tick away; the next answer is on its way.
    event.detail.shouldSwap = false;
    return;
  }
  mine.isTicked = false;
  mine.asked = xhr.asked.text;
  // The same again: nothing moves under a hand or in a reader's ear.
  if (answer === mine.answer) event.detail.shouldSwap = false;
  mine.answer = answer;
  mine.whyIsOpen = event.target.querySelector(".paste-why")?.open ?? false;
  mine.url = event.target.querySelector("[name=own_words_url]")?.value;
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (!event.target.matches?.(".paste-notice")) return;
  const form = composerOf(event.target);
  const mine = memoryOf(form);
  const why = event.target.querySelector(".paste-why");
  if (why) why.open = mine.whyIsOpen;
  const url = event.target.querySelector("[name=own_words_url]");
  if (url && mine.url !== undefined) url.value = mine.url;
  fold(form, mine.folded !== "" && mine.folded === aboutOf(form));
  summarise(form);
});

// What the notice is about: the sources that it names.
const aboutOf = (form) => regionOf(form).querySelector("[data-paste-about]")?.dataset.pasteAbout ?? "";

// The notice itself is long and changes as its author goes: read out is its first line, once.
function summarise(form) {
  const line = form.querySelector("[data-paste-summary]");
  const summary = squeezed(regionOf(form).querySelector("[data-paste-says]")?.dataset.pasteSays ?? "");
  if (squeezed(line.textContent) !== summary) line.textContent = summary;
}

// --- Acting on it --------------------------------------------------------------------------------------------

// The server counts characters, the browser 16-bit units.
const units = (text, place) => [...text].slice(0, place).join("").length;

// Where a passage of the text that was asked about stands now, or null when it does not.
function placeNow(form, start, end) {
  const { asked } = memoryOf(form);
  const now = fieldOf(form).value;
  const [from, to] = [units(asked, start), units(asked, end)];
  if (asked === now) return [from, to];
  const passage = asked.slice(from, to);
  const shift = now.length - asked.length;
  // Words were added or taken away before it, or behind it.
  for (const place of [from, from + shift, now.indexOf(passage)]) {
    if (place >= 0 && now.startsWith(passage, place)) return [place, place + passage.length];
  }
  return null;
}

function select(area, start, end) {
  // A field that gets the focus scrolls to where it is in the text.
  area.blur();
  area.setSelectionRange(start, start);
  area.focus();
  area.setSelectionRange(start, end);
}

function say(form, words) {
  const done = form.querySelector("[data-paste-done]");
  done.querySelector("span").textContent = words;
  done.querySelector("kbd").textContent = UNDO_KEYS;
  done.hidden = !words;
}

const acts = {
  // Puts its words in place of a passage; undo brings the passage back, and until then it stands under the form.
  mend(form, button) {
    const { start, end, text, done } = JSON.parse(button.dataset.pasteMend);
    const area = fieldOf(form);
    const place = placeNow(form, start, end);
    if (!place) return ask(form);
    // No paragraph stands in a field of one line.
    const words = area.matches("input") ? text.replace(/\s*\n\s*/g, " ") : text;
    keepCut(form, area.value.slice(...place), words);
    select(area, ...place);
    if (!document.execCommand(words ? "insertText" : "delete", false, words)) area.setRangeText(words, ...place, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
    say(form, done);
    ask(form);
  },
  show(form, button) {
    const place = placeNow(form, ...button.dataset.pasteShow.split(" ").map(Number));
    if (place) select(fieldOf(form), ...place);
    else ask(form);
  },
  undo(form) {
    fieldOf(form).focus();
    document.execCommand("undo");
    say(form, "");
    ask(form);
  },
  discard(form) {
    memoryOf(form).cut = [];
    showCut(form, "");
    fieldOf(form).focus();
  },
  fold(form) {
    memoryOf(form).folded = aboutOf(form);
    fold(form, true);
    fieldOf(form).focus();
  },
  unfold(form) {
    memoryOf(form).folded = "";
    fold(form, false);
    regionOf(form).querySelector("[data-paste-about]").focus();
  },
};

function fold(form, isFolded) {
  regionOf(form).classList.toggle("paste-folded", isFolded);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-paste-act], [data-paste-mend], [data-paste-show]");
  const form = button && composerOf(button);
  if (!form) return;
  event.preventDefault();
  const { pasteAct, pasteMend } = button.dataset;
  acts[pasteAct ?? (pasteMend === undefined ? "show" : "mend")](form, button);
});

// "These are my own words": what the server says to that takes the notice's place.
document.addEventListener("change", (event) => {
  if (event.target.name !== "own_words" || !event.target.closest(".paste-notice")) return;
  const form = composerOf(event.target);
  memoryOf(form).isTicked = true;
  ask(form);
});

// --- What was cut --------------------------------------------------------------------------------------------

// The words that a button takes away stand under the form until the text is sent, for undo ends with the page.
function keepCut(form, passage, text) {
  const words = squeezed(passage);
  if (squeezed(text).includes(words)) return;
  const kept = form.elements.cut.value.trim();
  memoryOf(form).cut.push(passage.trim());
  if (!squeezed(kept).includes(words)) showCut(form, [kept, passage.trim()].filter(Boolean).join("\n\n"));
}

function forgetWhatIsBack(form) {
  const mine = memoryOf(form);
  if (!mine.cut.length) return;
  const { cut } = form.elements;
  const back = mine.cut.filter((passage) => fieldOf(form).value.includes(passage));
  mine.cut = mine.cut.filter((passage) => !back.includes(passage));
  showCut(form, back.reduce((kept, passage) => kept.replace(passage, "").replace(/\n{3,}/g, "\n\n").trim(), cut.value));
}

// A change of the field saves the draft with it.
function showCut(form, words) {
  const { cut } = form.elements;
  if (cut.value === words) return;
  cut.value = words;
  cut.closest("details").hidden = !words;
  cut.dispatchEvent(new Event("change", { bubbles: true }));
}
