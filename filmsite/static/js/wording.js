// "View original" in place: both wordings are in the page, one of them hidden. Without script the form asks the server.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const id = form.dataset.toggleWording;
  if (!id) return;
  event.preventDefault();
  const review = form.closest("article") ?? document;
  for (const part of document.getElementById(id).querySelectorAll("[data-wording]")) part.hidden = !part.hidden;
  for (const part of form.querySelectorAll("[data-when]")) part.hidden = !part.hidden;
  for (const part of review.querySelectorAll(`[data-headline-of="${id}"]`)) part.hidden = !part.hidden;
});
