// The only script that runs before the first paint: says that script works, and applies a chosen theme.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // Storage is refused in some private windows: the system's theme stands.
  }
})();
