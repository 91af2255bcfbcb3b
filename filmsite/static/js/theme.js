// The light / dark / system switch in the foot of the page.
const root = document.documentElement;
const buttons = document.querySelectorAll("[data-theme-choice]");

function show(choice) {
  if (choice) root.dataset.theme = choice;
  else delete root.dataset.theme;
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
}

for (const button of buttons) {
  button.addEventListener("click", () => {
    const choice = button.dataset.themeChoice;
    show(choice);
    try {
      if (choice) localStorage.setItem("theme", choice);
      else localStorage.removeItem("theme");
    } catch {
      // The choice then lasts as long as the page.
    }
  });
}
// Another tab changed it.
addEventListener("storage", (event) => {
  if (event.key === "theme") show(event.newValue ?? "");
});
show(root.dataset.theme ?? "");
