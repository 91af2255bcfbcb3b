// The search field as a combobox: suggestions in a list below it, which the arrow keys walk through while the focus
// stays in the field. Enter goes to the chosen one, or to the page of all results.
const PAUSE = 100;
// Names that are only alike cost more to find: they are asked for when nothing begins like this and typing stops.
const LONGER_PAUSE = 350;

const form = document.querySelector("form.find[data-suggest]");
if (form) enhance(form);

function enhance(form) {
  const field = form.querySelector("input[type=search]");
  const box = form.querySelector(".find-box");
  const status = form.querySelector("[role=status]");
  let waiting = 0;
  let request = null;
  let shown = "";

  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-haspopup", "listbox");
  field.setAttribute("aria-expanded", "false");

  const options = () => [...box.querySelectorAll("[role=option]")];
  const active = () => box.querySelector("[role=option][aria-selected=true]");
  const typed = () => field.value.trim();

  function stop() {
    clearTimeout(waiting);
    request?.abort();
    request = null;
  }

  function choose(option) {
    active()?.setAttribute("aria-selected", "false");
    if (!option) {
      field.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", option.id);
  }

  function open() {
    box.hidden = false;
    field.setAttribute("aria-expanded", "true");
    field.setAttribute("aria-controls", "find-options");
  }

  function close() {
    stop();
    choose(null);
    box.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-controls");
    status.textContent = "";
  }

  function askAfter(pause, similar) {
    stop();
    waiting = setTimeout(() => ask(similar), pause);
  }

  async function ask(similar) {
    const query = typed();
    const address = new URL(form.dataset.suggest, location.href);
    address.searchParams.set("q", query);
    if (similar) address.searchParams.set("similar", "1");
    request = new AbortController();
    try {
      const answer = await fetch(address, { signal: request.signal });
      if (!answer.ok) return;
      const html = await answer.text();
      if (query !== typed() || !form.contains(document.activeElement)) return;
      // Whoever has walked to an option already keeps it.
      if (similar && active()) return;
      box.innerHTML = html;
      shown = query;
      choose(null);
      open();
      const list = box.querySelector("[role=listbox]");
      status.textContent = list.dataset.status;
      if ("few" in list.dataset) askAfter(LONGER_PAUSE, true);
    } catch (error) {
      // Typed on, left, or without a network: the form still leads to all results.
      if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error;
    }
  }

  function move(step) {
    if (box.hidden) {
      if (shown && shown === typed()) open();
      else if (typed()) askAfter(0, false);
      return;
    }
    const all = options();
    const at = all.indexOf(active());
    // One place between the last option and the first is the field itself.
    const next = at < 0 && step < 0 ? all.length - 1 : at + step;
    choose(all[next]);
  }

  field.addEventListener("input", () => {
    if (typed()) askAfter(PAUSE, false);
    else close();
  });

  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const isOpen = !box.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if ((event.key === "Home" || event.key === "End") && active()) {
      event.preventDefault();
      choose(options().at(event.key === "Home" ? 0 : -1));
    } else if (event.key === "Enter" && isOpen && active()) {
      event.preventDefault();
      location.assign(active().href);
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      close();
    } else if (event.key === "Tab") {
      close();
    }
  });

  form.addEventListener("submit", close);
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) close();
  });
  // A page that comes back from the browser's memory comes back without an open list.
  addEventListener("pagehide", close);
}
