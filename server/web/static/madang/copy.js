// Copying what is shown once.

import { notice } from "./api.js";
import { _ } from "./text.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.querySelector(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    notice(_("Copied."), "good");
  } catch {
    notice(_("It is marked: press Ctrl+C (on a Mac Cmd+C) to copy it.")); // browsers copy on secure origins only
  }
});
