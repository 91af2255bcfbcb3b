// Shows a picture that was chosen, cut as it will be, before it is sent.

const form = document.querySelector("[data-picture]");
const field = form?.querySelector("input[type=file]");
const chosen = form?.querySelector(".picture-chosen");

field?.addEventListener("change", () => {
  chosen.hidden = true;
  const file = field.files[0];
  if (!file?.type.startsWith("image/")) return;
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    const image = chosen.querySelector("img");
    image.addEventListener("load", () => { chosen.hidden = false; }, { once: true });
    image.src = reader.result;
  });
  reader.readAsDataURL(file);
});
