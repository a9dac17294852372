// What every page has: signing out, and tooltips that a key closes.

import { during, tell } from "./api.js";

document.querySelector("[data-sign-out]")?.addEventListener("click", async (event) => {
  await during(event.currentTarget, () => tell("POST", "/api/v1/sign-out"));
  location.assign("/");
});

// WCAG 2.2, 1.4.13: what appears on hover or focus can be dismissed.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.activeElement?.classList.contains("term") && document.activeElement.blur();
});
