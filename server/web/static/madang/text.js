// Words in the page's language, and times on a zone's clocks. English texts are the keys of the translations.

export const language = document.documentElement.lang || "en";

// International English writes "Mon 9 Nov", as the server does; plain "en" would be American.
const locale = language === "en" ? "en-GB" : language;

const texts = JSON.parse(document.getElementById("texts")?.textContent || "{}");

// The translation of an English text; {name} in it stands for values.name.
export function _(text, values = {}) {
  return (texts[text] ?? text).replace(/\{(\w+)\}/g, (_whole, name) => values[name] ?? "");
}

// A name for this reader from {language: text, original: language}.
export function nameIn(names) {
  if (!names) return "";
  const order = [language, names.original, "en", ...Object.keys(names).filter((key) => key !== "original")];
  return names[order.find((key) => key && names[key])] ?? "";
}

const regions = new Intl.DisplayNames([locale], { type: "region" });

export function country(code) {
  return code === "ZZ" ? _("Unknown") : regions.of(code);
}

const tongues = new Intl.DisplayNames([locale], { type: "language" });

// What people call a language (BCP 47); its code, if nobody has told us.
export function tongue(code) {
  try {
    return tongues.of(code);
  } catch {
    return code;
  }
}

const number = new Intl.NumberFormat(locale);

export function count(value) {
  return number.format(value);
}

// A time span in milliseconds as stopwatches show it: "04:05", "1:04:05".
export function stopwatch(span) {
  const seconds = Math.floor(span / 1000);
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${hours ? `${hours}:` : ""}${two(minutes)}:${two(seconds % 60)}`;
}

// Wall times of one zone. Always 24 hours.
export class Wall {
  constructor(zone) {
    const make = (options, tag = locale) =>
      new Intl.DateTimeFormat(tag, { timeZone: zone, hourCycle: "h23", ...options });
    this.zone = zone;
    this.formats = {
      time: make({ hour: "2-digit", minute: "2-digit" }),
      seconds: make({ hour: "2-digit", minute: "2-digit", second: "2-digit" }),
      day: make({ weekday: "long", day: "numeric", month: "long" }),
      brief: make({ weekday: "short", day: "numeric", month: "short" }),
      date: make({ year: "numeric", month: "2-digit", day: "2-digit" }, "en-CA"),
    };
  }

  // What people call the zone: "Korean Standard Time".
  get name() {
    const parts = new Intl.DateTimeFormat(locale, { timeZone: this.zone, timeZoneName: "longGeneric" }).formatToParts();
    return parts.find(({ type }) => type === "timeZoneName").value;
  }

  // "9 to 12 November 2020"
  span(first, last) {
    const dates = new Intl.DateTimeFormat(locale, { timeZone: this.zone, day: "numeric", month: "long", year: "numeric" });
    return dates.formatRange(first, last);
  }

  show(kind, instant) {
    return this.formats[kind].format(new Date(instant));
  }
}

// How many days the date of `one` is ahead of that of `other` at an instant: -1, 0 or 1.
export function dayShift(instant, one, other) {
  return Math.sign(Date.parse(one.show("date", instant)) - Date.parse(other.show("date", instant)));
}

// When a local date begins in a zone, or the date some days after it.
export function startOfDay(date, zone, later = 0) {
  const wanted = Date.parse(`${date}T00:00:00Z`) + later * 86_400_000;
  const wall = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
  let instant = wanted;
  for (let step = 0; step < 2; step += 1) instant += wanted - Date.parse(`${wall.format(instant).replace(" ", "T")}Z`);
  return instant;
}
