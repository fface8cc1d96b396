// The running total, said as it changes, and a word to whoever leaves a shared computer. The booth works without it.
const form = document.querySelector("form.ballot");
const status = form.querySelector("[data-rules]");
const rules = JSON.parse(document.getElementById(status.dataset.rules).textContent);
const fields = [...form.querySelectorAll("[data-cost]")];
const digits = new Intl.NumberFormat("en", { style: "currency", currency: form.dataset.currency }).resolvedOptions();
const say = status.dataset;

function money(minor) {
  const amount = minor / 10 ** digits.maximumFractionDigits;
  const decimals = Number.isInteger(amount) ? 0 : digits.maximumFractionDigits;
  const style = { style: "currency", currency: form.dataset.currency, minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return new Intl.NumberFormat(document.documentElement.lang, style).format(amount);
}

function room(used, most) {
  if (most === null) return [];
  const left = most - used;
  if (left < 0) return [say.over.replace("%n", -left)];
  if (left === 0) return [say.full];
  return [left === 1 ? say.moreOne : say.more.replace("%n", left)];
}

function total() {
  const marked = fields.filter((field) => (field.type === "checkbox" ? field.checked : Number(field.value) > 0));
  const cost = marked.reduce((sum, field) => sum + Number(field.dataset.cost), 0);
  const points = marked.reduce((sum, field) => sum + Number(field.value), 0);
  const words = [marked.length === 1 ? say.one : say.many.replace("%n", marked.length)];
  let over = rules.most !== null && marked.length > rules.most;
  words.push(...room(marked.length, rules.most));
  if (rules.style === "points") {
    words.push(say.points.replace("%n", points).replace("%m", rules.points));
    over ||= points > rules.points;
  }
  if (rules.style === "knapsack") {
    const left = rules.budget - cost;
    words.push((left < 0 ? say.overspent : say.left).replace("%a", money(Math.abs(left))));
    over ||= left < 0;
  }
  status.textContent = marked.length ? words.join(" · ") : say.none;
  status.classList.toggle("over", over);
}

// A letter's booth ends when nobody touches it: what is done on this page alone counts too, so the site is told of it.
let told = Date.now();
function stay() {
  if (!form.dataset.awake || Date.now() - told < 60 * 1000) return;
  told = Date.now();
  const token = new FormData();
  token.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  fetch(form.dataset.awake, { method: "POST", body: token }).catch(() => {});
}

// Whoever has an account and leaves is signed out, after a word of warning: the next person here would be them. A letter's
// booth ends by itself, and the choices stay on the page for whoever comes back with the code.
const UNTOUCHED = 5 * 60 * 1000;
let idle;
let notice;
function awake() {
  stay();
  notice?.remove();
  notice = undefined;
  clearTimeout(idle);
  idle = setTimeout(warn, UNTOUCHED);
}

function warn() {
  notice = document.createElement("p");
  notice.className = "notice bad";
  notice.setAttribute("role", "alert");
  notice.textContent = form.dataset.idle;
  form.before(notice);
  notice.scrollIntoView({ block: "center" });
  if (!form.dataset.awake) idle = setTimeout(() => document.querySelector("form.leave")?.requestSubmit(), UNTOUCHED);
}

form.addEventListener("input", total);
for (const event of ["input", "keydown", "pointerdown", "wheel"]) addEventListener(event, awake, { passive: true });
total();
awake();
