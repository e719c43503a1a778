// The sum of the ticked pupils beside the save button. The form works without it.
for (const form of document.querySelectorAll("form[data-pay]")) {
  const state = form.querySelector(".savebar .state");
  const empty = state.textContent;
  const money = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2 });

  const tell = () => {
    const ticked = [...form.querySelectorAll("input[data-satang]:checked")];
    const satang = ticked.reduce((sum, box) => sum + Number(box.dataset.satang), 0);
    state.textContent = ticked.length
      ? `${state.dataset.total} ${ticked.length} · ${money.format(satang / 100)} ${state.dataset.baht}`
      : empty;
  };

  form.addEventListener("change", tell);
  tell();
}
