// "View original" in place: both wordings are in the page, one of them hidden. Without script the form asks the server.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const text = form.dataset.toggleWording;
  if (!text) return;
  event.preventDefault();
  const button = form.querySelector("button");
  // The address says what shows, so that a reload, a link that is passed on and the way back keep the choice.
  const address = new URL(location);
  for (const name of ["original", "translated"]) address.searchParams.delete(name, text);
  address.searchParams.append(button.name, text);
  history.replaceState(history.state, "", address);
  const toOriginal = button.name === "original";
  button.name = toOriginal ? "translated" : "original";
  button.setAttribute("aria-expanded", toOriginal);
  for (const part of form.querySelectorAll("[data-when]")) part.hidden = !part.hidden;
  const id = CSS.escape(text);
  for (const part of document.querySelectorAll(`#wording-${id} [data-wording], [data-headline-of="${id}"]`)) part.hidden = !part.hidden;
});
