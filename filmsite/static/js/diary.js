// Whether one had seen it before follows the day that is chosen, until it is said by hand.
const day = document.querySelector("[data-first-seen]");
const again = document.querySelector(".diary-form [name=is_rewatch]");
let said = false;

again?.addEventListener("change", () => {
  said = true;
});

day?.addEventListener("change", () => {
  if (again && day.value && !said) again.checked = day.value > day.dataset.firstSeen;
});
