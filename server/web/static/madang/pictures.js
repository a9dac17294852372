// Pictures go to the server as they are, as soon as they are chosen.

import { during, notice, tell } from "./api.js";
import { refresh } from "./refresh.js";

document.addEventListener("change", ({ target }) => send(target));
// On a slow line somebody may have chosen before this was here.
document.querySelectorAll("input[data-upload]").forEach(send);

async function send(field) {
  const picture = field.files?.[0];
  if (!picture || !field.dataset.upload) return;
  const [method, path] = field.dataset.upload.split(" ");
  const put = await during(field, () => tell(method, path, picture));
  field.value = "";
  if (put === null) return;
  await refresh(field.dataset.refresh);
  notice(field.dataset.done, "good");
}
