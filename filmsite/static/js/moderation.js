// The moderators' keys. A control says with data-key which key presses it; j and k go through a queue, Enter decides what
// was chosen, "?" lists the keys. Choosing a verdict or a rule proposes its reason, as long as nobody wrote another one.

// A key that was meant for the page before must not decide anything here. Those that only move about are let through. Until
// keys are taken none are shown on the buttons.
const SETTLES_MS = 500;
const page = document.documentElement;
page.dataset.keyboard = "waits";
setTimeout(() => (page.dataset.keyboard = "ready"), SETTLES_MS);
const acts = ({ key, ctrlKey, metaKey, altKey }) => key === "Enter" || (key.length === 1 && !(ctrlKey || metaKey || altKey));
document.addEventListener(
  "keydown",
  (event) => {
    if (page.dataset.keyboard === "ready" || !acts(event) || writing(event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  { capture: true },
);

const writing = (target) => target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || writing(event.target)) return;
  if (event.key === "?") {
    document.getElementById("keys-help")?.togglePopover();
    event.preventDefault();
    return;
  }
  // A list of corrections has its keys by itself: they are for the one in hand, not for the first of the page.
  const control = document.querySelector(`[data-key="${CSS.escape(event.key)}"]:not([data-keys=corrections] *)`);
  if (!control) return;
  event.preventDefault();
  if (control.type !== "radio") {
    control.click();
    return;
  }
  // The same key again takes a measure back; a verdict has nothing to go back to.
  const nothing = control.checked && control.form.querySelector(`[name=${control.name}][value=""]`);
  (nothing || control).click();
  (nothing || control).focus();
});

// The part of the queue that is shown stands where it is seen.
const tabs = document.querySelector(".queue-tabs");
tabs?.scrollTo({ left: tabs.querySelector("[aria-current]")?.offsetLeft - tabs.offsetLeft - 16 });

const queue = document.querySelector("[data-keys=queue]");
if (queue) {
  const links = () => [...queue.querySelectorAll(".case-main a")];
  const here = () => document.activeElement?.closest("li");
  document.addEventListener("keydown", (event) => {
    if (writing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { j: 1, k: -1 }[event.key];
    if (step) {
      const all = links();
      const place = all.findIndex((link) => here()?.contains(link));
      all[Math.min(all.length - 1, Math.max(0, place + step))]?.focus();
    } else if (event.key === "c") {
      here()?.querySelector(".case-take")?.click();
    } else if (event.key === "x") {
      here()?.querySelector("[type=checkbox]")?.click();
    }
  });
  const boxes = [...queue.querySelectorAll("[type=checkbox]:not(:disabled)")];
  // What is decided together is of one sort, and of one author or with words of one source: what would be refused cannot be
  // ticked. Where it is not said of what sort things are, any of them go together.
  const most = Number(queue.closest("form")?.dataset.most) || Infinity;
  const sources = (box) => box.dataset.sources.split(" ").filter(Boolean);
  const alike = (ticked) => {
    const [first] = ticked;
    if (ticked.length > most) return false;
    if (ticked.length < 2 || !("sort" in first.dataset)) return true;
    if (ticked.some((box) => box.dataset.sort !== first.dataset.sort)) return false;
    const isByOne = first.dataset.author && ticked.every((box) => box.dataset.author === first.dataset.author);
    return isByOne || sources(first).some((one) => ticked.every((box) => sources(box).includes(one)));
  };
  const ticked = () => boxes.filter((box) => box.checked);
  const allow = () => {
    for (const box of boxes) box.disabled = !box.checked && !alike([...ticked(), box]);
  };
  queue.addEventListener("change", allow);
  allow();
  document.querySelector("[data-tick-all]")?.addEventListener("click", () => {
    for (const box of boxes) box.checked ||= alike([...ticked(), box]);
    allow();
  });
}

// Whoever closes the page has let the case go. Who follows a link of the page or sends one of its forms goes on with it.
const release = document.querySelector("[data-release]");
if (release) {
  let goesOn = false;
  document.addEventListener("submit", () => (goesOn = true));
  const whole = (address) => address.split("#")[0];
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const isElsewhere = !link || link.origin !== location.origin || whole(link.href) === whole(location.href);
    goesOn ||= !isElsewhere && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  });
  addEventListener("pageshow", () => (goesOn = false));
  addEventListener("pagehide", () => {
    if (!goesOn) navigator.sendBeacon(release.action, new FormData(release));
  });
}

const form = document.querySelector("[data-keys=decide]");
if (form) {
  const { rule, reason } = form.elements;
  const reasons = JSON.parse(document.getElementById("reasons").textContent);
  const verdict = () => form.querySelector("[name=verdict]:checked")?.value;
  // Whatever was proposed so far may give way to another proposal; what somebody wrote stays.
  const isProposed = () => !reason.value || Object.values(reasons).some((words) => Object.values(words).includes(reason.value));
  form.addEventListener("change", (event) => {
    if (event.target.name !== "verdict" && event.target !== rule) return;
    const words = reasons[verdict()] ?? {};
    // Some verdicts rest on one rule only.
    const [only, ...more] = Object.keys(words);
    if (rule && event.target !== rule && only && !more.length) rule.value = only;
    if (isProposed()) reason.value = words[rule?.value] ?? words[""] ?? "";
    for (const one of document.querySelectorAll(".outcome")) one.open = one.classList.contains(`outcome-${verdict()}`);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      (event.target.closest("form.step-form") ?? form).requestSubmit();
    } else if (event.key === "Enter" && event.target === document.body && verdict()) {
      form.requestSubmit();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (writing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const place = { e: reason, a: document.querySelector("[data-step=message] textarea") }[event.key];
    if (!place) return;
    event.preventDefault();
    place.focus();
    place.scrollIntoView({ block: "nearest" });
  });
}

// Both sides of the evidence scroll together, each by its own length.
const together = document.querySelector("[data-together]");
if (together) {
  const sides = [together.querySelector(".evidence-text"), together.querySelector(".evidence-sources")].filter(Boolean);
  let led;
  for (const side of sides) {
    side.addEventListener("pointerenter", () => (led = side));
    side.addEventListener("focusin", () => (led = side));
    side.addEventListener("scroll", () => {
      if (side !== led) return;
      const part = side.scrollTop / Math.max(1, side.scrollHeight - side.clientHeight);
      for (const other of sides) {
        if (other !== side) other.scrollTop = part * (other.scrollHeight - other.clientHeight);
      }
    });
  }
}

// A form that was refused comes back where its words are.
document.querySelector(".step-form .field-error, .step-form [aria-invalid=true]")?.closest("form").querySelector("textarea, input:not([type=hidden]), select")?.focus();
