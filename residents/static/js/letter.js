// A letter's code stands behind the "#" of its address, which no browser sends and no proxy logs. Here it goes into the
// field, out of the address and the history, and stays in this tab while somebody signs in. Without it the code is typed.
const form = document.querySelector("form.letter-code");
const field = form.elements.code;
const KEPT = "letter-code";
const LASTS = 30 * 60 * 1000; // long enough to make an account, and gone from a tab somebody leaves open

function kept() {
  const { code, at } = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
  return code && Date.now() - at < LASTS ? code : "";
}

function take() {
  const scanned = location.hash.slice(1);
  if (/^[0-9A-Za-z-]{16,40}$/.test(scanned)) {
    history.replaceState(null, "", location.pathname + location.search);
    sessionStorage.setItem(KEPT, JSON.stringify({ code: scanned, at: Date.now() }));
    field.value = scanned;
  } else if (!field.value) {
    field.value = kept();
  }
}

form.addEventListener("submit", () => sessionStorage.removeItem(KEPT));
addEventListener("hashchange", take);
take();
