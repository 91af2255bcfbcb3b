// Titles of a list are put in order by their handle: dragged, or taken with Space and moved with the arrow keys.
// The place is sent when a title is put down; the buttons beside it do the same without script.
const EDGE = 64;
const STEP = 12;

// The title that is being moved, the one it stood before, and how.
let lifted = null;
let before = null;
let dragged = false;
let taken = 0;
let scrolling = 0;

const rowsOf = (row) => [...row.parentElement.querySelectorAll(":scope > .entry")];
const placeOf = (row) => Number(row.parentElement.dataset.first) + rowsOf(row).indexOf(row);

function say(row, words) {
  const said = document.querySelector(".desk-said");
  if (said) said.textContent = words.replace("{title}", row.dataset.name).replace("{place}", placeOf(row));
}

function lift(row, byPointer) {
  lifted = row;
  before = row.nextElementSibling;
  dragged = byPointer;
  row.classList.add("lifted");
  if (!byPointer) say(row, row.parentElement.dataset.taken);
}

function putBack() {
  if (!lifted) return;
  const row = lifted;
  const held = row.contains(document.activeElement);
  row.parentElement.insertBefore(row, before);
  release();
  // What is moved within the page loses the focus.
  if (held) row.querySelector(".handle").focus();
  say(row, row.parentElement.dataset.back);
}

function release() {
  cancelAnimationFrame(scrolling);
  lifted?.classList.remove("lifted");
  lifted = null;
}

function putDown() {
  const row = lifted;
  const stays = row.nextElementSibling === before;
  release();
  if (stays) return;
  const origin = before;
  const failed = () => {
    if (row.isConnected) row.parentElement.insertBefore(row, origin);
  };
  for (const problem of ["htmx:responseError", "htmx:sendError"]) {
    document.body.addEventListener(problem, failed, { once: true });
  }
  window.htmx.ajax("POST", row.dataset.url, {
    target: "#desk",
    swap: "outerHTML",
    values: { act: "to", to: placeOf(row) },
  });
}

function moveTo(y) {
  const others = rowsOf(lifted).filter((row) => row !== lifted);
  const next = others.find((row) => {
    const box = row.getBoundingClientRect();
    return y < box.top + box.height / 2;
  });
  if (next !== lifted.nextElementSibling || !next) lifted.parentElement.insertBefore(lifted, next ?? null);
}

// At an edge of the window the page goes on scrolling, once the title was moved towards it.
function scrollAt(y) {
  cancelAnimationFrame(scrolling);
  const step = y < Math.min(EDGE, taken) ? -STEP : y > Math.max(innerHeight - EDGE, taken) ? STEP : 0;
  if (!step) return;
  scrolling = requestAnimationFrame(() => {
    scrollBy(0, step);
    if (lifted) {
      moveTo(y);
      scrollAt(y);
    }
  });
}

document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest?.("[data-arrange] .handle");
  if (!handle || event.button !== 0) return;
  if (lifted) putBack();
  handle.setPointerCapture(event.pointerId);
  taken = event.clientY;
  lift(handle.closest(".entry"), true);
});

document.addEventListener("pointermove", (event) => {
  if (!lifted || !dragged) return;
  moveTo(event.clientY);
  scrollAt(event.clientY);
});

document.addEventListener("pointerup", () => {
  if (lifted && dragged) putDown();
});

document.addEventListener("pointercancel", putBack);

document.addEventListener("keydown", (event) => {
  const handle = event.target.closest?.("[data-arrange] .handle");
  if (!handle || event.ctrlKey || event.metaKey || event.altKey) return;
  const row = handle.closest(".entry");
  if (event.key === " " || event.key === "Enter") {
    event.preventDefault();
    if (lifted) putDown();
    else lift(row, false);
  } else if (lifted === row && event.key === "Escape") {
    event.preventDefault();
    putBack();
  } else if (lifted === row && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    const list = row.parentElement;
    if (event.key === "ArrowUp" && row.previousElementSibling) list.insertBefore(row, row.previousElementSibling);
    if (event.key === "ArrowDown" && row.nextElementSibling) list.insertBefore(row.nextElementSibling, row);
    handle.focus();
    row.scrollIntoView({ block: "nearest" });
    say(row, list.dataset.over);
  }
});

// Who leaves the handle with Tab leaves the title where it was.
document.addEventListener("focusout", (event) => {
  if (lifted && !dragged && event.relatedTarget && !lifted.contains(event.relatedTarget)) putBack();
});
