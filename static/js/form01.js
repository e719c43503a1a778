// Form 01 on a page: asks only what applies, saves by itself, shows the running average.
// Without it the form is a plain one: every section is posted by its own button.

const form = document.querySelector("form[data-autosave]");

// Questions that depend on another answer.

function given(name) {
  const boxes = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
  const values = boxes
    .filter((box) => !["radio", "checkbox"].includes(box.type) || box.checked)
    .map((box) => box.value);
  return values.filter((value) => value !== "");
}

function showWhatIsAsked() {
  for (const box of form.querySelectorAll("[data-when]")) {
    const wanted = box.dataset.whenValues.split(" ");
    const met = given(box.dataset.when).some((value) => wanted.includes(value));
    box.hidden = met === "whenNot" in box.dataset;
  }
}

// The running average: whole baht, half up, as the server shows it. Never a verdict.

const INCOMES = ["income_wage", "income_farm_net", "income_business_net", "income_welfare", "income_other"];

function baht(text) {
  const digits = text.replace(/[๐-๙]/g, (digit) => "๐๑๒๓๔๕๖๗๘๙".indexOf(digit)).replace(/[,\s]/g, "");
  return /^\d+$/.test(digits) ? Number(digits) : 0;
}

function showAverage() {
  const card = form.querySelector("[data-average]");
  if (!card) return;
  let total = 0;
  let rows = 0;
  for (const member of form.querySelectorAll("[data-member]")) {
    const boxes = [...member.querySelectorAll("input:not([type=checkbox]), select")];
    if (boxes.some((box) => box.value.trim())) rows += 1;
    for (const code of INCOMES) {
      const box = member.querySelector(`[name$="-${code}"]`);
      if (box) total += baht(box.value);
    }
  }
  const size = baht(form.elements.household_size.value) || rows;
  card.hidden = rows === 0 || size === 0;
  if (card.hidden) return;
  const satang = Math.floor((2 * total * 100 + size) / (2 * size));
  card.querySelector("[data-figure]").textContent = Math.floor((satang + 50) / 100).toLocaleString("en");
  card.querySelector("[data-how]").textContent = card.dataset.words
    .replace("%(total)s", total.toLocaleString("en"))
    .replace("%(size)d", size);
}

// Saving by itself: the whole section, a moment after the last change.

const WAIT_MS = 2500;
const RETRY_MS = 15000;
let timer = 0;
let changed = false;
let sending = false;
let stopped = false;

function say(text, trouble = false) {
  const state = form.querySelector("[data-state]");
  state.textContent = text;
  state.classList.toggle("trouble", trouble);
}

function showErrors(errors) {
  for (const place of form.querySelectorAll(".error[id]")) {
    const text = errors[place.id.replace(/_error$/, "")] ?? "";
    place.textContent = text;
    place.closest(".field").classList.toggle("wrong", text !== "");
  }
}

async function save() {
  if (!changed || sending || stopped) return;
  sending = true;
  changed = false;
  say(form.dataset.saving);
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
  try {
    const reply = await fetch(form.action || location.href, {
      method: "POST",
      body: data,
      headers: { "X-Autosave": "1" },
      redirect: "error",
    });
    const answer = await reply.json();
    if (answer.held) {
      stopped = true;
      location.assign(answer.held);
    } else if (answer.refusal) {
      stopped = true;
      say(answer.refusal, true);
    } else {
      form.elements.revision.value = answer.revision;
      showErrors(answer.errors);
      say(answer.saved);
    }
  } catch {
    changed = true;
    say(form.dataset.offline, true);
    timer = setTimeout(save, RETRY_MS);
  }
  sending = false;
  if (changed && !stopped) later();
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(save, WAIT_MS);
}

// The place of the home, from the device.

function locate(button) {
  const state = form.querySelector("[data-locate-state]");
  state.textContent = button.dataset.waiting;
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      form.elements.lat.value = coords.latitude.toFixed(6);
      form.elements.lng.value = coords.longitude.toFixed(6);
      form.elements.gps_accuracy_m.value = Math.round(coords.accuracy);
      state.textContent = "";
      form.dispatchEvent(new Event("input", { bubbles: true }));
    },
    () => { state.textContent = button.dataset.failed; },
    { enableHighAccuracy: true, timeout: 20000 },
  );
}

if (form) {
  showWhatIsAsked();
  showAverage();
  form.addEventListener("input", () => {
    changed = true;
    say(form.dataset.unsaved);
    showWhatIsAsked();
    showAverage();
    later();
  });
  form.addEventListener("change", (event) => {
    const box = event.target;
    if ("baht" in box.dataset && /^[\d,\s]+$/.test(box.value)) box.value = baht(box.value).toLocaleString("en");
    if ("reloads" in box.dataset || "sends" in box.dataset) {
      const stay = form.querySelector('button[name="go"][value="stay"]');
      clearTimeout(timer);
      form.requestSubmit(stay);
    }
  });
  form.addEventListener("submit", () => { stopped = true; clearTimeout(timer); });
  window.addEventListener("online", save);
  window.addEventListener("pagehide", () => { stopped = true; });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  const button = form.querySelector("[data-locate]");
  if (button && navigator.geolocation) {
    button.hidden = false;
    button.addEventListener("click", () => locate(button));
  }
}
