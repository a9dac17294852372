// Where the live stream comes from: for who takes part, and for guests.

import { guestId } from "./guest.js";

// socket and events: the stream's two ways; alive: what answers while the server does; clock: what tells the time.
export function doorOf(base, guest) {
  if (!guest) return { socket: `${base}/live`, events: `${base}/events`, alive: "/api/v1/me", clock: base };
  const open = `${base}/public`;
  const as = `?guest=${guestId()}`;
  return { socket: `${open}/live${as}`, events: `${open}/events${as}`, alive: `${open}/now`, clock: `${open}/now` };
}
