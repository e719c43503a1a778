// Signing with a finger. Each pad: a canvas, a hidden box named image, a button that clears.
// Without script a signature is given as a thumbprint or on the paper sheet.

function fit(canvas, pad) {
  const ratio = Math.max(window.devicePixelRatio || 1, 1);
  const width = canvas.offsetWidth;
  if (!width || canvas.width === Math.round(width * ratio)) return false;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(canvas.offsetHeight * ratio);
  canvas.getContext("2d").scale(ratio, ratio);
  pad.clear();
  return true;
}

// What is sent is at most 600 px wide: a signature, not a poster.
function picture(canvas) {
  const scale = Math.min(1, 600 / canvas.width);
  const small = document.createElement("canvas");
  small.width = Math.round(canvas.width * scale);
  small.height = Math.round(canvas.height * scale);
  small.getContext("2d").drawImage(canvas, 0, 0, small.width, small.height);
  return small.toDataURL("image/png");
}

function begin(area, form) {
  const canvas = area.querySelector("canvas");
  const pad = new SignaturePad(canvas, { penColor: "#18232a", minWidth: 0.8, maxWidth: 2.6 });
  const image = form.querySelector('[name="image"]');
  area.hidden = false;
  // A page that came back with an error elsewhere brings the signature along.
  const redraw = () => { if (image.value) pad.fromDataURL(image.value, { ratio: 1, width: canvas.offsetWidth }); };
  let touched = false;
  pad.addEventListener("endStroke", () => { touched = true; });
  const refit = () => { if (fit(canvas, pad)) { touched = false; redraw(); } };
  refit();
  new ResizeObserver(refit).observe(canvas);
  area.querySelector("[data-clears]").addEventListener("click", () => { pad.clear(); image.value = ""; touched = false; });
  form.addEventListener("submit", () => { if (touched) image.value = picture(canvas); }, true);
  return area;
}

for (const form of document.querySelectorAll("form[data-pad]")) begin(form, form);

// The official's page: the pad stands there only while the official signs on this screen.
for (const form of document.querySelectorAll("form[data-pad-form]")) {
  const area = begin(form.querySelector("[data-pad-area]"), form);
  const sheet = form.querySelector('[name="sheet"]').closest(".field");
  const choose = () => {
    const means = form.querySelector('[name="means"]:checked')?.value;
    area.hidden = means !== "screen";
    sheet.hidden = means === "screen";
  };
  form.addEventListener("change", choose);
  choose();
}
