// What is being written into a case or a matter, kept in this browser until it is sent: the session may end, the page may go.
// By account and case or matter; photos and files are not kept. What nobody comes back for is dropped after a week.
const KEPT_MS = 7 * 24 * 3600 * 1000;
const PREFIX = "tujing-draft:";

const keyOf = (article) => `${PREFIX}${article.dataset.who}:${article.dataset.code || "new"}`;
// Which form it is, whatever version of the case it was made for.
export const formKey = (form) => form.dataset.draftKey ? form.dataset.draftKey : form.elements.field ? `amend:${form.elements.field.value}` : [form.elements.action?.value || "new", form.elements.item?.value].filter(Boolean).join(":");
const fields = (form) => [...form.querySelectorAll("textarea, select, input:not([type=hidden]):not([type=file])")].filter((one) => one.name);
const valueOf = (field) => field.type === "checkbox" ? String(field.checked) : field.value;
const untouched = (field) => field.type === "checkbox" ? String(field.defaultChecked)
  : field.tagName === "SELECT" ? ([...field.options].find((one) => one.defaultSelected) || field.options[0])?.value ?? "" : field.defaultValue;

function read(key) {
  try { return JSON.parse(localStorage.getItem(key)) || {}; } catch { return {}; }
}

function write(key, drafts) {
  try {
    if (Object.keys(drafts).length) localStorage.setItem(key, JSON.stringify(drafts));
    else localStorage.removeItem(key);
  } catch { /* no room, or none allowed: the form itself still has it */ }
}

export function keep(form) {
  const article = form.closest("article[data-who]");
  if (!article?.dataset.who) return;
  const key = keyOf(article), drafts = read(key);
  const written = Object.fromEntries(fields(form).filter((one) => valueOf(one) !== untouched(one)).map((one) => [one.name, valueOf(one)]));
  if (Object.keys(written).length) drafts[formKey(form)] = { at: Date.now(), title: form.dataset.title || "", written };
  else delete drafts[formKey(form)];
  write(key, drafts);
}

export function forget(article, which) {
  const key = keyOf(article), drafts = read(key);
  delete drafts[which];
  write(key, drafts);
}

export const draftsOf = (article) => article.dataset.who ? Object.entries(read(keyOf(article))) : [];

export function refill(form, { written }) {
  for (const field of fields(form)) {
    if (!(field.name in written)) continue;
    if (field.type === "checkbox") field.checked = written[field.name] === "true";
    else field.value = written[field.name];
  }
}

// What is no form: a value under a name, of whoever has the page open.
const valueKey = () => `${PREFIX}${document.body.dataset.user || "nobody"}:values`;
export function keepValue(name, value) {
  write(valueKey(), { ...read(valueKey()), [name]: { at: Date.now(), title: "", written: value } });
}
export const keptValue = (name) => read(valueKey())[name]?.written ?? null;
export function forgetValue(name) {
  const drafts = read(valueKey());
  delete drafts[name];
  write(valueKey(), drafts);
}

try {
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith(PREFIX)) continue;
    const drafts = read(key);
    for (const [which, { at }] of Object.entries(drafts)) if (Date.now() - at > KEPT_MS) delete drafts[which];
    write(key, drafts);
  }
} catch { /* no storage */ }
