// From a form's fields to the body of a request. A field left empty is not sent,
// but as null with data-nullable and as it is with data-empty; data-type says what is no plain text.

const READERS = {
  number: (field) => Number(field.value),
  // A name goes with the language it is in, and beside those it has in others.
  name: (field) => {
    const text = field.value.trim();
    const { original: shown, names } = field.dataset;
    const other = shown && shown !== "ko" ? shown : "en";
    const language = /\p{Script=Hangul}/u.test(text) ? "ko" : other;
    return { original: language, ...JSON.parse(names || "{}"), [language]: text };
  },
  // The whole of a link is as good as the code behind its #.
  token: (field) => {
    const token = field.value.trim().replace(/^.*#/, "");
    if (token.length < 20) throw { code: "token_short", field: field.name };
    return token;
  },
  words: (field) => field.value.split(/[\s,]+/).filter(Boolean),
  upper: (field) => field.value.trim().toUpperCase(),
  ids: (field) => field.value.split(" ").filter(Boolean),
  countries: (field) => READERS.words(field).map((code) => code.toUpperCase()),
};

// What a field holds, as a request says it.
export function valueOf(field) {
  return (READERS[field.dataset.type] ?? plain)(field);
}

export function bodyOf(form) {
  const body = {};
  for (const field of form.elements) {
    if (!field.name || field.disabled || field.type === "submit" || "query" in field.dataset) continue;
    if (field.type === "radio" && !field.checked) continue;
    if (field.type === "checkbox") tick(body, field);
    else if (field.value.trim()) put(body, field.name, valueOf(field));
    else if ("nullable" in field.dataset) put(body, field.name, null);
    else if ("empty" in field.dataset) put(body, field.name, "");
  }
  Object.keys(body).forEach((name) => settleOriginal(body, name));
  return Object.keys(body).length ? body : undefined;
}

// Texts by language: the original is the language that was said if there is a text in it, else the first that has one.
function settleOriginal(body, name) {
  const texts = body[name];
  if (!texts?.original) return;
  const languages = Object.keys(texts).filter((language) => language !== "original");
  if (languages.length === 0) body[name] = {};
  else if (!languages.includes(texts.original)) texts.original = languages[0];
}

// What a form asks in the address: its fields with data-query.
export function queryOf(form) {
  const asked = [...form.elements].filter((field) => "query" in field.dataset && field.value);
  return asked.length ? `?${new URLSearchParams(asked.map((field) => [field.name, field.value]))}` : "";
}

// Boxes with values are a list of those that are ticked; one without is a yes or no.
function tick(body, field) {
  if (!field.hasAttribute("value")) return put(body, field.name, field.checked);
  body[field.name] ??= [];
  if (field.checked) body[field.name].push(field.value);
}

function plain(field) {
  return field.type === "password" ? field.value : field.value.trim();
}

// "contact.email" is a field of an object.
function put(body, name, value) {
  const [first, rest] = name.split(".");
  if (rest === undefined) body[first] = value;
  else body[first] = { ...body[first], [rest]: value };
}
