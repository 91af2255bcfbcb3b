// Keys for moderators: j/k/Enter in the queue; a digit chooses a verdict, Ctrl+Enter decides.
// Choosing a rule proposes its reason as long as the moderator has not written one.

const typing = (target) => target.closest("input:not([type=radio]), textarea, select, [contenteditable]");

const queue = document.querySelector("[data-keys=queue]");
if (queue) {
  const links = [...queue.querySelectorAll(".case-main a")];
  document.addEventListener("keydown", (event) => {
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { j: 1, k: -1 }[event.key];
    if (!step) return;
    const here = links.indexOf(document.activeElement);
    links[Math.min(links.length - 1, Math.max(0, here + step))]?.focus();
  });
}

const form = document.querySelector("[data-keys=decide]");
if (form) {
  const verdicts = [...form.querySelectorAll("[name=verdict]")];
  const rule = form.querySelector("[name=rule]");
  const reason = form.querySelector("[name=reason]");
  // Only decisions about texts rest on a rule.
  const reasons = JSON.parse(document.getElementById("rule-reasons")?.textContent ?? "{}");
  const propose = () => {
    if (!reason.value || Object.values(reasons).includes(reason.value)) reason.value = reasons[rule.value] ?? "";
  };
  rule?.addEventListener("change", propose);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      form.requestSubmit();
    } else if (!typing(event.target) && verdicts[Number(event.key) - 1]) {
      const chosen = verdicts[Number(event.key) - 1];
      chosen.checked = true;
      if (chosen.value === "remove" && rule && !rule.value) {
        rule.value = "copied-text";
        propose();
      }
      reason.focus();
      event.preventDefault();
    }
  });
}
