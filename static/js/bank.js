// Taking a bank file: the reply is a file, so the page stays. Close the question and look again.
document.addEventListener("submit", (event) => {
  if (!new URL(event.target.action, location.href).pathname.endsWith("/download/")) return;
  event.target.closest("dialog")?.close();
  setTimeout(() => location.reload(), 1500);
});
