// A class's roll by keyboard: arrows go from pupil to pupil, 1 to 4 say what is wrong, Escape goes back.
(() => {
  const table = document.querySelector("[data-roll]");
  if (!table) return;
  const markers = [...table.querySelectorAll("details.marker")];
  const head = (marker) => marker.querySelector("summary");
  const go = (marker) => marker && head(marker).focus();

  table.addEventListener("keydown", (event) => {
    const marker = event.target.closest("details.marker");
    if (!marker || event.ctrlKey || event.altKey || event.metaKey) return;
    const place = markers.indexOf(marker);
    const onHead = event.target === head(marker);
    if (event.key === "Escape") {
      marker.open = false;
      go(marker);
    } else if (onHead && event.key === "ArrowDown") {
      go(markers[place + 1]);
    } else if (onHead && event.key === "ArrowUp") {
      go(markers[place - 1]);
    } else if (onHead && /^[1-9]$/.test(event.key)) {
      const choice = marker.querySelectorAll('input[type="radio"]')[Number(event.key) - 1];
      if (!choice) return;
      marker.open = true;
      choice.checked = true;
      marker.querySelector('input[name="note"]').focus();
    } else {
      return;
    }
    event.preventDefault();
  });

  // After saving, the page comes back at the pupil's row: go on from there.
  const row = location.hash.startsWith("#row-") && document.getElementById(location.hash.slice(1));
  if (row) go(row.querySelector("details.marker"));
})();
