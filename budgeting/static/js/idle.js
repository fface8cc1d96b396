// Whoever holds a role is signed out when nothing is done for long. It is said before, whatever is done on a page puts it
// off, and at the end the screen shows nothing of theirs any more. Without this the site ends the session all the same.
(() => {
  const { here, idle, soon } = document.currentScript.dataset;
  const minute = 60 * 1000;
  const warning = Math.min(5 * minute, (idle * 1000) / 2);
  let told = Date.now();
  let notice;
  let timer;

  function wait(left) {
    clearTimeout(timer);
    timer = setTimeout(ask, left > warning ? left - warning : left + 1000);
  }

  // Another page of theirs may have been used meanwhile, so the site is asked.
  async function ask() {
    const answer = await fetch(here, { redirect: "manual" }).catch(() => null);
    if (answer && !answer.ok) {
      location.replace(location.pathname + location.search);
      return;
    }
    const left = answer ? (await answer.json()).left * 1000 : minute;
    if (answer) say(left <= warning);
    wait(left);
  }

  function say(isSoon) {
    if (isSoon === Boolean(notice)) return;
    if (notice) {
      notice.remove();
      notice = undefined;
      return;
    }
    notice = document.createElement("p");
    notice.className = "notice bad";
    notice.setAttribute("role", "alert");
    notice.textContent = soon;
    document.getElementById("main").prepend(notice);
    notice.scrollIntoView({ block: "center" });
  }

  function stay() {
    const token = document.querySelector("[name=csrfmiddlewaretoken]");
    if (!token || (!notice && Date.now() - told < minute)) return;
    told = Date.now();
    say(false);
    const body = new FormData();
    body.append(token.name, token.value);
    fetch(here, { method: "POST", body }).catch(() => {});
    wait(idle * 1000);
  }

  for (const event of ["input", "keydown", "pointerdown"]) addEventListener(event, stay, { passive: true });
  wait(idle * 1000);
})();
