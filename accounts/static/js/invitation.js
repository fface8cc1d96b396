// An invitation's code stands behind the "#" of its address, which no browser sends and no proxy logs. Here it goes into
// the field and out of the address and the history. Without it the code is copied from the mail.
const field = document.querySelector("form.invitation").elements.code;

function take() {
  const mailed = location.hash.slice(1);
  if (/^[0-9A-Za-z-]{16,60}$/.test(mailed)) {
    history.replaceState(null, "", location.pathname + location.search);
    field.value = mailed;
  }
}

addEventListener("hashchange", take);
take();
