// Which ways to watch the reader's network reaches: each is asked by a small request that may take four seconds.

const PATIENCE = 4_000;
// Small things that YouTube has. Browsers may hide an answer of another kind than they expect: one of two is enough.
const SMALL = ["/generate_204", "/favicon.ico"];

// Whether somebody answers there, whatever they say. A playlist has to let us read it, or it cannot be played. What can
// only be opened counts as reached: nobody can know.
async function answers({ origin, embed, played }) {
  if (!origin) return true;
  const asking = { mode: played ? "cors" : "no-cors", cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(PATIENCE) };
  const addresses = played ? [embed] : SMALL.map((path) => origin + path);
  try {
    await Promise.any(addresses.map((address) => fetch(address, asking)));
    return true;
  } catch {
    return false;
  }
}

// The first of the ways, in the order in which they are offered, that answers; null if none does. All are asked at once.
export async function firstReached(ways) {
  const asked = ways.map(answers);
  for (const [place, answer] of asked.entries()) {
    if (await answer) return ways[place];
  }
  return null;
}
