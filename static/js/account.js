// Small helps of the account pages: print, and send a form on that had to wait.

for (const button of document.querySelectorAll("[data-prints]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

document.querySelector("form[data-goes-on]")?.requestSubmit();
