// Small helps that every page shares. Nothing here is needed to read or submit a page.

// htmx 2 swaps no error reply unless told: a refusal (409) carries the sentence to show.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 409 || event.detail.xhr.status === 422) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// A button names the dialog it opens; without script the dialog's form is reached by its link.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    document.getElementById(opener.dataset.opens)?.showModal();
    event.preventDefault();
  }
  if (event.target.closest("[data-closes]")) {
    event.target.closest("dialog")?.close();
    event.preventDefault();
  }
});

// Back from a refusal: to the page as it was left, with what was typed. Without script it is a plain link.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-back]") && history.length > 1) {
    history.back();
    event.preventDefault();
  }
});

// A second click on a submit button does nothing while the first is on its way.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (form.method === "post" && !form.hasAttribute("hx-post")) {
    form.dataset.sent = "yes";
    window.addEventListener("pageshow", () => delete form.dataset.sent, { once: true });
  }
});

// "Choose all" boxes: <input type="checkbox" data-all="name">, of the form or of the [data-all-in] around it.
// Each box says that it changed, for sums.
document.addEventListener("change", (event) => {
  const name = event.target.dataset?.all;
  if (!name) return;
  const among = event.target.closest("[data-all-in]") ?? event.target.form;
  for (const box of among.querySelectorAll(`input[name="${name}"]:not(:disabled)`)) {
    if (box.checked === event.target.checked) continue;
    box.checked = event.target.checked;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }
});

// A filter form submits itself when a choice changes.
document.addEventListener("change", (event) => {
  if (event.target.closest("form[data-auto]")) event.target.form.requestSubmit();
});

// The error summary takes the focus, so that a screen reader begins there; one that came with a part, too.
document.querySelector(".errors")?.focus();
document.addEventListener("htmx:afterSettle", (event) => event.detail.elt.querySelector?.(".errors")?.focus());

// What was revealed leaves the page with it: the browser's Back shows nothing that was covered again.
window.addEventListener("pagehide", () => {
  for (const shown of document.querySelectorAll("[data-revealed]")) shown.replaceChildren();
});

// A dialog that came with a part of the page opens over it; Escape gives back what stood there.
document.addEventListener("htmx:load", (event) => {
  const dialog = event.detail.elt.querySelector?.("dialog[data-modal]");
  dialog?.showModal();
  dialog?.addEventListener("cancel", (closing) => {
    closing.preventDefault();
    dialog.querySelector("button[hx-get]")?.click();
  });
});
